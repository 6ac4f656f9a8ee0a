"""`undo`, `archive`, `restore`: back to what was, and out of the way."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Author, Document, DryRun, IfVersion, Output, Reason

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Revision = Annotated[
    int | None,
    typer.Option(
        "--to-revision",
        min=1,
        help="The version to go back to; the one before the last.",
        show_default=False,
    ),
]
Traffic = Annotated[
    bool,
    typer.Option(
        "--with-traffic", help="Bring back a release's weight and colour, too."
    ),
]
Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME...",
        help="Flags, segment:NAME or group:NAME.",
        show_default=False,
    ),
]


def undo(
    ctx: typer.Context,
    name: Document,
    *,
    to_revision: Revision = None,
    with_traffic: Traffic = False,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Go back to an earlier version of a document, as a new version."""
    from admin_cli import changing, revisions
    from admin_cli.conflicts import annotate
    from flags.errors import VersionConflict

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    store, signature = desk.open(author, reason)
    state = store.load()
    stored = changing.find(state, name)
    if if_version not in {None, stored.version}:
        conflict = VersionConflict(name, if_version or 0, stored.version)
        raise annotate(conflict, store)
    undone = revisions.undo(store, state, stored, to_revision, traffic=with_traffic)
    for told in undone.notes:
        screen.note(told)
    entries = changing.write(
        changing.Rehearsal(store) if dry_run else store,
        lambda _: list(undone.edits),
        signature,
    )
    if not entries:
        same = "nothing else differs" if undone.notes else "nothing differs"
        screen.note(f"{name}: {same} from version {undone.version}; nothing changed")
    changing.show(screen, entries, dry_run=dry_run)


def archive(
    ctx: typer.Context,
    names: Names,
    *,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    output: Output = None,
) -> None:
    """Take documents out of service; their names and histories stay."""
    from admin_cli import archiving, changing

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    store, signature = desk.open(author, reason)
    entries = changing.write(
        changing.Rehearsal(store) if dry_run else store,
        lambda state: archiving.archive(state, names),
        signature,
    )
    for name in sorted({*names} - {entry.name for entry in entries}):
        screen.note(f"{name} is archived already")
    changing.show(screen, entries, dry_run=dry_run)


def restore(
    ctx: typer.Context,
    name: Document,
    *,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    output: Output = None,
) -> None:
    """Bring an archived document back as it was."""
    from admin_cli import archiving, changing
    from admin_cli.kinds import is_archived

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    store, signature = desk.open(author, reason)
    entries = changing.write(
        changing.Rehearsal(store) if dry_run else store,
        lambda state: [
            archiving.restore(stored)
            for stored in [changing.find(state, name)]
            if is_archived(stored.body)
        ],
        signature,
    )
    if not entries:
        screen.note(f"{name} is not archived; nothing changed")
    changing.show(screen, entries, dry_run=dry_run)

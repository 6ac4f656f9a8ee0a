"""`undo`, `archive`, `restore`: back to what was, and out of the way."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import Annotated

import typer

from admin_cli.options import Author, Document, DryRun, IfVersion, Output, Reason

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
    from admin_cli import revisions

    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    undone = revisions.way_back(
        clerk.store, name, to_revision, if_version, traffic=with_traffic
    )
    for told in undone.notes:
        clerk.screen.note(told)
    same = "nothing else differs" if undone.notes else "nothing differs"
    nothing = f"{name}: {same} from version {undone.version}; nothing changed"
    clerk.write(lambda _: list(undone.edits), nothing)


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
    from admin_cli import archiving

    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    entries = clerk.write(lambda state: archiving.archive(state, names))
    for name in sorted({*names} - {entry.name for entry in entries}):
        clerk.screen.note(f"{name} is archived already")


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
    from admin_cli import archiving

    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    nothing = f"{name} is not archived; nothing changed"
    clerk.write(lambda state: archiving.restored(state, name), nothing)

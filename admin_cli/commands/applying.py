"""`apply`: documents from a file into the table."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Author, DryRun, File, IfVersion, Output, Reason

if TYPE_CHECKING:
    from admin_cli.desk import Desk
    from flags.store.changes import Store
    from flags.store.checks import File as Documents

Prune = Annotated[
    bool,
    typer.Option("--prune", help="Archive what the file lacks, but for the routing."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Prune without asking.")]
Force = Annotated[
    bool, typer.Option("--force", help="Use the name of an archived document again.")
]


def apply(
    ctx: typer.Context,
    file: File,
    *,
    dry_run: DryRun = False,
    prune: Prune = False,
    yes: Yes = False,
    force: Force = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Write the documents of a file, all of them or none."""
    from admin_cli import archiving, changing, files, reading

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    documents = reading.documents(file, desk.stdin)
    store, signature = desk.open(author, reason)
    doomed = None
    if prune and not (dry_run or yes):
        doomed = _confirmed(desk, store, documents)
    entries = changing.write(
        changing.Rehearsal(store) if dry_run else store,
        lambda state: [
            *files.edits(documents, state, if_version, force=force),
            *(archiving.prune(documents, state, doomed) if prune else ()),
        ],
        signature,
    )
    if not entries:
        screen.note("nothing changed: the table holds all of this already")
    changing.show(screen, entries, dry_run=dry_run)


def _confirmed(desk: "Desk", store: "Store", documents: "Documents") -> list[str]:
    """What a person agrees to archive; nothing else is, whatever comes meanwhile."""
    from admin_cli import archiving

    state = store.load()
    doomed = archiving.surplus(documents, state)
    # What can't be archived is told before anybody is asked.
    archiving.archive(state, doomed)
    if doomed:
        desk.confirmed(f"archive {', '.join(doomed)}", "--prune")
    return doomed

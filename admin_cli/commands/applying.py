"""`apply`: documents from a file into the table."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Author, IfVersion, Output, Reason

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Path = Annotated[
    str,
    typer.Option(
        "-f", "--file", help="YAML or JSON; - is standard input.", show_default=False
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
]


def apply(
    ctx: typer.Context,
    file: Path,
    *,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Write the documents of a file, all of them or none."""
    from admin_cli import changing, files, reading

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    documents = reading.documents(file, desk.stdin)
    store, signature = desk.open(author, reason)
    entries = changing.write(
        changing.Rehearsal(store) if dry_run else store,
        lambda state: files.edits(documents, state, if_version),
        signature,
    )
    if not entries:
        screen.note("nothing changed: the table holds all of this already")
    changing.show(screen, entries, dry_run=dry_run)

"""`repair`: documents that can't be read, out of their history or a file."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Author, DryRun, Output, Reason

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...",
        help="Flags, segment:NAME, group:NAME, `routing`; all damaged ones if none.",
        show_default=False,
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--file",
        "-f",
        help="Rules file to take documents from; `-` is standard input.",
        show_default=False,
    ),
]


def repair(
    ctx: typer.Context,
    names: Names = None,
    *,
    file: From = None,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    output: Output = None,
) -> None:
    """Write damaged documents again, as their history or a file has them."""
    from admin_cli import files, fileset
    from admin_cli.repair import Repair

    desk: Desk = ctx.obj
    clerk = desk.clerk(output, (author, reason), dry_run=dry_run)
    bodies = {}
    if file is not None:
        given = fileset.documents([file], desk.stdin, desk.load)
        bodies = {name: body for name, _, body in files.bodies(given, desk.load())}
    it = Repair(
        store=clerk.store,
        signature=clerk.signature,
        names=frozenset(names or ()),
        bodies=bodies,
    )
    clerk.show(it.carry_out(), "no document could be repaired, or none is damaged")
    it.check()

"""`segment list`, `add`, `remove`: segments, and their ids without editing a file."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Author, DryRun, Output, Reason
from admin_cli.output import table

if TYPE_CHECKING:
    from admin_cli.changing import Move
    from admin_cli.clerk import Clerk
    from admin_cli.desk import Desk

Segment = Annotated[
    str, typer.Argument(metavar="NAME", help="Name of a segment.", show_default=False)
]
Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID]...", help="Ids, as text.", show_default=False),
]
FromFile = Annotated[
    str | None,
    typer.Option(
        "--from-file",
        help="Ids from a file, one a line; - is standard input.",
        show_default=False,
    ),
]
Excluded = Annotated[
    bool, typer.Option("--excluded", help="The list of the excluded instead.")
]


def list_segments(ctx: typer.Context, *, output: Output = None) -> None:
    """List all segments: how many ids and rules each has."""
    from admin_cli import membership

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    rows = membership.summaries(desk.session.store().load())
    if not rows:
        screen.note("the table holds no segments; write some with `canary apply`")
    columns = tuple(map(str.upper, membership.COLUMNS))
    screen.show(rows, lambda: table(columns, map(membership.cells, rows)))


def add(
    ctx: typer.Context,
    name: Segment,
    ids: Ids = None,
    *,
    from_file: FromFile = None,
    excluded: Excluded = False,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    output: Output = None,
) -> None:
    """Add ids to a segment; those that are in it already stay as they are."""
    from admin_cli import membership

    given = membership.ids(ids or [], from_file, ctx.obj.stdin)
    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    move = membership.move(name, membership.add, given, excluded=excluded)
    _carry_out(clerk, move, "has all of this already")


def remove(
    ctx: typer.Context,
    name: Segment,
    ids: Ids = None,
    *,
    from_file: FromFile = None,
    excluded: Excluded = False,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    output: Output = None,
) -> None:
    """Take ids out of a segment; those that aren't in it are passed over."""
    from admin_cli import membership

    given = membership.ids(ids or [], from_file, ctx.obj.stdin)
    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    move = membership.move(name, membership.remove, given, excluded=excluded)
    _carry_out(clerk, move, "has none of this")


def _carry_out(clerk: "Clerk", move: "Move", already: str) -> None:
    from admin_cli import changing

    # Whatever else changes in the segment, these ids belong in it or not.
    moved = changing.insist(
        partial(changing.carry_out, clerk.store, clerk.signature, move)
    )
    clerk.show(moved.entries, f"{move.name} {already}; nothing changed")

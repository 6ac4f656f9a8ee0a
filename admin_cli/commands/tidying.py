"""`stale` and `refs`: which flags can go, and where code names them."""

# Commands import what they need when they run: `--help` is quick.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Output

if TYPE_CHECKING:
    from admin_cli.desk import Desk

# A century: before that there is no calendar to count in.
MOST_DAYS = 36_500
Days = Annotated[
    int,
    typer.Option("--days", min=1, max=MOST_DAYS, help="How long unused or unchanged."),
]
Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH...", help="Files or folders.", show_default=False),
]
Names = Annotated[
    str | None,
    typer.Option(
        "--names",
        metavar="NAME,...",
        help="These flags, without a table.",
        show_default=False,
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="GLOB",
        help="Names or paths to leave out. Repeatable.",
        show_default=False,
    ),
]


def stale(ctx: typer.Context, *, days: Days = 90, output: Output = None) -> None:
    """List flags that can go: expired, never evaluated, or the same for everyone."""
    from admin_cli.debt import report

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    found, unknown = report.stale(desk.session, days)
    if unknown:
        screen.note(unknown)
    screen.show(found, lambda: report.stale_text(found))


def refs(
    ctx: typer.Context,
    paths: Paths,
    *,
    names: Names = None,
    exclude: Exclude = None,
    output: Output = None,
) -> None:
    """Find where code names flags, and the flags that it never names."""
    from admin_cli.debt import report
    from admin_cli.debt.sources import Sources

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    sources = Sources(paths, exclude or [])
    wanted = report.listed(names) if names is not None else report.names(desk.session)
    found = report.references(wanted, sources.texts(), sources.passed)
    if passed := report.passed_text(found):
        screen.note(passed)
    screen.show(found, lambda: report.references_text(found))

"""`stale` and `refs`: which flags can go, and where code names them."""

# Commands import what they need when they run: `--help` is quick.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Output

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Days = Annotated[
    int, typer.Option("--days", min=1, help="How long unused or unchanged.")
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
    from admin_cli import debt

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    found = debt.stale(desk.session, days)
    if found["never_evaluated"] is None:
        screen.note(
            f"no use of flags was reported in {days} days, so none is known; functions "
            "report it with CANARY_REPORT_USE=true"
        )
    screen.show(found, lambda: debt.stale_text(found))


def refs(
    ctx: typer.Context,
    paths: Paths,
    *,
    names: Names = None,
    exclude: Exclude = None,
    output: Output = None,
) -> None:
    """Find where code names flags, and the flags that it never names."""
    from admin_cli import debt
    from admin_cli.sources import texts

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    wanted = names.split(",") if names is not None else debt.names(desk.session)
    found = debt.references(wanted, texts(paths, exclude or []))
    screen.show(found, lambda: debt.references_text(found))

"""`versions list` and `versions prune`: the published versions of functions."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import DryRun, Output
from admin_cli.output import table

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Service = Annotated[
    str,
    typer.Argument(metavar="SERVICE", help="Name of a function.", show_default=False),
]
Services = Annotated[
    list[str],
    typer.Argument(
        metavar="SERVICE...", help="Names of functions.", show_default=False
    ),
]
Keep = Annotated[
    int, typer.Option("--keep", min=0, help="How many of the latest stay.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing.")]


def list_versions(
    ctx: typer.Context, service: Service, *, output: Output = None
) -> None:
    """List a function's published versions, and what names each."""
    from admin_cli.publishing import versions
    from rollouts.publishing.functions import Functions

    desk: Desk = ctx.obj
    versions.expect_names([service])
    screen, state = desk.screen(output), desk.load()
    functions = Functions(client=desk.session.client("lambda"))
    rows = versions.rows(functions, state, service)
    if not rows:
        screen.note(f"{service} has no published version; `canary deploy` makes one")
    cells = map(versions.cells, rows)
    screen.show(rows, lambda: table(versions.COLUMNS, cells))


def prune(
    ctx: typer.Context,
    services: Services,
    *,
    keep: Keep = 5,
    dry_run: DryRun = False,
    yes: Yes = False,
    output: Output = None,
) -> None:
    """Delete the versions that nothing names; the latest stay."""
    from admin_cli.publishing import versions
    from rollouts.publishing.functions import Functions

    desk: Desk = ctx.obj
    versions.expect_names(services)
    screen, state = desk.screen(output), desk.load()
    functions = Functions(client=desk.session.client("lambda"))
    names = tuple(dict.fromkeys(services))
    judged = [versions.judged(functions, state, name, keep) for name in names]
    going = [f"{one.service} {', '.join(one.going)}" for one in judged if one.going]
    if going and not dry_run and not yes:
        desk.confirmed(f"delete for ever: {'; '.join(going)}", "--yes")
    pruned = [versions.pruned(functions, one, dry_run=dry_run) for one in judged]
    rows = [row for one in pruned for row in one]
    if dry_run:
        screen.note("a dry run: nothing was deleted")
    screen.note(f"in {desk.session.where()}")
    if not going:
        screen.note("something names every version; nothing to delete")
    cells = map(versions.fates, rows)
    screen.show(rows, lambda: table(versions.FATES, cells))
    if left := [row for row in rows if row["error"]]:
        screen.note(f"{len(left)} could not be deleted; run it again later")
        raise typer.Exit(5)

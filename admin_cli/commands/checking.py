"""`lint` and `schema`: what a file may say, and whether it does."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import AllowUndeployed, Files, Output
from admin_cli.output import Format, as_json, as_yaml, table

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Offline = Annotated[
    bool,
    typer.Option("--offline", help="Without the table: the file is all there is."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 2 on warnings too.")]


def lint(
    ctx: typer.Context,
    file: Files,
    *,
    offline: Offline = False,
    strict: Strict = False,
    allow_undeployed: AllowUndeployed = False,
    output: Output = None,
) -> None:
    """Check files: all that is wrong with them, and what looks like a mistake."""
    from admin_cli.clock import today
    from admin_cli.deployed import Deployed
    from admin_cli.lint import inspection

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    store = None if offline else desk.session.store()
    deployed = None
    if not allow_undeployed:
        deployed = Deployed() if offline else desk.session.deployed()
    found = inspection.inspect(file, desk.stdin, store, today(), deployed)
    screen.note(inspection.summary(found))
    rows = inspection.rows(found)
    if rows or screen.format is not Format.TABLE:
        screen.show(found, lambda: table(("LEVEL", "PLACE", "MESSAGE"), rows))
    if found["problems"] or (strict and found["warnings"]):
        raise typer.Exit(2)


def schema(ctx: typer.Context, *, output: Output = None) -> None:
    """Print the JSON Schema of rules files, for editors that complete and check."""
    from flags.store.schema import rules_schema

    desk: Desk = ctx.obj
    screen = desk.screen(output, otherwise=Format.JSON)
    write = as_yaml if screen.format is Format.YAML else as_json
    screen.out.write(write(rules_schema()))

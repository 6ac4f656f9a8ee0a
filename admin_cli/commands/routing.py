"""`route`: what a router would do with an event."""

# Commands import what they need when they run: `--help` is quick.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Output, TokenKeys
from admin_cli.output import lines

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Event = Annotated[
    str,
    typer.Option(
        "-f",
        "--file",
        help="The event, as JSON; - is standard input.",
        show_default=False,
    ),
]
Default = Annotated[
    str | None,
    typer.Option(
        "--default-service",
        help="The router's DefaultService, for what no route takes.",
        show_default=False,
    ),
]


def route(
    ctx: typer.Context,
    file: Event,
    *,
    default_service: Default = None,
    token_keys: TokenKeys = None,
    output: Output = None,
) -> None:
    """Show what a router would do with an event: route, identity, decision.

    Nothing is invoked. What it prints may be of users; it goes to nobody's log.
    """
    from admin_cli import route as routed
    from admin_cli.input import read

    desk: Desk = ctx.obj
    text = read(file, desk.stdin)
    deployed = routed.Deployed(
        state=desk.load(),
        table=desk.session.table_name(),
        keys=lambda: desk.session.keyring(token_keys).keys(),
        default=default_service,
    )
    told = routed.explain(text, deployed)
    screen = desk.screen(output)
    if told["problem"]:
        screen.note(told["problem"])
    screen.show(told, lambda: lines(routed.lines(told)))

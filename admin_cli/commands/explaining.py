"""`explain`: why a user gets what they get."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Name, Output

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Key = Annotated[
    str | None,
    typer.Option(
        "--id", help="The targeting key; nobody known if absent.", show_default=False
    ),
]
Attributes = Annotated[
    list[str] | None,
    typer.Option(
        "-a",
        "--attribute",
        metavar="NAME=VALUE",
        help="JSON such as 5, true or '\"5\"'; else text. A dot leads into objects.",
        show_default=False,
    ),
]
ContextText = Annotated[
    str | None,
    typer.Option(
        "--context",
        metavar="JSON",
        help="All attributes as one object; `key` in it is the targeting key.",
        show_default=False,
    ),
]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help="Decide as at that time, such as 2026-12-24T18:00Z; now if absent.",
        show_default=False,
    ),
]
TokenText = Annotated[
    str | None,
    typer.Option(
        "--token",
        help="The `canary-decision` that the request carries.",
        show_default=False,
    ),
]


def explain(
    ctx: typer.Context,
    name: Name,
    *,
    key: Key = None,
    attribute: Attributes = None,
    context: ContextText = None,
    at: At = None,
    token: TokenText = None,
    output: Output = None,
) -> None:
    """Walk through a decision: every step, the values compared, and the result."""
    from admin_cli import asking, clock, explanation, files
    from admin_cli.finding import find_flag

    desk: Desk = ctx.obj
    whom = asking.context(key, attribute or [], context)
    now = clock.now().timestamp() if at is None else clock.moment(at)
    state = desk.load()
    find_flag(state, name)
    rules = files.ruleset(state)
    marks = state.aborted
    explained = explanation.explain(rules, name, whom, token, now, marks=marks)
    desk.screen(output).show(explained, lambda: explanation.text(explained))

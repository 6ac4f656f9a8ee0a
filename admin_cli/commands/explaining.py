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
        help="JSON such as 5, true or '\"5\"'; anything else is text. Repeatable.",
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
    token: TokenText = None,
    output: Output = None,
) -> None:
    """Walk through a decision: every step, the values compared, and the result."""
    from admin_cli import explanation, files
    from flags.codec import decode
    from flags.errors import NotFound
    from flags.model import Context

    desk: Desk = ctx.obj
    attributes = explanation.attributes(attribute or [])
    rules = decode(files.snapshot(desk.session.store().load()))
    if name not in rules.flags:
        raise NotFound(name, list(rules.flags))
    explained = explanation.explain(
        rules.flags[name], Context(key=key, attributes=attributes), token
    )
    desk.screen(output).show(explained, lambda: explanation.text(explained))

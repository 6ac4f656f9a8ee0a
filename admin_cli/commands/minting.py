"""`token mint`, `check`, `rotate`: testers' overrides, and the keys behind them."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import DryRun, Output, TokenKeys
from admin_cli.output import Format, lines, table

if TYPE_CHECKING:
    from admin_cli.desk import Desk

Release = Annotated[
    str,
    typer.Argument(metavar="RELEASE", help="Name of a release.", show_default=False),
]
Variant = Annotated[
    str,
    typer.Argument(
        metavar="VARIANT",
        help="blue, green, or the role: canary, stable.",
        show_default=False,
    ),
]
Key = Annotated[
    str,
    typer.Option(
        "--key",
        metavar="USER",
        help="The tester's targeting key; for nobody else it counts.",
        show_default=False,
    ),
]
Lifetime = Annotated[
    str,
    typer.Option("--for", metavar="TIME", help="How long it counts; 24h at most."),
]
TokenText = Annotated[
    str,
    typer.Argument(
        metavar="TOKEN", help="The `canary-decision` to look at.", show_default=False
    ),
]
Subject = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="USER",
        help="Whose request it comes with; anyone's if absent.",
        show_default=False,
    ),
]
DropPrevious = Annotated[
    bool,
    typer.Option(
        "--drop-previous", help="Keep no other key: all overrides end in minutes."
    ),
]


def mint(
    ctx: typer.Context,
    name: Release,
    variant: Variant,
    *,
    key: Key,
    lifetime: Lifetime = "1h",
    token_keys: TokenKeys = None,
    output: Output = None,
) -> None:
    """Print a token that puts one tester on a variant, whatever the rules say."""
    from admin_cli import clock, overriding
    from flags import seal
    from flags.token import NAME, Token

    desk: Desk = ctx.obj
    screen = desk.screen(output, otherwise=Format.TABLE)
    seconds, key = overriding.lifetime(lifetime), overriding.targeting_key(key)
    flag = overriding.release(desk.load(), name)
    member = seal.mint(
        desk.session.keyring(token_keys).keys(),
        desk.session.table_name(),
        name,
        overriding.variant(flag, variant),
        subject_key=key,
        expires=int(clock.now().timestamp()) + seconds,
    )
    token = Token(members=(member,))
    told = overriding.minted(token, member, key)
    screen.note(f"{told['variant']} of {name} for {key!r} until {told['expires']}")
    screen.note(f"as a header: {NAME}: {token}")
    screen.note(f"as a cookie: Cookie: {NAME}={token}")
    screen.show(told, lambda: lines([str(token)]))


def check(
    ctx: typer.Context,
    token: TokenText,
    *,
    key: Subject = None,
    token_keys: TokenKeys = None,
    output: Output = None,
) -> None:
    """Say what is in a token, and whether its overrides hold now."""
    from admin_cli import clock, overriding

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    if key is not None:
        key = overriding.targeting_key(key)
    rows = overriding.checked(
        overriding.parse(token),
        lambda: (desk.session.keyring(token_keys).keys(), desk.session.table_name()),
        clock.now().timestamp(),
        key,
    )
    cells = map(overriding.cells, rows)
    screen.show(rows, lambda: table(overriding.COLUMNS, cells))
    if any(row["problem"] for row in rows):
        raise typer.Exit(2)


def rotate(
    ctx: typer.Context,
    *,
    drop_previous: DropPrevious = False,
    dry_run: DryRun = False,
    token_keys: TokenKeys = None,
    output: Output = None,
) -> None:
    """Make a new key for overrides, and keep the one before for those on their way."""
    from admin_cli import keyring

    desk: Desk = ctx.obj
    screen = desk.screen(output)
    ring = desk.session.keyring(token_keys)
    keys = keyring.rotated(ring.find(), drop_previous=drop_previous)
    if dry_run:
        screen.note("a dry run: no key was made, written or dropped")
    else:
        ring.write(keys)
        screen.note("routers read the keys anew within 5 minutes")
    screen.note(f"at {ring.where} ({desk.session.area()})")
    kids = sorted(keys.secrets)
    told = {"where": ring.where, "current": keys.current, "keys": kids}
    text = f"{ring.where}: {keys.current} is current; keys: {', '.join(kids)}"
    screen.show(told, lambda: lines([text]))

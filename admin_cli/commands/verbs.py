"""`enable`, `disable`, `set`, `target`: changes of a flag without a file."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import Author, DryRun, IfVersion, Name, Output, Reason

if TYPE_CHECKING:
    from admin_cli.changing import Body, Move
    from admin_cli.clerk import Clerk

Serve = Annotated[
    list[str],
    typer.Argument(
        metavar="SERVE...",
        help="A variant, or VARIANT=PERCENT for each.",
        show_default=False,
    ),
]
Rule = Annotated[
    str | None,
    typer.Option(
        "--rule",
        help="What this rule serves, by its name or its place from 0; else what "
        "everyone else gets.",
        show_default=False,
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        help="The attribute that percentages are drawn by; as before if absent.",
        show_default=False,
    ),
]
Variant = Annotated[
    str,
    typer.Argument(
        metavar="VARIANT",
        help="A variant; of a release stable or canary.",
        show_default=False,
    ),
]
Keys = Annotated[
    list[str],
    typer.Option("--key", help="A key; repeatable.", show_default=False),
]
Kind = Annotated[
    str | None,
    typer.Option("--kind", help="The keys' kind of context; targeting keys if absent."),
]
Remove = Annotated[
    bool, typer.Option("--remove", help="Take the keys out of the variant instead.")
]


def enable(
    ctx: typer.Context,
    name: Name,
    *,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Put a flag in force: its rules decide again."""
    from admin_cli import verbs
    from admin_cli.changing import Move

    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    change = partial(verbs.enabled, on=True)
    move = Move(name=name, action="enable", change=change, if_version=if_version)
    _carry_out(clerk, move, "is enabled already")


def disable(
    ctx: typer.Context,
    name: Name,
    *,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Throw a flag's kill switch: everyone gets `off`, of a release stable."""
    from admin_cli import verbs
    from admin_cli.changing import Move

    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    change = partial(verbs.enabled, on=False)
    move = Move(name=name, action="disable", change=change, if_version=if_version)
    _carry_out(clerk, move, "is disabled already")


def set_serve(
    ctx: typer.Context,
    name: Name,
    serve: Serve,
    *,
    rule: Rule = None,
    by: By = None,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Change what a flag serves to everyone else, or to those of a rule."""
    from admin_cli import verbs
    from admin_cli.changing import Move

    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)

    def change(body: "Body") -> "Body":
        return verbs.serving(name, body, serve, rule, by)

    move = Move(name=name, action="set", change=change, if_version=if_version)
    _carry_out(clerk, move, "serves this already")


def target(
    ctx: typer.Context,
    name: Name,
    variant: Variant,
    *,
    key: Keys,
    kind: Kind = None,
    remove: Remove = False,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Name users who get a variant whatever the rules say; no other names them."""
    from admin_cli import verbs
    from admin_cli.changing import Move

    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    verb = verbs.released if remove else verbs.targeted
    already = "names none of them" if remove else "names all of them already"

    def change(body: "Body") -> "Body":
        return verb(body, variant, key, kind)

    action = "untarget" if remove else "target"
    move = Move(name=name, action=action, change=change, if_version=if_version)
    _carry_out(clerk, move, f"{already} for {variant}")


def _carry_out(clerk: "Clerk", move: "Move", already: str) -> None:
    from admin_cli import changing, finding
    from admin_cli.clock import today
    from admin_cli.lint import linting

    before = clerk.store.load()
    finding.find_flag(before, move.name)
    attempt = partial(changing.carry_out, clerk.store, clerk.signature, move)
    # Whatever else changes in the flag, this is asked of it, unless of one version.
    moved = attempt() if move.if_version is not None else changing.insist(attempt)
    if moved.entries:
        bodies = {name: stored.body for name, stored in before.documents.items()}
        found = linting.brought(move.name, moved.before, moved.body, bodies, today())
        for warned in found:
            clerk.screen.note(f"{warned.path}: {warned.message} [{warned.check}]")
    clerk.show(moved.entries, f"{move.name} {already}; nothing changed")

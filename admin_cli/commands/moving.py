"""`set-weight`, `promote`, `abort`: the moves of a release. None of them prompts."""

# Commands import what they need when they run (`--help` is quick), and their
# parameters are their options.
# ruff: noqa: PLC0415, PLR0913

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.options import (
    Author,
    DryRun,
    IfVersion,
    Name,
    Output,
    Reason,
    SkipChecks,
)

if TYPE_CHECKING:
    from admin_cli.changing import Moved
    from admin_cli.clerk import Clerk
    from admin_cli.desk import Desk
    from admin_cli.output import Screen

Percent = Annotated[
    str,
    typer.Argument(
        help="0 to 100, in steps of 0.001.", metavar="PERCENT", show_default=False
    ),
]


def set_weight(
    ctx: typer.Context,
    name: Name,
    percent: Percent,
    *,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Give the canary a share of the users; starts a rollout if none is live.

    A rollout with a plan sets its share itself: pause it first, or abort it.
    """
    from admin_cli import changing, percentage
    from rollouts import moves

    share = percentage.parse(percent)
    clerk: Clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    move = changing.Move(
        name=name,
        action="set-weight",
        change=lambda body: moves.set_weight(name, body, share),
        if_version=if_version,
    )
    moved = changing.carry_out(clerk.store, clerk.signature, move)
    _note_weight(clerk.screen, name, moved)
    clerk.show(moved.entries)


def promote(
    ctx: typer.Context,
    name: Name,
    *,
    skip_checks: SkipChecks = False,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Make the canary's colour the stable one, and end a rollout without a plan.

    One with a plan goes on by itself, or by `canary rollout promote`.
    """
    from admin_cli import changing, clock
    from admin_cli.commands.rolling_moves import look
    from admin_cli.rollouts import moving
    from rollouts.machine import refusals

    desk: Desk = ctx.obj
    clerk = desk.clerk(output, (author, reason), dry_run=dry_run)
    signature = clerk.signature
    _, seen = look(desk, clerk, moving.PROMOTE_FULL, name, skip=skip_checks)
    verb = moving.pinned(moving.PROMOTE_FULL, seen.versions)

    def change(body: changing.Body) -> changing.Body:
        refusals.planned(name, body)
        now, by = clock.now().timestamp(), signature.author
        return verb.change(name, body, now, by, signature.reason)

    move = changing.Move(
        name=name, action="promote", change=change, if_version=if_version
    )
    moved = changing.carry_out(clerk.store, signature, move)
    clerk.show(moved.entries)


def abort(
    ctx: typer.Context,
    name: Name,
    *,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    output: Output = None,
) -> None:
    """Put everyone back on stable, whatever the version; repeating it is harmless."""
    from admin_cli import changing, clock
    from admin_cli.abort import Abort
    from rollouts import moves
    from rollouts.machine import moves as planned

    desk: Desk = ctx.obj
    clerk = desk.clerk(output, (author, reason), dry_run=dry_run)
    signature = clerk.signature
    why = f"aborted by {signature.author}" + (f": {reason}" if reason else "")

    def change(body: changing.Body) -> changing.Body:
        return planned.abort(name, body, now=clock.now().timestamp(), why=why)

    move = changing.Move(name=name, action="abort", change=change)
    it = Abort(store=clerk.store, reader=desk.reader(dry_run=dry_run), name=name)
    attempt = partial(changing.carry_out, clerk.store, signature, move)
    moved = it.carry_out(partial(changing.insist, attempt))
    stable = moves.stable(moved.body)
    clerk.show(
        moved.entries,
        f"{name} has no live rollout; everyone is on {stable} already",
    )


def _note_weight(screen: "Screen", name: str, moved: "Moved") -> None:
    from admin_cli import percentage
    from rollouts.moves import stable

    if not moved.entries:
        already = percentage.show(moved.body["weight"])
        screen.note(f"{name} is at {already} already; nothing changed")
    if not moved.body.get("enabled", True):
        colour = stable(moved.body)
        screen.note(f"{name} is disabled, so everyone stays on {colour}")

"""`rollout pause`, `resume`, `approve`, `promote`, `abort`, `retry`, `undo`."""

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
    from admin_cli.rollouts.moving import Verb
    from admin_cli.rollouts.versions import Compared
    from rollouts.machine.rollout import Body

Full = Annotated[
    bool, typer.Option("--full", help="Past the rest of the plan: everyone, at once.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Without asking.")]


def pause(
    ctx: typer.Context,
    name: Name,
    *,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Halt a rollout where it is: nobody changes sides, and the judge goes on."""
    from admin_cli.rollouts import moving

    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    _carry_out(clerk, moving.PAUSE, name, if_version)


def resume(
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
    """Let a paused rollout go on with what was left of its bake."""
    from admin_cli.rollouts import moving

    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    look(ctx.obj, clerk, moving.RESUME, name, skip=skip_checks)
    _carry_out(clerk, moving.RESUME, name, if_version)


def approve(
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
    """Open the gate at which a rollout waits; the plan says who may."""
    from admin_cli.rollouts import moving

    clerk = ctx.obj.clerk(output, (author, reason), dry_run=dry_run)
    look(ctx.obj, clerk, moving.APPROVE, name, skip=skip_checks)
    _carry_out(clerk, moving.APPROVE, name, if_version)


def promote(
    ctx: typer.Context,
    name: Name,
    *,
    full: Full = False,
    yes: Yes = False,
    skip_checks: SkipChecks = False,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """End this step's wait; with --full, put everyone on the canary at once."""
    from admin_cli.rollouts import moving

    desk: Desk = ctx.obj
    clerk = desk.clerk(output, (author, reason), dry_run=dry_run)
    verb = moving.PROMOTE_FULL if full else moving.PROMOTE
    _, seen = look(desk, clerk, verb, name, skip=skip_checks)
    if not (yes or dry_run):
        _ask(desk, moving.promotion(clerk.store, name, full=full))
    _carry_out(clerk, moving.pinned(verb, seen.versions), name, if_version)


def abort(
    ctx: typer.Context,
    name: Name,
    *,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    output: Output = None,
) -> None:
    """Put everyone back on stable, in any phase; it never asks."""
    from admin_cli.abort import Abort
    from admin_cli.rollouts import moving

    desk: Desk = ctx.obj
    clerk = desk.clerk(output, (author, reason), dry_run=dry_run)
    abort = Abort(store=clerk.store, reader=desk.reader(dry_run=dry_run), name=name)
    moved = abort.carry_out(partial(moving.carry_out, clerk, moving.ABORT, name, None))
    _show(clerk, moving.ABORT, name, moved)


def retry(
    ctx: typer.Context,
    name: Name,
    *,
    yes: Yes = False,
    skip_checks: SkipChecks = False,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Run the plan of an aborted rollout again, from its first step."""
    from admin_cli.rollouts import moving

    desk: Desk = ctx.obj
    clerk = desk.clerk(output, (author, reason), dry_run=dry_run)
    body, seen = look(desk, clerk, moving.RETRY, name, skip=skip_checks)
    if not (yes or dry_run):
        _ask(desk, moving.repetition(body, name))
    _carry_out(clerk, moving.pinned(moving.RETRY, seen.versions), name, if_version)


def undo(
    ctx: typer.Context,
    name: Name,
    *,
    yes: Yes = False,
    skip_checks: SkipChecks = False,
    dry_run: DryRun = False,
    reason: Reason = "",
    author: Author = None,
    if_version: IfVersion = None,
    output: Output = None,
) -> None:
    """Go back at once to the version that was stable before the promotion."""
    from admin_cli.rollouts import moving

    desk: Desk = ctx.obj
    clerk = desk.clerk(output, (author, reason), dry_run=dry_run)
    body, seen = look(desk, clerk, moving.UNDO, name, skip=skip_checks)
    if not (yes or dry_run):
        _ask(desk, moving.reversal(body, name, seen))
    _carry_out(clerk, moving.UNDO, name, if_version)


def look(
    desk: "Desk", clerk: "Clerk", verb: "Verb", name: str, *, skip: bool
) -> "tuple[Body, Compared]":
    """The release, once its aliases name the versions that the record has."""
    from admin_cli.finding import find_flag
    from admin_cli.rollouts import moving
    from admin_cli.rollouts.versions import Compared

    body = find_flag(clerk.store.load(), name).body
    if skip or "release" not in body:
        return body, Compared()
    seen = moving.compared(verb, body, name, desk.session.client)
    for told in seen.notes:
        clerk.screen.note(told)
    return body, seen


def _carry_out(clerk: "Clerk", verb: "Verb", name: str, if_version: int | None) -> None:
    from admin_cli.rollouts import moving

    moved = moving.carry_out(clerk, verb, name, if_version)
    _show(clerk, verb, name, moved)


def _show(clerk: "Clerk", verb: "Verb", name: str, moved: "Moved") -> None:
    from admin_cli.rollouts import moving

    for told in moving.words(verb, name, moved):
        clerk.screen.note(told)
    clerk.show(moved.entries)


def _ask(desk: "Desk", question: str | None) -> None:
    """Ask, unless there is nothing to ask about: then the move says why."""
    if question is not None:
        desk.confirmed(question, "--yes")

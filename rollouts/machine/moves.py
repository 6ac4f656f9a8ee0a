"""The moves of people on a rollout: a stored body in, a new body out.

Laws
1. Pure: the input is kept. `now` is in seconds since the epoch.
2. What can't be done now is refused with `NoRollout` (none is live) or
   `InvalidDocument`, which name the command that can.
3. `abort` works on every release, in every phase, on damaged records, and twice. It
   leads to the colour that was stable when the rollout began.
4. `start` and `retry` raise no weight and admit no group: automation enters the first
   step. Whom `targets` and `rules` name is on the canary as soon as a rollout is live.
5. A person may skip a wait, never a step's place in the plan: `promote` goes one step
   on, and only `promote` with `full` goes to everyone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as altered
from typing import Any

from flags.store.compiler import other
from rollouts import moves as plain
from rollouts.machine import by_hand, phases, refusals, transitions
from rollouts.machine.plan import Plan
from rollouts.machine.rollout import (
    GATE,
    HAND,
    INCONCLUSIVE,
    Approval,
    Body,
    Rollout,
    damaged,
)
from rollouts.machine.transitions import Written


def start(  # noqa: PLR0913 - each is told by the caller, who alone may draw and look
    name: str,
    body: Body,
    plan: Mapping[str, Any],
    *,
    id: str,  # noqa: A002 - what it is called in the document
    now: float,
    by: str,
    versions: Mapping[str, str] | None = None,
    replace: bool = False,
) -> Written:
    """A pending rollout of a canonical plan; with `replace` in place of another."""
    release = plain.release(name, body)
    refusals.busy(name, body, replace=replace)
    refusals.disabled(name, body, "start")
    stable = _last_promoted(body)
    rollout = Rollout(
        id=id,
        plan=Plan.of(plan),
        phase=phases.PENDING,
        step=0,
        began=float(int(now)),
        at=float(int(now)),
        why=f"started by {by}",
        stable=stable,
        canary=other(stable),
        services=tuple(release["services"]),
        versions=None if versions is None else dict(versions),
    )
    return transitions.expose({**body, **transitions.stably(body, stable)}, rollout)


def pause(name: str, body: Body, *, now: float, by: str) -> Written:
    """Wait until a person resumes, or the deadline; nobody changes sides."""
    rollout = _live(name, body, "pause")
    if rollout.phase == phases.PAUSED:
        return dict(body)
    why = f"paused by {by}; resume goes on"
    held = transitions.held(rollout, now, HAND, why, phases.PAUSE)
    return transitions.keep(body, held)


def resume(name: str, body: Body, *, now: float, by: str) -> Written:
    """Go on where it was paused, with the plan's weight and groups.

    A bake goes on with what was left of it; one that ended undecided bakes once more.
    """
    rollout = _live(name, body, "resume")
    if rollout.phase != phases.PAUSED:
        raise refusals.not_paused(name, rollout)
    if error := refusals.waiting(name, rollout):
        raise error
    refusals.disabled(name, body, "resume")
    return transitions.expose(body, _resumed(body, rollout, now, by))


def approve(name: str, body: Body, *, by: str, now: float) -> Written:
    """Open the gate at which the rollout waits, and go on at once."""
    rollout = _live(name, body, "approve")
    gate = rollout.plan.steps[rollout.step].gate
    if gate is None or rollout.paused is None or rollout.paused.cause != GATE:
        raise refusals.no_gate(name, rollout)
    if gate.approvers is not None and by not in gate.approvers:
        raise refusals.no_approver(name, by, gate.approvers)
    approval = Approval(step=rollout.step, by=by, at=float(int(now)))
    opened = altered(
        transitions.passed(rollout, now), approvals=(*rollout.approvals, approval)
    )
    return _onward(body, opened, now, f"approved by {by}")


def promote(
    name: str, body: Body, *, now: float, by: str, full: bool = False
) -> Written:
    """Skip what it waits for and go one step on; with `full`, everyone at once.

    A live rollout without a plan has no steps: it is promoted either way.
    """
    rollout = Rollout.of(body)
    unplanned = "weight" in body and not (rollout and rollout.live)
    if not damaged(body) and (rollout is None or unplanned):
        return plain.promote(name, body)
    rollout = _live(name, body, "promote")
    if full:
        why = f"by {by}, from {refusals.where(rollout)}"
        done = transitions.finished(rollout, now, phases.PROMOTE, why)
        return transitions.end(body, done, rollout.canary)
    if rollout.acting == phases.PENDING:
        raise refusals.not_begun(name)
    if error := refusals.waiting(name, rollout):
        raise error
    refusals.disabled(name, body, "promote")
    if rollout.phase == phases.PAUSED:
        rollout = _resumed(body, rollout, now, by)
    if rollout.phase == phases.BAKING:
        return _onward(transitions.expose(body, rollout), rollout, now, f"by {by}")
    if rollout.plan.steps[rollout.step].gate:
        return transitions.keep(body, transitions.gated(rollout, now))
    return transitions.expose(body, transitions.entered(rollout, now))


def abort(name: str, body: Body, *, now: float, why: str) -> Written:
    """Everyone back to stable, whatever is the case; nothing changes if it is over."""
    plain.release(name, body)
    rollout = Rollout.of(body)
    if rollout is None:
        return transitions.drop(body)
    if rollout.terminal:
        return plain.abort(name, body)
    aborted = transitions.aborted(rollout, now, why)
    return transitions.end(body, aborted, rollout.stable)


def retry(
    name: str,
    body: Body,
    *,
    id: str,  # noqa: A002 - what it is called in the document
    now: float,
    by: str,
) -> Written:
    """The aborted plan again, from its first step."""
    rollout = None if damaged(body) else Rollout.of(body)
    if rollout is None or rollout.phase != phases.ABORTED or "weight" in body:
        raise refusals.not_aborted(name, rollout, body)
    if plain.stable(body) != rollout.stable:
        raise refusals.moved_on(name, rollout, "retry")
    if rollout.plan.source == by_hand.NO_PLAN:
        raise refusals.no_plan(name)
    return start(
        name,
        body,
        rollout.plan.source,
        id=id,
        now=now,
        by=f"{by}, again after {rollout.id}",
        versions=rollout.versions,
    )


def undo(name: str, body: Body, *, now: float, by: str) -> Written:
    """Back at once to the colour that was stable before the last promotion."""
    rollout = None if damaged(body) else Rollout.of(body)
    promoted = {phases.DRAINING, phases.COMPLETED}
    if rollout is None or rollout.phase not in promoted or "weight" in body:
        raise refusals.not_promoted(name, rollout, body)
    if plain.stable(body) != rollout.canary:
        raise refusals.moved_on(name, rollout, "undo")
    why = f"undone by {by}: {rollout.stable} is stable again"
    return transitions.end(body, transitions.undone(rollout, now, why), rollout.stable)


def _live(name: str, body: Body, verb: str) -> Rollout:
    plain.release(name, body)
    return refusals.live(name, body, verb)


def _onward(body: Body, rollout: Rollout, now: float, why: str) -> Written:
    event, moved = transitions.onward(rollout, now, why)
    if event == phases.FINISH:
        return transitions.end(body, moved, rollout.canary)
    return transitions.keep(body, moved)


def _resumed(body: Body, rollout: Rollout, now: float, by: str) -> Rollout:
    paused, bake = rollout.paused, None
    if paused is not None and paused.phase == phases.BAKING:
        whole = rollout.plan.steps[rollout.step].bake
        afresh = paused.left is None or paused.cause == INCONCLUSIVE
        bake = whole if afresh else paused.left
    # Who resumes has seen what was edited; services can only have become fewer.
    kept = tuple(s for s in rollout.services if s in body["release"]["services"])
    why = f"{rollout.plan.words(rollout.step)}: resumed by {by}"
    resumed = transitions.resumed(rollout, now, bake=bake, why=why)
    return altered(resumed, services=kept)


def _last_promoted(body: Body) -> str:
    """The colour to go back to: what is stable, or was before somebody edited it."""
    rollout = Rollout.of(body)
    return rollout.stable if rollout and rollout.live else plain.stable(body)

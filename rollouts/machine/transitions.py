"""Every way in which a rollout can change, and what it does to the release's body.

Laws
1. Each transition takes its event through the table; what is not there is `Refused`.
2. `weight` is in the body exactly while the rollout is live.
3. Weight and groups rise only where a step is entered, or is resumed, and only to what
   the plan says of the steps entered so far.
4. A bake begins when its step is entered, whatever time it should have been.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Any

from flags.errors import InvalidDocument
from flags.store.plans import canonical
from rollouts.machine import phases
from rollouts.machine.rollout import END, GATE, Body, Pause, Rollout, later

Written = dict[str, Any]


class Refused(ValueError):
    """The table has no such transition: a mistake of the caller's."""


def after(rollout: Rollout, event: str) -> str:
    """The phase that the event leads to; raises `Refused`."""
    found = phases.TABLE.get((rollout.phase, event))
    if found is None:
        msg = f"a rollout that is {rollout.phase} takes no {event}"
        raise Refused(msg)
    return rollout.acting if found == phases.WHERE_IT_WAS else found


def begun(
    rollout: Rollout, now: float, *, watched: tuple[str, ...], ignored: tuple[str, ...]
) -> Rollout:
    """From pending to the checks before the first step; alarms are remembered."""
    ignoring = f"; in alarm at the start, so ignored until OK: {', '.join(ignored)}"
    return replace(
        _moved(rollout, phases.BEGIN, now),
        watched=watched,
        ignored=ignored,
        why=_ahead(rollout, 0) + (ignoring if ignored else ""),
    )


def pinned(rollout: Rollout, versions: Mapping[str, str] | None) -> Rollout:
    """With the versions that it is about, if it was not told them at the start."""
    if rollout.versions or not versions:
        return rollout
    return replace(rollout, versions=dict(versions))


def heeded(rollout: Rollout, alarms: tuple[str, ...]) -> Rollout:
    """Alarms that were ignored count from now on; all else stays as it is."""
    after(rollout, phases.WATCH)
    return replace(
        rollout,
        watched=(*rollout.watched, *alarms),
        ignored=tuple(name for name in rollout.ignored if name not in alarms),
    )


def entered(rollout: Rollout, now: float) -> Rollout:
    """The step is in force from now on, and bakes."""
    moved = replace(
        _moved(rollout, phases.ENTER, now),
        until=later(now, rollout.plan.steps[rollout.step].bake),
        extended=0,
        why=f"{rollout.plan.words(rollout.step)}: baking",
    )
    return _exposed(moved)


def gated(rollout: Rollout, now: float) -> Rollout:
    """The step is a gate: wait for a person."""
    gate = rollout.plan.steps[rollout.step].gate
    if gate is None:
        msg = f"step {rollout.step + 1} is no gate"
        raise Refused(msg)
    who = " or ".join(gate.approvers) if gate.approvers else "anybody"
    return replace(
        _moved(rollout, phases.GATE, now),
        until=later(now, gate.timeout),
        paused=Pause(phase=phases.PROGRESSING, cause=GATE),
        why=f"{rollout.plan.words(rollout.step)}: waits for approval by {who}",
    )


def passed(rollout: Rollout, now: float) -> Rollout:
    """The gate is open. A gate bakes no time, so the next step may begin at once."""
    return replace(
        _moved(rollout, phases.APPROVE, now),
        until=later(now, 0),
        why=f"{rollout.plan.words(rollout.step)}: approved",
    )


def extended(rollout: Rollout, now: float, why: str) -> Rollout:
    """Bake as long again."""
    return replace(
        _moved(rollout, phases.EXTEND, now),
        until=later(now, rollout.plan.steps[rollout.step].bake),
        extended=rollout.extended + 1,
        why=why,
    )


def onward(rollout: Rollout, now: float, why: str) -> tuple[str, Rollout]:
    """The bake is over: on to the next step, to the promotion, or to a person."""
    if rollout.step + 1 < len(rollout.plan.steps):
        ahead = rollout.step + 1
        words = f"{why}; {_ahead(rollout, ahead)}"
        moved = _moved(rollout, phases.ADVANCE, now)
        return phases.ADVANCE, replace(moved, step=ahead, extended=0, why=words)
    if rollout.plan.promotes:
        return phases.FINISH, finished(rollout, now, phases.FINISH, why)
    weight = rollout.exposure.weight
    words = f"the plan ends at {weight:g} %; promote with --full, or abort"
    return phases.HOLD, held(rollout, now, END, words)


def held(
    rollout: Rollout, now: float, cause: str, why: str, event: str = phases.HOLD
) -> Rollout:
    """Paused; how much of a bake is left is remembered."""
    left = None
    if rollout.phase == phases.BAKING:
        bake = rollout.plan.steps[rollout.step].bake
        # A clock that was set back must not lengthen a bake.
        left = ceil(min(max(over(rollout) - now, 0), bake))
    return replace(
        _moved(rollout, event, now),
        paused=Pause(phase=rollout.phase, cause=cause, left=left),
        why=why,
    )


def resumed(rollout: Rollout, now: float, *, bake: float | None, why: str) -> Rollout:
    """Back to where it was; `bake` are the seconds that it is still to bake."""
    until = None if bake is None else later(now, bake)
    return _exposed(replace(_moved(rollout, phases.RESUME, now), until=until, why=why))


def finished(rollout: Rollout, now: float, event: str, why: str) -> Rollout:
    """Promoted: the other colour drains."""
    words = f"promoted, {rollout.canary} is stable: {why}"
    until = later(now, rollout.plan.drain)
    return replace(_ended(rollout, event, now), until=until, why=words)


def completed(rollout: Rollout, now: float) -> Rollout:
    """Drained: nothing is left to do."""
    words = f"{rollout.canary} is stable, {rollout.stable} has drained"
    return replace(_ended(rollout, phases.COMPLETE, now), why=words)


def aborted(rollout: Rollout, now: float, why: str) -> Rollout:
    """Everyone is on the colour that was stable at the start."""
    return replace(_ended(rollout, phases.ABORT, now), why=why)


def undone(rollout: Rollout, now: float, why: str) -> Rollout:
    """The promotion is taken back."""
    return replace(_ended(rollout, phases.UNDO, now), why=why)


def over(rollout: Rollout) -> float:
    """When the bake, the gate or the draining ends, in seconds since the epoch."""
    if rollout.until is not None:
        return rollout.until
    draining = rollout.phase == phases.DRAINING
    bake = rollout.plan.steps[rollout.step].bake
    return later(rollout.at, rollout.plan.drain if draining else bake)


def keep(body: Body, rollout: Rollout) -> Written:
    """The body with this rollout; who is on the canary stays as it is."""
    return {**body, "rollout": rollout.data()}


def expose(body: Body, rollout: Rollout) -> Written:
    """The body with this rollout and the plan's weight."""
    return {**keep(body, rollout), "weight": rollout.exposure.weight}


def end(body: Body, rollout: Rollout, stable: str) -> Written:
    """The body with this rollout, everyone on one colour."""
    return {**rested(keep(body, rollout)), **stably(body, stable)}


def drop(body: Body) -> Written:
    """The body without any rollout: all that can be done with a damaged one."""
    return _without(rested(body), "rollout")


def rested(body: Body) -> Written:
    """The body without a weight.

    And without a `plan` that can't be read any more: no body is written with one, and
    it must not keep the canary's users where they are.
    """
    if body.keys().isdisjoint({"weight", "rollout"}) or _planned(body):
        return _without(body, "weight")
    return _without(body, "weight", "plan")


def stably(body: Body, colour: str) -> Written:
    """The part of the body that says which colour is stable, written only if new."""
    release = body["release"]
    if release.get("stable", "blue") == colour:
        return {"release": release}
    return {"release": {**release, "stable": colour}}


def _ahead(rollout: Rollout, index: int) -> str:
    step = rollout.plan.steps[index]
    checks = " once its checks have passed" if step.before else ""
    return f"next is {rollout.plan.words(index)}{checks}"


def _moved(rollout: Rollout, event: str, now: float) -> Rollout:
    return replace(
        rollout,
        phase=after(rollout, event),
        at=float(int(now)),
        until=None,
        paused=None,
    )


def _ended(rollout: Rollout, event: str, now: float) -> Rollout:
    return replace(_moved(rollout, event, now), admitted=(), extended=0)


def _exposed(rollout: Rollout) -> Rollout:
    return replace(rollout, admitted=rollout.exposure.admitted)


def _planned(body: Body) -> bool:
    """Whether the body's own plan, if it has one, is sound."""
    if "plan" not in body:
        return True
    try:
        canonical(body["plan"])
    except InvalidDocument:
        return False
    return True


def _without(body: Body, *names: str) -> Written:
    return {key: value for key, value in body.items() if key not in names}

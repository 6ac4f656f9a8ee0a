"""What sends a rollout back to stable, in whatever live phase it is.

The first that is found is told; where two hold, the surer one comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flags.store.stable import stable_of
from rollouts.judge.verdict import REGRESSED
from rollouts.machine import phases
from rollouts.machine.plan import EVERYONE, Check
from rollouts.machine.rollout import GATE, Body, Rollout
from rollouts.machine.seen import ALARM, FAILED, UNKNOWN, Seen
from rollouts.machine.transitions import over

# Seconds beyond its timeout in which a check may come to be asked at all: a throttled
# function, or a controller that was away.
PATIENCE: Final = 300


def found(body: Body, rollout: Rollout, seen: Seen) -> str | None:
    """Why everyone must go back to stable now; None if nothing is known."""
    return next(_all(body, rollout, seen), None)


def added(body: Body, rollout: Rollout) -> list[str]:
    """Services that the rollout didn't begin with."""
    if not rollout.services:
        return []
    return [s for s in body["release"]["services"] if s not in rollout.services]


def _all(body: Body, rollout: Rollout, seen: Seen) -> Iterator[str]:
    if seen.marked:
        words = f": {seen.words}" if seen.verdict == REGRESSED else ""
        yield f"a sentinel aborted: the canary fails more often than stable{words}"
    yield from _by_hand(body, rollout, seen)
    yield from _moved(seen)
    if seen.verdict == REGRESSED:
        yield seen.words or "the canary fails more often than stable"
    yield from _alarms(rollout, seen)
    yield from _checks(rollout, seen)
    if seen.canary_missing:
        yield f"the canary's alias is gone: {', '.join(seen.canary_missing)}"
    yield from _late(rollout, seen.now)


def _by_hand(body: Body, rollout: Rollout, seen: Seen) -> Iterator[str]:
    """Exposure that no plan asked for. Less of it is a doubt (`doubts`), no danger."""
    planned, weight = rollout.exposure, _percent(body.get("weight"))
    if stable_of(body) != rollout.stable:
        yield f"the stable colour was changed by hand; it goes back to {rollout.stable}"
    if weight is None:
        yield "the weight was removed or damaged by hand, so the rollout is over"
    highest = max(weight or 0, seen.weight or 0)
    if highest > planned.weight:
        yield f"weight {highest:g} % is above the plan's {planned.weight:g} %"
    if more := [name for name in rollout.admitted if name not in planned.admitted]:
        yield f"groups were admitted that the plan doesn't name: {', '.join(more)}"
    if services := added(body, rollout):
        yield f"services were added by hand: {', '.join(services)}"


def _moved(seen: Seen) -> Iterator[str]:
    """Versions that nobody judged. Stable's alone is a doubt (`doubts`)."""
    if seen.canary_moved:
        also = f"; stable's too: {', '.join(seen.stable_moved)}"
        yield (
            "the canary's alias was moved to what nobody judged: "
            f"{', '.join(seen.canary_moved)}{also if seen.stable_moved else ''}"
        )


def _percent(weight: object) -> float | None:
    """The weight, if it is one: a table can be edited past all checks."""
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    return weight if number and 0 <= weight <= EVERYONE else None  # type: ignore[operator,return-value]


def _alarms(rollout: Rollout, seen: Seen) -> Iterator[str]:
    if seen.alarms is None:
        return
    if red := [name for name in rollout.watched if seen.alarms.get(name) == ALARM]:
        yield f"in alarm: {', '.join(red)}"
    if rollout.phase != phases.PENDING:
        return
    if unknown := [name for name in rollout.plan.alarms if name not in seen.alarms]:
        yield f"no such alarm: {', '.join(unknown)}; name another in the plan"


def _checks(rollout: Rollout, seen: Seen) -> Iterator[str]:
    for check in rollout.checks:
        state = seen.checks.get(check.key, UNKNOWN)
        if state == FAILED:
            yield f"check {check.invoke} failed"
        if state == UNKNOWN and seen.now >= _answered_by(rollout, check):
            yield f"check {check.invoke} gave no answer in {check.timeout:g} s"


def _answered_by(rollout: Rollout, check: Check) -> float:
    """When its silence counts as a failure: while a bake goes on it never does."""
    asked = over(rollout) if rollout.phase == phases.BAKING else rollout.at
    return asked + check.timeout + PATIENCE


def _late(rollout: Rollout, now: float) -> Iterator[str]:
    paused = rollout.paused
    if paused and paused.cause == GATE and now >= over(rollout):
        yield f"nobody approved {rollout.plan.words(rollout.step)} in time"
    if now >= rollout.expires:
        waiting = f"; it was paused ({paused.cause})" if paused else ""
        yield f"the deadline of {rollout.plan.source['deadline']} is over{waiting}"

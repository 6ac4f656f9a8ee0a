"""What automation does with a rollout: one look, at most one transition.

Laws
1. Pure: the same look at the same body says the same. Two controllers write the same
   change, of which the store takes one.
2. Harm comes first, in every live phase, paused too: it aborts. Doubt pauses. Only then
   is there progress.
3. Nothing is raised beyond the plan: a weight rises only where a step is entered, and
   one look enters one step at most, however late it is and whatever the clock says.
4. A bake is over when its `until` has passed and whoever is to be heard was heard: what
   can't be seen (verdict, alarms, checks) is waited for, never taken for good. A bake
   of which nobody was counted pauses, though its plan says `advance`.
5. Nothing waits for ever: gates, checks and the whole rollout have a time, and abort
   when it is over. A pause lasts until the deadline at most.
6. A rollout that can't be read, or was taken apart by hand, goes back to stable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rollouts.judge.verdict import INCONCLUSIVE as NOBODY_KNOWS
from rollouts.judge.verdict import PROVEN
from rollouts.machine import dangers, doubts, phases, silence, transitions
from rollouts.machine.doubts import Doubt
from rollouts.machine.plan import EVERYONE
from rollouts.machine.rollout import INCONCLUSIVE, Body, Rollout, damaged
from rollouts.machine.seen import ALARM, OK, PASSED, Seen

# How often a bake that shows nothing is extended, if the plan wants it.
MOST_EXTENSIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The body to write, the event that made it, and how history calls it."""

    body: dict[str, Any]
    event: str
    why: str
    action: str


def tick(body: Body, seen: Seen) -> Change | None:
    """What is to be done now; None if nothing is.

    It may be asked again with the new body and the same look, until it says None.
    """
    rollout = Rollout.of(body)
    if rollout is None:
        return _unreadable(body)
    if not rollout.live:
        return _drained(body, rollout, seen.now)
    if harm := dangers.found(body, rollout, seen):
        return _abort(body, rollout, seen.now, harm)
    return _heeding(body, rollout, seen) or _harmless(body, rollout, seen)


def _harmless(body: Body, rollout: Rollout, seen: Seen) -> Change | None:
    """Nothing is known to be wrong: doubt pauses, and only then is there progress."""
    if rollout.phase == phases.PAUSED:
        return None
    if doubt := doubts.found(body, rollout, seen):
        return _hold(body, rollout, seen.now, doubt)
    return _progress(body, rollout, seen)


def _progress(body: Body, rollout: Rollout, seen: Seen) -> Change | None:
    by_phase = {
        phases.PENDING: _pending,
        phases.PROGRESSING: _progressing,
        phases.BAKING: _baking,
    }
    return by_phase[rollout.phase](body, rollout, seen)


def _heeding(body: Body, rollout: Rollout, seen: Seen) -> Change | None:
    """What was red at the start and is OK now would say something by turning red."""
    states = seen.alarms or {}
    fine = tuple(name for name in rollout.ignored if states.get(name) == OK)
    if not fine:
        return None
    why = f"OK again, so it counts from now on: {', '.join(fine)}"
    heeded = transitions.heeded(rollout, fine)
    made = _kept(body, phases.WATCH, heeded)
    return replace(made, why=why)


def _pending(body: Body, rollout: Rollout, seen: Seen) -> Change | None:
    """What is red before anybody is on the canary is ignored until it is OK."""
    alarms = rollout.plan.alarms
    if alarms and seen.alarms is None:
        return None
    states = seen.alarms or {}
    watched = tuple(name for name in alarms if states[name] != ALARM)
    ignored = tuple(name for name in alarms if states[name] == ALARM)
    pinned = transitions.pinned(rollout, seen.versions)
    begun = transitions.begun(pinned, seen.now, watched=watched, ignored=ignored)
    return _kept(body, phases.BEGIN, begun)


def _progressing(body: Body, rollout: Rollout, seen: Seen) -> Change | None:
    if rollout.plan.steps[rollout.step].gate:
        return _kept(body, phases.GATE, transitions.gated(rollout, seen.now))
    if _unanswered(rollout, seen):
        return None
    pinned = transitions.pinned(rollout, seen.versions)
    entered = transitions.entered(pinned, seen.now)
    return _change(transitions.expose(body, entered), phases.ENTER, entered)


def _baking(body: Body, rollout: Rollout, seen: Seen) -> Change | None:
    if seen.now < transitions.over(rollout) or _unanswered(rollout, seen):
        return None
    if why := silence.found(rollout, seen):
        return _hold(body, rollout, seen.now, Doubt(cause=INCONCLUSIVE, why=why))
    if not _judged(rollout):
        return _onward(body, rollout, seen, "time served")
    if seen.verdict == PROVEN:
        return _onward(body, rollout, seen, seen.words or "proven healthy")
    if seen.verdict == NOBODY_KNOWS:
        return _undecided(body, rollout, seen)
    return None


def _undecided(body: Body, rollout: Rollout, seen: Seen) -> Change:
    """The bake is over, and the judge doesn't know: the plan says what then."""
    words = f"undecided: {seen.words}" if seen.words else "undecided"
    policy = rollout.plan.inconclusive
    if policy == "advance":
        return _onward(body, rollout, seen, f"time served, no harm seen ({words})")
    if policy == "abort":
        return _abort(body, rollout, seen.now, f"{words}; the plan aborts then")
    if policy == "extend" and rollout.extended < MOST_EXTENSIONS:
        again = f"bakes again ({rollout.extended + 1} of {MOST_EXTENSIONS}), {words}"
        longer = transitions.extended(rollout, seen.now, again)
        return _kept(body, phases.EXTEND, longer)
    why = f"{words}; promote goes on to the next step, resume bakes once more"
    return _hold(body, rollout, seen.now, Doubt(cause=INCONCLUSIVE, why=why))


def _judged(rollout: Rollout) -> bool:
    """Whether a verdict can be had: it compares users drawn by lot, on both colours."""
    return rollout.plan.judged and 0 < rollout.exposure.weight < EVERYONE


def _unanswered(rollout: Rollout, seen: Seen) -> bool:
    """Whether a check, CloudWatch or Lambda has yet to answer.

    Failures were found before.
    """
    if seen.unsettled:
        return True
    if rollout.plan.alarms and seen.alarms is None:
        return True
    return any(seen.checks.get(check.key) != PASSED for check in rollout.checks)


def _onward(body: Body, rollout: Rollout, seen: Seen, why: str) -> Change:
    event, moved = transitions.onward(rollout, seen.now, why)
    if event == phases.FINISH:
        return _change(transitions.end(body, moved, rollout.canary), event, moved)
    return _kept(body, event, moved)


def _drained(body: Body, rollout: Rollout, now: float) -> Change | None:
    if rollout.terminal or now < transitions.over(rollout):
        return None
    done = transitions.completed(rollout, now)
    return _kept(body, phases.COMPLETE, done)


def _hold(body: Body, rollout: Rollout, now: float, doubt: Doubt) -> Change:
    held = transitions.held(rollout, now, doubt.cause, doubt.why)
    return _kept(body, phases.HOLD, held)


def _abort(body: Body, rollout: Rollout, now: float, why: str) -> Change:
    aborted = transitions.aborted(rollout, now, why)
    ended = transitions.end(body, aborted, rollout.stable)
    return _change(ended, phases.ABORT, aborted)


def _unreadable(body: Body) -> Change | None:
    if not damaged(body) or "weight" not in body:
        return None
    why = "the rollout in the document can't be read"
    action = phases.action(phases.ABORT)
    dropped = transitions.drop(body)
    return Change(body=dropped, event=phases.ABORT, why=why, action=action)


def _kept(body: Body, event: str, rollout: Rollout) -> Change:
    return _change(transitions.keep(body, rollout), event, rollout)


def _change(body: dict[str, Any], event: str, rollout: Rollout) -> Change:
    return Change(body=body, event=event, why=rollout.why, action=phases.action(event))

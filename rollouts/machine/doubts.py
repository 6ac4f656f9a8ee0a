"""What makes a rollout wait for a person: nothing is known to be broken for users.

A missing alias of stable is among them, though nothing could be worse: everyone is on
stable by its name, so neither more nor fewer users on the canary would be safe. Who is
where is left alone, and a person must bring the alias back. The same holds if stable's
alias was moved to a version that the canary was never compared with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rollouts.machine.rollout import CHECK, EDITED, Body, Rollout
from rollouts.machine.seen import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """The cause of a pause, and the words for people."""

    cause: str
    why: str


def found(body: Body, rollout: Rollout, seen: Seen) -> Doubt | None:
    """The first doubt; None if there is none."""
    for why in _broken(rollout, seen):
        return Doubt(cause=CHECK, why=why)
    for why in _by_hand(body, rollout):
        return Doubt(cause=EDITED, why=why)
    return None


def _broken(rollout: Rollout, seen: Seen) -> Iterator[str]:
    if seen.stable_missing:
        missing = ", ".join(seen.stable_missing)
        yield f"stable's own alias is gone: {missing}; create it again, then resume"
    if seen.stable_moved:
        moved = ", ".join(seen.stable_moved)
        yield f"stable's alias was moved: {moved}; point it back and resume, or abort"
    if seen.suspect:
        yield f"users are not routed as the weight says: {seen.suspect}"
    known = rollout.watched if seen.alarms is None else seen.alarms
    if gone := [name for name in rollout.watched if name not in known]:
        yield f"an alarm is gone: {', '.join(gone)}; create it again, then resume"


def _by_hand(body: Body, rollout: Rollout) -> Iterator[str]:
    """Fewer users than the plan says: somebody meant something by it."""
    planned = rollout.exposure
    if not body.get("enabled", True):
        yield "switched off by hand; enable it, then resume"
    if (weight := body["weight"]) < planned.weight:
        yield f"weight {weight:g} % is below the plan's {planned.weight:g} %"
    if fewer := [name for name in planned.admitted if name not in rollout.admitted]:
        yield f"groups were taken out by hand: {', '.join(fewer)}"
    services = body["release"]["services"]
    if gone := [name for name in rollout.services if name not in services]:
        yield f"services were removed by hand: {', '.join(gone)}"

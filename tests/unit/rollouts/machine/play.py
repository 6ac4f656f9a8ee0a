"""Rollouts for tests: a release, plans, and looks at the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flags.store.plans import canonical
from rollouts.machine import moves
from rollouts.machine.rollout import Rollout
from rollouts.machine.seen import PASSED, Seen
from rollouts.machine.tick import tick

START = 1_800_000_000.0
RESTING: Mapping[str, Any] = {
    "release": {"services": ["web"], "stable": "blue"},
    "description": "x",
}
STEPS: Sequence[Mapping[str, Any]] = [
    {"groups": ["testers"], "bake": "10m"},
    {"weight": 10, "bake": "10m", "before": [{"invoke": "smoke:live"}]},
    {"gate": {"approvers": ["ana", "bob"], "timeout": "1h"}},
    {"weight": 100, "bake": "10m", "during": [{"invoke": "probe:live"}]},
]
SHORT: Sequence[Mapping[str, Any]] = [
    {"weight": 10, "bake": "10m"},
    {"weight": 100, "bake": "10m"},
]
GATE: Sequence[Mapping[str, Any]] = [
    {"weight": 5, "bake": "1m"},
    {"gate": {"approvers": ["ana"], "timeout": "1h"}},
    *SHORT,
]
ANSWERED = {"before/1/0": PASSED, "during/3/0": PASSED}


def plan(steps: Sequence[Mapping[str, Any]] = STEPS, **given: Any) -> dict[str, Any]:
    """A canonical plan of these steps."""
    return canonical({"steps": list(steps), **given})


def started(
    steps: Sequence[Mapping[str, Any]] = STEPS,
    body: Mapping[str, Any] = RESTING,
    **given: Any,
) -> dict[str, Any]:
    """The body of a release whose rollout was started just now."""
    return moves.start(
        "shop", body, plan(steps, **given), id="abcd1234", now=START, by="ana"
    )


def look(after: float = 0, **seen: Any) -> Seen:
    """A look that many seconds after the start; checks pass, and nothing is wrong."""
    usual = {"verdict": "PROVEN", "checks": ANSWERED}
    return Seen(now=START + after, **{**usual, **seen})


def ticked(body: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    """The body after all that one look leads to."""
    found = dict(body)
    while change := tick(found, seen):
        found = change.body
    return found


def gated() -> dict[str, Any]:
    """A body that waits at a gate."""
    return ticked(baking(GATE), look(60))


def ended() -> dict[str, Any]:
    """A body whose plan ended at half."""
    return ticked(baking([{"weight": 50, "bake": "1m"}]), look(60))


def draining() -> dict[str, Any]:
    """A body that was promoted by its plan."""
    return ticked(ticked(baking(), look(600)), look(1200))


def completed() -> dict[str, Any]:
    """A body whose old version has drained."""
    return ticked(draining(), look(3600))


def of(body: Mapping[str, Any]) -> Rollout:
    """The rollout of a body that has one."""
    found = Rollout.of(body)
    assert found is not None
    return found


def baking(
    steps: Sequence[Mapping[str, Any]] = SHORT,
    body: Mapping[str, Any] = RESTING,
    **given: Any,
) -> dict[str, Any]:
    """A body whose first step bakes since the start."""
    return ticked(started(steps, body, **given), look())


def paused(
    steps: Sequence[Mapping[str, Any]] = SHORT, after: float = 0, **given: Any
) -> dict[str, Any]:
    """A body that was paused by hand that many seconds into its first bake."""
    return moves.pause("shop", baking(steps, **given), now=START + after, by="ana")

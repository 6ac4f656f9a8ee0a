"""The moves that a person can make with a release, as functions from body to body.

Laws
1. Pure: a stored body in, a new body out; the input is kept.
2. A rollout is live while the body has a `weight`; 0 is live too (only those named by
   targets and rules are on the canary).
3. Promotion swaps the roles, not the code: the canary's colour becomes stable.
4. Abort works on every release, at any time, and twice.

These are the moves without a plan. While a plan runs it sets the weight: the moves of
`rollouts.machine.moves` keep both in step, and fall back on these where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flags.errors import InvalidDocument, NoRollout, Problem
from flags.store.compiler import other
from flags.store.stable import stable_of
from rollouts.machine import refusals, transitions

Body = Mapping[str, Any]


def set_weight(name: str, body: Body, percent: float) -> dict[str, Any]:
    """Give the canary this percentage; starts a rollout if none is live.

    Raises `InvalidDocument` while a plan runs, unless it is paused and keeps its limit.
    """
    release(name, body)
    if error := refusals.set_weight(name, body, percent):
        raise error
    return {**body, "weight": percent}


def promote(name: str, body: Body) -> dict[str, Any]:
    """Everyone to the canary's colour, which is stable from now on."""
    released = release(name, body)
    if "weight" not in body:
        msg = f"{name} has no live rollout to promote; start one with `set-weight`"
        raise NoRollout(msg)
    swapped = {**released, "stable": other(stable(body))}
    return {**transitions.rested(body), "release": swapped}


def abort(name: str, body: Body) -> dict[str, Any]:
    """Everyone to stable; the body as it is if no rollout is live."""
    release(name, body)
    return transitions.rested(body) if "weight" in body else dict(body)


def stable(body: Body) -> str:
    """The colour that is stable now."""
    return stable_of(body)


def release(name: str, body: Body) -> Mapping[str, Any]:
    """What makes the flag a release; raises `InvalidDocument` if nothing does."""
    found = body.get("release")
    if found is None:
        message = "not a release; change its `serve` with `canary apply`"
        raise InvalidDocument([Problem(path=f"flags.{name}", message=message)])
    return dict(found)

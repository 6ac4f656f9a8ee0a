"""The record of a promotion without a plan, so that it can be seen and taken back.

Laws
1. Pure. A promotion by hand leaves what a plan's leaves once it is over: colours,
   services and versions. `undo` needs nothing else.
2. What a plan promoted has its own record, and keeps it.
"""

from __future__ import annotations

from typing import Any, Final

from flags.store.compiler import other
from flags.store.plans import canonical
from rollouts import moves as plain
from rollouts.machine import phases, transitions
from rollouts.machine.plan import Plan
from rollouts.machine.rollout import Body, Rollout, damaged
from rollouts.machine.transitions import Written

# What stands in a record for the plan that there was none of: everyone, at once.
NO_PLAN: Final[Any] = canonical(
    {"steps": [{"weight": 100, "bake": "1s"}], "guards": {"errors": False}}
)


def recorded(
    before: Body,
    made: Written,
    *,
    id: str,  # noqa: A002 - what it is called in the document
    now: float,
    by: str,
) -> Written:
    """What a promotion made, with a record of it if no plan made it."""
    stable = plain.stable(before)
    swapped = plain.stable(made) != stable
    if not swapped or damaged(before) or made.get("rollout") != before.get("rollout"):
        return made
    rollout = Rollout(
        id=id,
        plan=Plan.of(NO_PLAN),
        phase=phases.COMPLETED,
        step=0,
        began=float(int(now)),
        at=float(int(now)),
        why=f"{other(stable)} is stable: promoted by {by}, without a plan",
        stable=stable,
        canary=other(stable),
        services=tuple(made["release"]["services"]),
    )
    return transitions.keep(made, rollout)

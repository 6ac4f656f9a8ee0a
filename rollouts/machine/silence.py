"""A bake in which the canary had users by the plan, and nobody counted any.

Laws
1. No evidence is not evidence of health: neither `advance`, nor the last step's time,
   nor a proof without anything that it could be made of, goes on from here.
2. Only what was read counts as silence. Evidence that can't be read is waited for.
3. What the plan does by itself to be safer, it does: bake again, or abort.
"""

from __future__ import annotations

from rollouts.judge.verdict import PROVEN
from rollouts.machine.plan import EVERYONE
from rollouts.machine.rollout import Rollout
from rollouts.machine.seen import Seen

_REMEDY = "promote goes on to the next step all the same, resume bakes once more"


def found(rollout: Rollout, seen: Seen) -> str | None:
    """Why this bake must not be counted as served; None if it may."""
    weight = rollout.exposure.weight
    if not rollout.plan.judged or not weight or seen.counted is None:
        return None
    canary, stable = seen.counted
    if canary:
        return None
    compared = weight < EVERYONE and seen.verdict != PROVEN
    if compared and rollout.plan.inconclusive != "advance":
        return None
    return f"no evidence: {_words(stable)}; {_REMEDY}"


def _words(stable: int) -> str:
    if stable:
        return (
            f"{stable} looks at users on stable were counted and none on the canary, "
            "so there were too few users for this weight, or the canary gets none"
        )
    return (
        "nobody was counted on either version, so there was no traffic, or the "
        "routers' sentinels are off or denied (their log says `sentinel denied`)"
    )

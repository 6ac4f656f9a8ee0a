"""The part of a rollout plan that can be played: its weights, bakes and guard.

Laws
1. Groups and gates are not played: nobody knows how many users a group is, or when a
   person comes. That is said, and counts for nothing in the time.
2. The judge has the plan's own settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flags.errors import InvalidDocument, Problem
from flags.store.plans import seconds
from rollouts.judge import Settings
from rollouts.simulation import Step

WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A plan's steps, the judge's settings, and what is left out."""

    steps: tuple[Step, ...]
    settings: Settings
    notes: tuple[str, ...]


def played(plan: Mapping[str, Any], path: str = "--plan") -> Played:
    """Of a canonical plan; raises `InvalidDocument` if nothing of it can be played."""
    rows = list(enumerate(plan["steps"], 1))
    weights = [step for _, step in rows if step.get("weight")]
    problems = []
    if not weights:
        problems.append("none of its steps has a weight, and only weights are played")
    if not plan["guards"]["errors"]:
        problems.append("it doesn't guard errors, which is what a simulated bug makes")
    if problems:
        raise InvalidDocument([Problem(path=path, message=told) for told in problems])
    return Played(
        steps=tuple(
            Step(percent=step["weight"], minutes=seconds(step["bake"]) / 60)
            for step in weights
        ),
        settings=_settings(plan["guards"]["errors"]),
        notes=tuple(_left_out(*row) for row in rows if not row[1].get("weight")),
    )


def _settings(errors: Mapping[str, Any]) -> Settings:
    return Settings(
        alpha=errors["alpha"],
        tolerance=errors["tolerance"],
        floor_users=errors["floor"]["users"],
        floor_share=errors["floor"]["share"] / WHOLE,
    )


def _left_out(number: int, step: Mapping[str, Any]) -> str:
    if step.get("gate") is not None:
        return f"step {number} is a gate: the time until somebody approves is left out"
    if step.get("groups"):
        groups = ", ".join(step["groups"])
        return f"step {number} ({groups}) is left out: nobody knows how many users"
    return f"step {number} is left out: at 0 % nobody comes to the canary"

"""A rollout in a few words, for lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rollouts.machine.rollout import Rollout


def brief(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Which rollout runs, in which phase and step; None where none does."""
    rollout = Rollout.of(body)
    if rollout is None or rollout.terminal:
        return None
    return {
        "id": rollout.id,
        "phase": rollout.phase,
        "step": rollout.step + 1,
        "of": len(rollout.plan.steps),
    }


def told(rollout: Mapping[str, Any]) -> str:
    """The same in words."""
    if rollout["phase"] == "draining":
        return "promoted, the version before is kept for a while"
    return f"{rollout['phase']}, step {rollout['step']} of {rollout['of']}"

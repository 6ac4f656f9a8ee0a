"""A plan's steps as rows: what each does, how long it takes, how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from admin_cli.percentage import show
from admin_cli.rollouts.times import span
from flags.store.plans import seconds

Data = dict[str, Any]
Plan = Mapping[str, Any]

DONE, CURRENT, FAILED, AHEAD, DROPPED = "done", "current", "failed", "ahead", "dropped"
_SIGNS = {DONE: "✓", CURRENT: "→", FAILED: "✗", AHEAD: " ", DROPPED: "-"}
_OVER = {"draining", "completed"}


def rows(plan: Plan) -> list[Data]:
    """The steps of a canonical plan; times in seconds, gates as if approved at once.

    `starts` is when a step begins at the earliest; gates take no time.
    """
    lasts = [
        seconds(step["bake"]) if step.get("bake") else 0.0 for step in plan["steps"]
    ]
    starts = accumulate(lasts, initial=0.0)
    return [
        _row(number, step, begins, least)
        for number, (step, begins, least) in enumerate(
            zip(plan["steps"], starts, lasts, strict=False), 1
        )
    ]


def at_best(plan: Plan) -> float:
    """Seconds until promotion if nobody is waited for and nothing is extended."""
    return float(sum(row["seconds"] for row in rows(plan)))


def marked(plan: Plan, phase: str, step: int) -> list[Data]:
    """The rows, each with its `state`, in a rollout that is in this step and phase."""
    return [
        row | {"state": _state(row["number"] - 1, phase, step)} for row in rows(plan)
    ]


def told(row: Mapping[str, Any]) -> str:
    """What a step does, in a few words."""
    if row["kind"] == "gate":
        who = ", ".join(row["approvers"]) or "anybody"
        return f"{who} approves"
    if row["kind"] == "groups":
        return "groups " + ", ".join(row["groups"])
    return show(row["weight"])


def lasting(row: Mapping[str, Any]) -> str:
    """How long a step takes."""
    if row["kind"] == "gate":
        return f"{span(row['timeout'])} at most"
    return span(row["seconds"])


def checking(row: Mapping[str, Any]) -> str:
    """The functions that a step invokes."""
    told = [f"before: {name}" for name in row["before"]]
    return "; ".join([*told, *(f"during: {name}" for name in row["during"])])


def sign(row: Mapping[str, Any]) -> str:
    """A tick, an arrow, a cross, or nothing yet."""
    return _SIGNS[row["state"]]


def _row(number: int, step: Plan, starts: float, lasts: float) -> Data:
    gate = step.get("gate")
    kinds = ("gate", "groups", "weight")
    kind = next(kind for kind in kinds if step.get(kind) is not None)
    return {
        "number": number,
        "kind": kind,
        "weight": step.get("weight"),
        "groups": list(step.get("groups") or ()),
        "approvers": list((gate or {}).get("approvers") or ()),
        "timeout": seconds(gate["timeout"]) if gate else None,
        "starts": starts,
        "seconds": lasts,
        "before": _invoked(step.get("before")),
        "during": _invoked(step.get("during")),
    }


def _invoked(checks: Sequence[Mapping[str, Any]] | None) -> list[str]:
    return [str(check["invoke"]) for check in checks or ()]


def _state(index: int, phase: str, step: int) -> str:
    if phase in _OVER or index < step:
        return DONE
    if index > step or phase == "pending":
        return DROPPED if phase == "aborted" else AHEAD
    return FAILED if phase == "aborted" else CURRENT

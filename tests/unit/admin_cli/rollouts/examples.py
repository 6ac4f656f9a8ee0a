"""Rollouts in all phases, and evidence about them, for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from admin_cli.rollouts.view import Found
from flags.store.plans import canonical
from rollouts.evidence.look import Drawn, Latency, Look
from rollouts.judge import Count, Settings, Tally, begin, observe
from rollouts.judge.share import Share, counted

# 2026-03-02T09:14:00Z
BEGAN = 1_772_442_840.0
PLAN = {
    "steps": [
        {"groups": ["testers"], "bake": "10m"},
        {
            "weight": 5,
            "bake": "15m",
            "before": [{"invoke": "shop-smoke:live"}],
            "during": [{"invoke": "shop-probe:live"}],
        },
        {"gate": {"approvers": ["alice"], "timeout": "4h"}},
        {"weight": 100, "bake": "30m"},
    ]
}

ENDED = {"aborted", "completed"}


def rollout(phase: str = "baking", step: int = 1, **more: Any) -> dict[str, Any]:
    """A rollout's mapping, ten minutes after it began."""
    return {
        "id": "k3j2h1g0",
        "plan": canonical(PLAN),
        "phase": phase,
        "step": step,
        "began": "2026-03-02T09:14:00Z",
        "at": "2026-03-02T09:24:00Z",
        "why": "",
        "extended": 0,
        "approvals": [],
        "alarms": {"watched": [], "ignored": []},
        "colours": {"stable": "blue", "canary": "green"},
        "admitted": ["testers"],
    } | more


def body(
    live: Mapping[str, Any] | None = None, weight: float | None = 5, **more: Any
) -> dict[str, Any]:
    """A release's document."""
    promoted = (live or {}).get("phase") in {"draining", "completed"}
    stable = "green" if promoted else "blue"
    found = {"release": {"services": ["shop"], "stable": stable}, **more}
    if live is not None:
        found["rollout"] = dict(live)
    if weight is not None:
        found["weight"] = weight
    return found


def found(live: Mapping[str, Any] | None = None, **more: Any) -> Found:
    """A release as it was found, with this rollout."""
    phase = (live or {}).get("phase")
    weight = more.pop("weight", None if phase in ENDED else 5)
    return Found(name="shop", version=7, body=body(live, weight), **more)


def look(canary: tuple[int, int] = (1, 40), stable: tuple[int, int] = (4, 760)) -> Look:
    """What the evidence holds: failures, and users, of each."""
    count = Count(
        canary=canary[1],
        canary_failed=canary[0],
        stable=stable[1],
        stable_failed=stable[0],
    )
    totals = Tally(counts={"errors": {"warm": count}}, users=(canary[1], stable[1]))
    return Look(
        state=observe(begin(Settings()), totals),
        totals=totals,
        share=counted(Share(), canary[1], stable[1], 5),
        weights={5.0: Drawn(canary=canary[1], stable=stable[1])},
        latency={"canary": Latency(calls=canary[1], p50=120.4, p99=911.0)},
        containers=3,
        judged_at=BEGAN + 600,
    )

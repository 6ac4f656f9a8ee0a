"""Rollouts as documents hold them."""

from __future__ import annotations

from typing import Any

from flags.store.changes import Edit, Signature, Store
from flags.store.plans import canonical
from flags.store.writer import Writer


def rollout(**changes: Any) -> dict[str, Any]:
    """A rollout that bakes its first step of the plan `standard`."""
    return {
        "id": "abcd1234",
        "plan": canonical("standard"),
        "phase": "baking",
        "step": 0,
        "began": "2026-12-01T09:00:00Z",
        "at": "2026-12-01T09:01:00Z",
        "why": "entered step 1",
        "extended": 0,
        "approvals": [],
        "alarms": {"watched": [], "ignored": []},
        "colours": {"stable": "blue", "canary": "green"},
        "admitted": [],
        **changes,
    }


def release(weight: float | None = 1, **changes: Any) -> dict[str, Any]:
    """A release with such a rollout."""
    body: dict[str, Any] = {
        "release": {"services": ["web"], "stable": "blue"},
        "rollout": rollout(**changes),
    }
    return body if weight is None else {**body, "weight": weight}


def put(store: Store, name: str, body: dict[str, Any]) -> None:
    """Write a body as the machine would."""
    clock = "2026-12-01T09:00:00Z"
    Writer(store=store, timestamp=lambda: clock, salt=lambda: "salt").write(
        lambda state: [
            Edit(name=name, body=body, based_on=state.version(name), action="test")
        ],
        Signature(author="machine"),
    )

"""LaunchDarkly's server SDK over rules in memory, with no events sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ldclient import Context, LDClient
from ldclient.config import Config
from ldclient.feature_store import InMemoryFeatureStore
from ldclient.versioned_data_kind import FEATURES, SEGMENTS

from benchmarks.harness import workload
from benchmarks.harness.workload import User


class Engine:
    """Implements `benchmarks.peers.Engine`."""

    def __init__(self) -> None:
        store = InMemoryFeatureStore()
        store.init({FEATURES: flags(), SEGMENTS: segments()})
        self._client = LDClient(
            Config("none", feature_store=store, use_ldd=True, send_events=False)
        )

    def contexts(self, users: Sequence[User]) -> list[Any]:
        """The SDK's contexts."""
        return [Context.from_dict(_context(user)) for user in users]

    def on_off(self, contexts: Sequence[Any]) -> list[bool]:
        """The flag that is on."""
        return [
            self._client.variation("on-off", one, default=False) for one in contexts
        ]

    def split(self, contexts: Sequence[Any]) -> list[bool]:
        """The flag that is on for some."""
        return [self._client.variation("split", one, default=False) for one in contexts]

    def rules(self, contexts: Sequence[Any]) -> list[bool]:
        """The flag with five rules."""
        return [self._client.variation("rules", one, default=False) for one in contexts]

    def close(self) -> None:
        """End the client's threads."""
        self._client.close()


def flags() -> dict[str, dict[str, Any]]:
    """All flags, as LaunchDarkly stores them."""
    found = {name: flag(name) for name in (workload.ON_OFF, *workload.OTHERS)}
    on, off = workload.PERCENT * 1_000, (100 - workload.PERCENT) * 1_000
    weights = [{"variation": 0, "weight": on}, {"variation": 1, "weight": off}]
    rollout = {"rollout": {"variations": weights}}
    found["split"] = {**flag("split"), "fallthrough": rollout}
    rules = [
        {"id": str(index), "variation": 0, "clauses": [clause]}
        for index, clause in enumerate(_clauses())
    ]
    found["rules"] = {**flag("rules"), "fallthrough": {"variation": 1}, "rules": rules}
    return found


def flag(name: str) -> dict[str, Any]:
    """A flag that is on."""
    return {
        "key": name,
        "version": 1,
        "on": True,
        "variations": [True, False],
        "offVariation": 1,
        "fallthrough": {"variation": 0},
        "salt": name,
        "prerequisites": [],
        "targets": [],
        "rules": [],
    }


def segments() -> dict[str, dict[str, Any]]:
    """The segment, as LaunchDarkly stores it."""
    name = workload.SEGMENT
    ids = workload.segment()
    return {name: {"key": name, "version": 1, "included": ids, "salt": name}}


def _clauses() -> list[dict[str, Any]]:
    return [
        _clause("country", "in", *workload.COUNTRIES),
        _clause("plan", "in", workload.PLAN),
        {**_clause("version", "semVerLessThan", workload.VERSION), "negate": True},
        _clause("email", "endsWith", workload.DOMAIN),
        _clause("", "segmentMatch", workload.SEGMENT),
    ]


def _clause(attribute: str, operator: str, *values: str) -> dict[str, Any]:
    return {"attribute": attribute, "op": operator, "values": [*values]}


def _context(user: User) -> dict[str, Any]:
    return {"kind": "user", "key": user.key, **user.attributes}

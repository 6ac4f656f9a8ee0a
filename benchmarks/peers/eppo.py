"""Eppo's server SDK (a core in Rust) over a configuration given at start."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import eppo_client

from benchmarks.harness import workload
from benchmarks.harness.workload import User

SHARDS = 10_000


class Engine:
    """Implements `benchmarks.peers.Engine`."""

    def __init__(self) -> None:
        self._client = eppo_client.init(
            eppo_client.ClientConfig(
                api_key="none",
                base_url="http://127.0.0.1:9",
                assignment_logger=eppo_client.AssignmentLogger(),
                poll_interval_seconds=None,
                initial_configuration=eppo_client.Configuration(
                    flags_configuration=json.dumps(_configuration()).encode()
                ),
            )
        )

    def contexts(self, users: Sequence[User]) -> list[User]:
        """A subject key and its attributes."""
        return [User(user.key, {**user.attributes}) for user in users]

    def on_off(self, contexts: Sequence[User]) -> list[bool]:
        """The flag that is on."""
        return [
            self._client.get_boolean_assignment(
                "on-off", key, attributes, default=False
            )
            for key, attributes in contexts
        ]

    def split(self, contexts: Sequence[User]) -> list[bool]:
        """The flag that is on for some."""
        return [
            self._client.get_boolean_assignment("split", key, attributes, default=False)
            for key, attributes in contexts
        ]

    def rules(self, contexts: Sequence[User]) -> list[bool]:
        """The flag with five rules."""
        return [
            self._client.get_boolean_assignment("rules", key, attributes, default=False)
            for key, attributes in contexts
        ]

    def close(self) -> None:
        """End the poller."""
        self._client.shutdown()


def _configuration() -> dict[str, Any]:
    on = [_allocation("all", "on", [], SHARDS)]
    flags = {name: _flag(name, on) for name in (workload.ON_OFF, *workload.OTHERS)}
    share = SHARDS * workload.PERCENT // 100
    flags["split"] = _flag("split", [_allocation("some", "on", [], share)])
    flags["rules"] = _flag(
        "rules",
        [
            _allocation(str(index), "on", [condition], SHARDS)
            for index, condition in enumerate(_conditions())
        ],
    )
    return {
        "createdAt": "2026-01-01T00:00:00.000Z",
        "format": "SERVER",
        "environment": {"name": "benchmark"},
        "flags": flags,
    }


def _flag(name: str, allocations: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "key": name,
        "enabled": True,
        "variationType": "BOOLEAN",
        "variations": {
            "on": {"key": "on", "value": True},
            "off": {"key": "off", "value": False},
        },
        "allocations": [*allocations, _allocation("rest", "off", [], SHARDS)],
        "totalShards": SHARDS,
    }


def _allocation(
    key: str, variation: str, conditions: list[dict[str, Any]], end: int
) -> dict[str, Any]:
    shards = [{"salt": key, "ranges": [{"start": 0, "end": end}]}]
    return {
        "key": key,
        "rules": [{"conditions": conditions}] if conditions else [],
        "splits": [
            {"variationKey": variation, "shards": shards if end < SHARDS else []}
        ],
        "doLog": False,
    }


def _conditions() -> list[dict[str, Any]]:
    domain = workload.DOMAIN.replace(".", r"\.") + "$"
    return [
        _condition("country", "ONE_OF", workload.COUNTRIES),
        _condition("plan", "ONE_OF", [workload.PLAN]),
        _condition("version", "GTE", workload.VERSION),
        _condition("email", "MATCHES", domain),
        _condition("id", "ONE_OF", workload.segment()),
    ]


def _condition(attribute: str, operator: str, value: Any) -> dict[str, Any]:
    return {"attribute": attribute, "operator": operator, "value": value}

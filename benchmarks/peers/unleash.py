"""The engine of Unleash's client (a core in Rust), without the client around it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from yggdrasil_engine.engine import UnleashEngine

from benchmarks.harness import workload
from benchmarks.harness.workload import User

Context = dict[str, Any]


class Engine:
    """Implements `benchmarks.peers.Engine`."""

    def __init__(self) -> None:
        self._engine = UnleashEngine()
        self._engine.take_state(json.dumps(_state()))

    def contexts(self, users: Sequence[User]) -> list[Context]:
        """The user's id, and the rest as properties."""
        return [
            {
                "userId": user.key,
                "properties": {k: str(v) for k, v in user.attributes.items()},
            }
            for user in users
        ]

    def on_off(self, contexts: Sequence[Context]) -> list[bool]:
        """The flag that is on."""
        return [self._engine.is_enabled("on-off", one).is_enabled for one in contexts]

    def split(self, contexts: Sequence[Context]) -> list[bool]:
        """The flag that is on for some."""
        return [self._engine.is_enabled("split", one).is_enabled for one in contexts]

    def rules(self, contexts: Sequence[Context]) -> list[bool]:
        """The flag with five rules."""
        return [self._engine.is_enabled("rules", one).is_enabled for one in contexts]

    def close(self) -> None:
        """Nothing runs."""


def _state() -> dict[str, Any]:
    names = (workload.ON_OFF, *workload.OTHERS)
    features = [_feature(name, [_strategy("default")]) for name in names]
    rollout = _strategy("flexibleRollout") | {
        "parameters": {
            "rollout": str(workload.PERCENT),
            "stickiness": "userId",
            "groupId": "split",
        }
    }
    features.append(_feature("split", [rollout]))
    rules = [_strategy("default") | {"constraints": [c]} for c in _constraints()]
    rules.append(_strategy("default") | {"segments": [1]})
    features.append(_feature("rules", rules))
    ids = _constraint("userId", "IN", values=workload.segment())
    segments = [{"id": 1, "name": workload.SEGMENT, "constraints": [ids]}]
    return {"version": 2, "features": features, "segments": segments}


def _feature(name: str, strategies: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "type": "release", "enabled": True, "strategies": strategies}


def _strategy(name: str) -> dict[str, Any]:
    return {"name": name, "parameters": {}}


def _constraints() -> list[dict[str, Any]]:
    return [
        _constraint("country", "IN", values=workload.COUNTRIES),
        _constraint("plan", "IN", values=[workload.PLAN]),
        _constraint("version", "SEMVER_LT", value=workload.VERSION)
        | {"inverted": True},
        _constraint("email", "STR_ENDS_WITH", values=[workload.DOMAIN]),
    ]


def _constraint(name: str, operator: str, **operand: Any) -> dict[str, Any]:
    return {"contextName": name, "operator": operator, **operand}

"""Powertools' FeatureFlags over rules in memory, which it checks only once.

It has no hash and no versions: the caller hashes the user and packs the version into
a number, both ahead, so that neither is in its figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mmh3
from aws_lambda_powertools.utilities.feature_flags import FeatureFlags, StoreProvider

from benchmarks.harness import workload
from benchmarks.harness.workload import User

Context = dict[str, Any]


class Memory(StoreProvider):
    """A store whose configuration is always the same object."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        self._configuration = configuration

    @property
    def get_raw_configuration(self) -> dict[str, Any]:
        """The rules."""
        return self._configuration

    def get_configuration(self) -> dict[str, Any]:
        """The rules."""
        return self._configuration


class Engine:
    """Implements `benchmarks.peers.Engine`."""

    def __init__(self) -> None:
        self._flags = FeatureFlags(store=Memory(configuration()))

    def contexts(self, users: Sequence[User]) -> list[Context]:
        """The attributes, the id and the hash among them."""
        return [
            {
                "id": user.key,
                "bucket": mmh3.hash("split." + user.key, signed=False) % 100,
                "build": build(user.attributes["version"]),
                **user.attributes,
            }
            for user in users
        ]

    def on_off(self, contexts: Sequence[Context]) -> list[Any]:
        """The flag that is on."""
        ask = self._flags.evaluate
        return [ask(name="on-off", context=one, default=False) for one in contexts]

    def split(self, contexts: Sequence[Context]) -> list[Any]:
        """The flag that is on for some."""
        ask = self._flags.evaluate
        return [ask(name="split", context=one, default=False) for one in contexts]

    def rules(self, contexts: Sequence[Context]) -> list[Any]:
        """The flag with five rules."""
        ask = self._flags.evaluate
        return [ask(name="rules", context=one, default=False) for one in contexts]

    def close(self) -> None:
        """Nothing runs."""


def build(version: str) -> int:
    """A version as one number."""
    major, minor, patch = map(int, version.split("."))
    return major * 10_000 + minor * 100 + patch


def configuration() -> dict[str, Any]:
    """All flags, as FeatureFlags reads them."""
    names = (workload.ON_OFF, *workload.OTHERS)
    flags: dict[str, Any] = {name: {"default": True} for name in names}
    share = {"BASE": 100, "START": 0, "END": workload.PERCENT - 1}
    flags["split"] = _flag([_condition("MODULO_RANGE", "bucket", share)])
    flags["rules"] = _flag(_conditions())
    return flags


def _flag(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    rules = {
        f"rule {index}": {"when_match": True, "conditions": [condition]}
        for index, condition in enumerate(conditions)
    }
    return {"default": False, "rules": rules}


def _conditions() -> list[dict[str, Any]]:
    return [
        _condition("KEY_IN_VALUE", "country", workload.COUNTRIES),
        _condition("EQUALS", "plan", workload.PLAN),
        _condition("KEY_GREATER_THAN_OR_EQUAL_VALUE", "build", build(workload.VERSION)),
        _condition("ENDSWITH", "email", workload.DOMAIN),
        _condition("KEY_IN_VALUE", "id", workload.segment()),
    ]


def _condition(action: str, key: str, value: Any) -> dict[str, Any]:
    return {"action": action, "key": key, "value": value}

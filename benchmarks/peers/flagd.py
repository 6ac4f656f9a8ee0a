"""flagd's evaluator in Python, called without OpenFeature's client around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openfeature.contrib.tools.flagd.core import FlagdCore
from openfeature.evaluation_context import EvaluationContext

from benchmarks.harness import workload
from benchmarks.harness.workload import User


class Engine:
    """Implements `benchmarks.peers.Engine`."""

    def __init__(self) -> None:
        self._core = FlagdCore()
        self._core.set_flags({"flags": _flags()})

    def contexts(self, users: Sequence[User]) -> list[Any]:
        """OpenFeature's contexts."""
        return [EvaluationContext(user.key, {**user.attributes}) for user in users]

    def on_off(self, contexts: Sequence[Any]) -> list[bool]:
        """The flag that is on."""
        ask = self._core.resolve_boolean_value
        return [bool(ask("on-off", False, one).value) for one in contexts]  # noqa: FBT003 - the default, by position only

    def split(self, contexts: Sequence[Any]) -> list[bool]:
        """The flag that is on for some."""
        ask = self._core.resolve_boolean_value
        return [bool(ask("split", False, one).value) for one in contexts]  # noqa: FBT003 - same

    def rules(self, contexts: Sequence[Any]) -> list[bool]:
        """The flag with five rules."""
        ask = self._core.resolve_boolean_value
        return [bool(ask("rules", False, one).value) for one in contexts]  # noqa: FBT003 - same

    def close(self) -> None:
        """Nothing runs."""


def _flags() -> dict[str, Any]:
    flags = {name: _flag("on") for name in (workload.ON_OFF, *workload.OTHERS)}
    share = [["on", workload.PERCENT], ["off", 100 - workload.PERCENT]]
    flags["split"] = _flag("off", {"fractional": share})
    branches: list[Any] = []
    for condition in _conditions():
        branches += [condition, "on"]
    flags["rules"] = _flag("off", {"if": [*branches, "off"]})
    return flags


def _flag(default: str, targeting: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "state": "ENABLED",
        "variants": {"on": True, "off": False},
        "defaultVariant": default,
        "targeting": targeting or {},
    }


def _conditions() -> list[dict[str, Any]]:
    return [
        {"in": [{"var": "country"}, workload.COUNTRIES]},
        {"==": [{"var": "plan"}, workload.PLAN]},
        {"sem_ver": [{"var": "version"}, ">=", workload.VERSION]},
        {"ends_with": [{"var": "email"}, workload.DOMAIN]},
        {"in": [{"var": "targetingKey"}, workload.segment()]},
    ]

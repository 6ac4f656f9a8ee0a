"""GrowthBook's SDK over features given at start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from growthbook import GrowthBook

from benchmarks.harness import workload
from benchmarks.harness.workload import User

Context = dict[str, Any]


class Engine:
    """Implements `benchmarks.peers.Engine`."""

    def __init__(self) -> None:
        self._client = GrowthBook(
            features=_features(), saved_groups={workload.SEGMENT: workload.segment()}
        )

    def contexts(self, users: Sequence[User]) -> list[Context]:
        """The attributes, the id among them."""
        return [{"id": user.key, **user.attributes} for user in users]

    def on_off(self, contexts: Sequence[Context]) -> list[bool]:
        """The flag that is on."""
        return [self._is_on("on-off", one) for one in contexts]

    def split(self, contexts: Sequence[Context]) -> list[bool]:
        """The flag that is on for some."""
        return [self._is_on("split", one) for one in contexts]

    def rules(self, contexts: Sequence[Context]) -> list[bool]:
        """The flag with five rules."""
        return [self._is_on("rules", one) for one in contexts]

    def close(self) -> None:
        """Nothing is left running."""
        self._client.destroy()

    def _is_on(self, name: str, context: Context) -> bool:
        # The client holds one user at a time.
        self._client.set_attributes(context)
        return bool(self._client.is_on(name))


def _features() -> dict[str, Any]:
    names = (workload.ON_OFF, *workload.OTHERS)
    features: dict[str, Any] = {name: {"defaultValue": True} for name in names}
    share = {
        "force": True,
        "coverage": workload.PERCENT / 100,
        "hashAttribute": "id",
        "hashVersion": 2,
        "seed": "split",
    }
    features["split"] = {"defaultValue": False, "rules": [share]}
    rules = [{"condition": condition, "force": True} for condition in _conditions()]
    features["rules"] = {"defaultValue": False, "rules": rules}
    return features


def _conditions() -> list[dict[str, Any]]:
    return [
        {"country": {"$in": workload.COUNTRIES}},
        {"plan": workload.PLAN},
        {"version": {"$vgte": workload.VERSION}},
        {"email": {"$regex": workload.DOMAIN.replace(".", r"\.") + "$"}},
        {"id": {"$inGroup": workload.SEGMENT}},
    ]

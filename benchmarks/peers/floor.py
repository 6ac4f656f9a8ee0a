"""No library: what somebody would write by hand, with the rules in the code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mmh3

from benchmarks.harness import workload
from benchmarks.harness.workload import User

SWITCHES = dict.fromkeys([*workload.OTHERS, workload.ON_OFF], True)
SHARE = workload.PERCENT * 2**32 // 100
COUNTRIES = frozenset(workload.COUNTRIES)
VERSION = tuple(map(int, workload.VERSION.split(".")))
SEGMENT = frozenset(workload.segment())


def on_off() -> bool:
    """A switch among others."""
    return SWITCHES["on-off"]


def split(key: str) -> bool:
    """A share of users, by a hash."""
    return mmh3.hash("split." + key, signed=False) < SHARE


def rules(key: str, attributes: dict[str, Any]) -> bool:
    """Five rules."""
    return (
        attributes["country"] in COUNTRIES
        or attributes["plan"] == workload.PLAN
        or tuple(map(int, attributes["version"].split("."))) >= VERSION
        or attributes["email"].endswith(workload.DOMAIN)
        or key in SEGMENT
    )


class Engine:
    """Implements `benchmarks.peers.Engine`."""

    def contexts(self, users: Sequence[User]) -> list[User]:
        """Users as they are."""
        return [User(user.key, {**user.attributes}) for user in users]

    def on_off(self, contexts: Sequence[User]) -> list[bool]:
        """The flag that is on."""
        return [on_off() for _ in contexts]

    def split(self, contexts: Sequence[User]) -> list[bool]:
        """The flag that is on for some."""
        return [split(key) for key, _ in contexts]

    def rules(self, contexts: Sequence[User]) -> list[bool]:
        """The flag with five rules."""
        return [rules(key, attributes) for key, attributes in contexts]

    def close(self) -> None:
        """Nothing runs."""

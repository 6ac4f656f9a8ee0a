"""The engines side by side, each called as its users call it.

A module has an `Engine`: `contexts` makes of users what the engine wants (one context
serves many flags, so this is done ahead), and the rest answer for a list of them.
That the calls stand in a comprehension costs all of them the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

from benchmarks.harness.workload import User

PEERS = ("eppo", "flagd", "growthbook", "launchdarkly", "powertools", "unleash")


class Engine(Protocol):
    """One engine with all flags of `benchmarks.harness.workload`."""

    def contexts(self, users: Sequence[User]) -> list[Any]:
        """The engine's contexts of these users."""

    def on_off(self, contexts: Sequence[Any]) -> list[bool]:
        """The flag that is on."""

    def split(self, contexts: Sequence[Any]) -> list[bool]:
        """The flag that is on for some."""

    def rules(self, contexts: Sequence[Any]) -> list[bool]:
        """The flag with five rules."""

    def close(self) -> None:
        """End what runs in the background."""


def engine(name: str) -> Engine:
    """The engine of this name; only its library is imported."""
    found: Engine = import_module(f"{__name__}.{name}").Engine()
    return found

"""Our client as its users call it, with the rules in memory and the real clock.

`Engine` binds the client to a user, once for many flags. `Call` and `Plan` are for
comparison: a call by itself, and the compiled rules without the client.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from random import random
from typing import Any

from benchmarks.harness import workload
from benchmarks.harness.table import Documents, written
from benchmarks.harness.workload import User
from flags import Flags
from flags.bound import Bound
from flags.codec import decode
from flags.snapshot import Snapshot
from flags.store.memory import MemoryStore

ON_OFF: Mapping[str, Any] = {
    "variants": {"on": True, "off": False},
    "off": "off",
    "serve": "on",
}


# A key, and attributes in the order of `workload`.
Asked = tuple[str, ...]


class Engine:
    """Implements `benchmarks.peers.Engine`."""

    def __init__(
        self, segment: int = workload.SEGMENT_SIZE, others: int = len(workload.OTHERS)
    ) -> None:
        """`segment` is how many ids it has, `others` how many flags more there are."""
        store = written(MemoryStore(), documents(segment, others))
        self.snapshot = Snapshot(store, decode, now=time.time, random=random)
        self.flags = Flags(self.snapshot)

    def contexts(self, users: Sequence[User]) -> list[Bound]:
        """Users as the client takes them, which looks whether the rules are fresh."""
        bind = self.flags.bind
        return [bind(user.key, **user.attributes) for user in users]

    def on_off(self, contexts: Sequence[Bound]) -> list[bool]:
        """The flag that is on."""
        return [one.boolean("on-off", default=False) for one in contexts]

    def split(self, contexts: Sequence[Bound]) -> list[bool]:
        """The flag that is on for some."""
        return [one.boolean("split", default=False) for one in contexts]

    def rules(self, contexts: Sequence[Bound]) -> list[bool]:
        """The flag with five rules."""
        return [one.boolean("rules", default=False) for one in contexts]

    def close(self) -> None:
        """Nothing runs."""


class Call:
    """The call that takes a key and attributes each time, and looks at the clock."""

    def __init__(self, engine: Engine) -> None:
        self._flags = engine.flags

    def contexts(self, users: Sequence[User]) -> list[Asked]:
        """What the call takes, which makes a context of it each time."""
        return [(user.key, *user.attributes.values()) for user in users]

    def on_off(self, contexts: Sequence[Asked]) -> list[bool]:
        """The flag that is on."""
        ask = self._flags.boolean
        return [
            ask("on-off", default=False, key=k, country=c, plan=p, version=v, email=e)
            for k, c, p, v, e in contexts
        ]

    def split(self, contexts: Sequence[Asked]) -> list[bool]:
        """The flag that is on for some."""
        ask = self._flags.boolean
        return [
            ask("split", default=False, key=k, country=c, plan=p, version=v, email=e)
            for k, c, p, v, e in contexts
        ]

    def rules(self, contexts: Sequence[Asked]) -> list[bool]:
        """The flag with five rules."""
        ask = self._flags.boolean
        return [
            ask("rules", default=False, key=k, country=c, plan=p, version=v, email=e)
            for k, c, p, v, e in contexts
        ]

    def close(self) -> None:
        """Nothing runs."""


class Plan:
    """The compiled rules alone, without the client that keeps them fresh."""

    def __init__(self, engine: Engine) -> None:
        engine.contexts(workload.members())  # which reads the rules
        held = engine.snapshot.current()
        if held is None:
            raise RuntimeError("no rules were written")
        self._plans: Mapping[str, Callable[..., Any]] = held.rules.plans
        self._now = time.time()

    def contexts(self, users: Sequence[User]) -> list[User]:
        """A key and attributes."""
        return [User(user.key, {**user.attributes}) for user in users]

    def on_off(self, contexts: Sequence[User]) -> list[bool]:
        """The flag that is on."""
        return self._answers("on-off", contexts)

    def split(self, contexts: Sequence[User]) -> list[bool]:
        """The flag that is on for some."""
        return self._answers("split", contexts)

    def rules(self, contexts: Sequence[User]) -> list[bool]:
        """The flag with five rules."""
        return self._answers("rules", contexts)

    def close(self) -> None:
        """Nothing runs."""

    def _answers(self, name: str, contexts: Sequence[User]) -> list[bool]:
        plan, now = self._plans[name], self._now
        return [plan(key, more, now).value for key, more in contexts]


def documents(segment: int, others: int) -> Documents:
    """The three flags, the segment, and the others."""
    share = {"on": workload.PERCENT, "off": 100 - workload.PERCENT}
    rules = [{"when": condition, "serve": "on"} for condition in _conditions()]
    flags = {f"other-{index}": ON_OFF for index in range(others)}
    return {
        f"segment:{workload.SEGMENT}": {"included": workload.segment(segment)},
        **flags,
        workload.ON_OFF: ON_OFF,
        workload.SPLIT: {**ON_OFF, "serve": share},
        workload.RULES: {**ON_OFF, "rules": rules, "serve": "off"},
    }


def _conditions() -> list[dict[str, Any]]:
    return [
        {"attribute": "country", "in": workload.COUNTRIES},
        {"attribute": "plan", "equals": workload.PLAN},
        {"attribute": "version", "version_greater_or_equal": workload.VERSION},
        {"attribute": "email", "ends_with": workload.DOMAIN},
        {"segment": workload.SEGMENT},
    ]

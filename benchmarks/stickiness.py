"""Who moves when a weight grows: 10,000 identities, 20 upward changes, an abort.

Through the real store, compiler and engine. Keys: `identities`, `changes`, `flips_up`
(users taken out while the weight grew), `worst_sigma` (the share furthest from what
was asked, in standard deviations), `left_after_abort`, and for comparison
`redrawn_both_percent`: users of a draw per request at 10 % who met both versions in
ten requests.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Mapping
from math import sqrt
from typing import Any

from flags.codec import decode
from flags.model import Ruleset
from flags.store.changes import Edit, Signature, State
from flags.store.memory import MemoryStore
from flags.store.writer import Writer
from rollouts import moves

IDENTITIES = 10_000
WEIGHTS = (0.1, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 99)
NAME = "shop"

Move = Callable[[Mapping[str, Any]], dict[str, Any]]


class Release:
    """A release in a memory store, moved as an operator would."""

    def __init__(self, salts: Callable[[], str]) -> None:
        self._store = MemoryStore()
        self._writer = Writer(
            store=self._store, timestamp=lambda: "2026-01-01T00:00:00Z", salt=salts
        )
        self.move(lambda _: {"release": {"services": ["shop-checkout"]}})

    def move(self, change: Move) -> Ruleset:
        """Make a move; returns the rules as routers read them."""

        def edit(state: State) -> list[Edit]:
            stored = state.documents.get(NAME)
            body = change(stored.body if stored else {})
            version = state.version(NAME)
            return [Edit(name=NAME, body=body, based_on=version, action="move")]

        self._writer.write(edit, Signature(author="benchmark"))
        found = self._store.body()
        return decode(found.text if found else "")


def on_canary(rules: Ruleset, identities: list[str]) -> set[str]:
    """Who of them is on green."""
    plan = rules.plans[NAME]
    return {key for key in identities if plan(key, {}, 0.0).variant == "green"}


def sigma(percent: float, count: int, total: int) -> float:
    """How far a count is from the share asked for, in standard deviations."""
    share = percent / 100
    spread = sqrt(total * share * (1 - share))
    return abs(count - total * share) / spread if spread else 0.0


def redrawn(identities: int, dice: random.Random) -> float:
    """Percent of users who meet both versions in ten draws at 10 %."""
    share = 0.1
    draws = ({dice.random() < share for _ in range(10)} for _ in range(identities))
    return 100 * sum(len(seen) > 1 for seen in draws) / identities


def measure(seed: int = 1) -> dict[str, Any]:
    """The figures; the same for the same seed."""
    dice = random.Random(seed)
    identities = [f"user-{dice.getrandbits(64):x}" for _ in range(IDENTITIES)]
    counter = itertools.count()
    release = Release(lambda: f"benchmark{seed}x{next(counter)}")
    before: set[str] = set()
    flips, worst = 0, 0.0
    for percent in (*WEIGHTS, 100):
        rules = release.move(lambda b, p=percent: moves.set_weight(NAME, b, p))  # type: ignore[misc]
        now = on_canary(rules, identities)
        flips += len(before - now)
        worst = max(worst, sigma(percent, len(now), IDENTITIES))
        before = now
    left = on_canary(release.move(lambda b: moves.abort(NAME, b)), identities)
    return {
        "identities": IDENTITIES,
        "changes": len(WEIGHTS) + 1,
        "flips_up": flips,
        "worst_sigma": round(worst, 2),
        "left_after_abort": len(left),
        "redrawn_both_percent": round(redrawn(IDENTITIES, dice), 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))

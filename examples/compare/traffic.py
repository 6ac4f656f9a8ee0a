"""The traffic of both screens: orders of a few hundred users, one after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

USERS = 400
# Orders in a second. Each takes six invocations; with twice as many, an emulator on
# two cores falls behind.
RATE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An order that comes in `at` seconds after the release began."""

    at: float
    order: str
    user: str


def requests(run: str, seed: int, rate: float = RATE) -> Iterator[Request]:
    """Orders without end; the same run and seed give the same ones.

    Args:
        run: Begins the name of each order.
        seed: Draws users and times.
        rate: Orders in a second, on average.
    """
    lot = random.Random(f"{run} {seed}")  # noqa: S311 - traffic is no secret
    at = 0.0
    while True:
        at += lot.expovariate(rate)
        user = f"user-{lot.randrange(USERS):03d}"
        # Nothing about the order can be told from its number, as in real life.
        yield Request(at=at, order=f"{run}-{lot.getrandbits(48):012x}", user=user)

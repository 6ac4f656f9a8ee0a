"""Users who come at random, at a constant rate on average."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Any, NamedTuple, Self

from examples.demo.traffic import Doors

USERS = 400
RATE = 20.0  # requests a second
# Requests under way. The emulator starts a process for each that finds no idle one, and
# has no processor to spare for many: what is too much comes later.
MOST = 10


class Sighting(NamedTuple):
    """One request: when it was answered, by which colour, and whether it failed.

    `at` is when the colour ran. Without an answer of a colour's it is when the driver
    gave up, and `colour` is empty.
    """

    at: float
    user: str
    colour: str
    failed: bool


@dataclass(slots=True, kw_only=True)
class Traffic:
    """Comes from `start` to `stop`; as a context manager for the length of a block.

    While `broken`, every request asks green to fail.
    """

    doors: Doors
    rate: float = RATE
    most: int = MOST
    dice: Random = field(default_factory=Random)
    broken: bool = False
    seen: list[Sighting] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._come)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    def _come(self) -> None:
        due = time.monotonic()
        with ThreadPoolExecutor(self.most) as pool:
            while True:
                due += self.dice.expovariate(self.rate)
                if self._over.wait(max(0.0, due - time.monotonic())):
                    return
                pool.submit(self._ask, f"user-{self.dice.randrange(USERS)}")

    def _ask(self, user: str) -> None:
        headers = {"x-user-id": user} | ({"x-broken": "1"} if self.broken else {})
        answer = self.doors.ask(headers=headers)
        self.seen.append(sighting(user, answer.status, answer.body, time.time()))


def sighting(user: str, status: int, body: Mapping[str, Any], now: float) -> Sighting:
    """What a user saw."""
    return Sighting(
        at=body.get("at", now),
        user=user,
        colour=body.get("colour", ""),
        failed=status != 200,  # noqa: PLR2004 - all is well
    )

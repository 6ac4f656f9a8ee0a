"""Sends the parcels off, not too many at once, and follows them to the end."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from examples.demo.canary import canary
from examples.demo.traffic import BATCH
from examples.hops.judge import Receipt
from examples.hops.logbook import Logbook
from examples.hops.office import Office
from examples.hops.ways import Parcel

# How many are under way at once. Each on a tour keeps a process of the emulator busy;
# the others come in batches.
TOURS, ROUNDS = 6, 160
CLIENTS = 2
PAUSE = 0.5
# The router's log is read only so often: nobody waits for it.
SELDOM = 5
# When nobody has come further for so long, whoever is not home is lost. It is longer
# than a queue hides what failed.
PATIENCE = 25.0
CARRIED = "CARRIED"

Progress = Callable[[int], None]
# Parcels posted at the counter, and what it will have said.
Calls: TypeAlias = list[tuple[str, Future[str | None]]]


@dataclass(slots=True, kw_only=True)
class Journey:
    """What was seen on the way."""

    receipts: list[Receipt] = field(default_factory=list)
    # Decisions that routers made anew or mended, by route.
    undecided: Counter[str] = field(default_factory=Counter)
    # Batches with both colours: at a router, and in the courier's hands.
    mixed_at_router: int = 0
    mixed_at_courier: int = 0
    redriven: int = 0
    # The colour that took each parcel in; None if nobody answered for it.
    answers: dict[str, str | None] = field(default_factory=dict)
    changed_after: int = 0


@dataclass(slots=True, kw_only=True)
class Drive:
    """Drives parcels through an office; the weight is raised in the middle."""

    office: Office
    tours: list[Parcel]
    rounds: list[Parcel]
    release: str
    to_weight: float
    progress: Progress = lambda _: None
    journey: Journey = field(default_factory=Journey)
    _home: set[str] = field(default_factory=set)
    _stops: set[tuple[str, int, bool]] = field(default_factory=set)
    _last: dict[str, int] = field(default_factory=dict)
    _couriers: list[list[str]] = field(default_factory=list)
    _requests: dict[str, set[str]] = field(default_factory=dict)

    def run(self) -> Journey:
        """Send all, and wait for all."""
        functions, router = (
            Logbook(system=self.office.system, group=group)
            for group in self.office.log_groups
        )
        self._last = {p.id: len(p.way) for p in (*self.tours, *self.rounds)}
        with ThreadPoolExecutor(CLIENTS) as pool:
            calls = []
            for sent in self._until_home(pool, functions):
                calls += sent
                self._listen_to_router(router)
            self.journey.answers = {name: call.result() for name, call in calls}
        self._listen(functions)
        self._listen_to_router(router)
        self._sum_up()
        return self.journey

    def _until_home(
        self, pool: ThreadPoolExecutor, functions: Logbook
    ) -> Iterator[Calls]:
        """Pass after pass, until all are home or nobody has come for long."""
        waiting = deque(self.tours), deque(self.rounds)
        heard = time.monotonic()
        while len(self._home) < len(self._last):
            if time.monotonic() - heard > PATIENCE:
                return
            calls: Calls = []
            for _ in range(SELDOM):
                calls += self._send(pool, *waiting)
                time.sleep(PAUSE)
                heard = time.monotonic() if self._listen(functions) else heard
                self.journey.redriven += self.office.redrive()
            yield calls
            if not self.journey.changed_after and 2 * len(self._home) > len(self._last):
                self._raise_weight()

    def _send(
        self, pool: ThreadPoolExecutor, tours: deque[Parcel], rounds: deque[Parcel]
    ) -> Iterator[tuple[str, Future[str | None]]]:
        """Send off as many as may go now: few at first, when nothing is running."""
        home = Counter(name.partition("-")[0] for name in self._home)
        under_way = len(self.tours) - len(tours) - home["tour"]
        most = min(TOURS, 2 + home["tour"] // 4)
        for _ in range(min(most - under_way, len(tours))):
            parcel = tours.popleft()
            yield parcel.id, pool.submit(self.office.hand_over, parcel)
        under_way = len(self.rounds) - len(rounds) - home["round"]
        most = min(ROUNDS, BATCH + 2 * home["round"])
        while rounds and under_way <= most - BATCH:
            some = [rounds.popleft() for _ in range(min(BATCH, len(rounds)))]
            self.office.drop_in(some)
            under_way += len(some)

    def _raise_weight(self) -> None:
        """While parcels are on their way, with decisions made before."""
        weight = f"{self.to_weight:g}"
        canary(
            self.office.system,
            *("set-weight", self.release, weight, "--reason", "hops: mid-flight"),
        )
        self.journey.changed_after = len(self._home)

    def _listen(self, functions: Logbook) -> int:
        """Take in what is new; returns how many parcels have come further."""
        before = len(self._stops)
        for line in functions.news():
            if "courier" in line:
                self._couriers.append(line["courier"])
            elif "parcel" in line:
                self._note(line)
        return len(self._stops) - before

    def _listen_to_router(self, router: Logbook) -> None:
        for line in router.news():
            if line.get("message") == "decision":
                self._decided(line)

    def _note(self, line: dict[str, Any]) -> None:
        receipt = Receipt(**line)
        self.journey.receipts.append(receipt)
        self._stops.add((receipt.parcel, receipt.step, receipt.failed))
        if receipt.step == self._last.get(receipt.parcel) and not receipt.failed:
            self.progress(receipt.parcel not in self._home)
            self._home.add(receipt.parcel)

    def _decided(self, line: dict[str, Any]) -> None:
        self._requests.setdefault(line["request_id"], set()).add(line["alias"])
        if line["reason"] != CARRIED:
            self.journey.undecided[line["route"]] += line["units"]

    def _sum_up(self) -> None:
        colour = {one.parcel: one.colour for one in self.journey.receipts}
        self.journey.mixed_at_router = sum(len(c) > 1 for c in self._requests.values())
        self.journey.mixed_at_courier = sum(
            len({colour.get(name) for name in parcels}) > 1
            for parcels in self._couriers
        )

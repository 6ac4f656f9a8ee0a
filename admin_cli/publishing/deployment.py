"""A deployment, step by step: publish all, point all, warm all, then start.

Laws
1. The idle colour gets no user before every step but the last is done; whatever
   breaks off leaves it without users, tells what was done, and goes on when it is
   run again.
2. What runs as stable does is no new version; if nothing else is there, nothing is
   written.
3. In place of a rollout under way: that one is aborted first, and routers get the
   time to read it, so that its users don't meet a version that nobody judges.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from admin_cli.publishing.releases import Target
from admin_cli.publishing.writing import Table
from flags.errors import FlagsError
from flags.store.changes import Entry
from rollouts.publishing import publish
from rollouts.publishing.failures import LambdaUnavailable
from rollouts.publishing.functions import Functions
from rollouts.publishing.named import Versions, read
from rollouts.publishing.train import Train, notes
from rollouts.publishing.warming import Warmed, WarmingFailed

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warming:
    """What warms an alias of a service, and whether all of it must succeed."""

    invoke: Callable[[str, str], Warmed]
    check: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Every service's versions by role, and the changes of the table."""

    versions: Versions
    entries: tuple[Entry, ...] = ()


@dataclass(slots=True, kw_only=True)
class Deployment:
    """What a person asked for, with all that carries it out."""

    functions: Functions
    target: Target
    train: Train
    table: Table
    say: Say
    description: str = ""
    starts: bool = True
    warming: Warming | None = None
    settle: float = 10.0
    pause: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    _done: list[str] = field(default_factory=list, init=False)
    _halted: bool = field(default=False, init=False)

    def run(self) -> Outcome:
        """Carry it out; raises what Lambda or the table refuses, or a conflict."""
        with self._resumable():
            canary = publish.publish(
                self.functions, self.train, self.description, self._tell
            )
            self._make_way(canary)
            publish.point(
                self.functions, self.train, self.target.idle, canary, self._tell
            )
            self._warm(canary)
            versions = roles(self.train, canary)
            entries = self.table.start(versions) if self.starts else ()
            return Outcome(versions=versions, entries=entries)

    def _make_way(self, canary: dict[str, str]) -> None:
        """Nobody may be on an alias that is about to move."""
        leaving = self.target.leaving(self.now(), self.settle)
        if self.target.live:
            self.table.halt()
            self._halted = True
            self._tell(f"the rollout of {self.target.name} that ran is aborted")
        moves = not all(car.points(canary[car.service]) for car in self.train.cars)
        if moves and (self.target.live or leaving):
            self.say(f"routers have {leaving:.3g} s to read that it is over")
            self.pause(leaving)
        self.table.expect_same()

    def _warm(self, canary: dict[str, str]) -> None:
        """The services with a new version; raises `WarmingFailed`."""
        if self.warming is None:
            return
        warmed = [
            self.warming.invoke(car.service, self.target.idle)
            for car in self.train.cars
            if canary[car.service] != car.standing.stable.version
        ]
        failed = [one for one in warmed if one.failures]
        if failed and self.warming.check:
            raise WarmingFailed(failed)
        for one in warmed:
            self._tell(one.told())

    def _tell(self, text: str) -> None:
        self._done.append(text)
        self.say(text)

    @contextmanager
    def _resumable(self) -> Iterator[None]:
        """Errors say what was done before them, and how to go on."""
        try:
            yield
        except FlagsError as error:
            for text in self._done:
                error.add_note(f"done: {text}")
            state = f"nobody was sent to {self.target.idle}"
            if self.target.live and not self._halted:
                state = "the rollout under way was left as it is"
            error.add_note(f"{state}; the same command again goes on from here")
            raise


def roles(train: Train, canary: dict[str, str]) -> dict[str, dict[str, str]]:
    """The versions of every service by role, as a rollout keeps them."""
    return {
        car.service: {
            "stable": car.standing.stable.version,
            "canary": canary[car.service],
        }
        for car in train.cars
    }


def warnings(
    target: Target, train: Train, provisioned: Callable[[str], dict[str, int]]
) -> Iterator[str]:
    """What a person should know before anything is done."""
    for car in train.cars:
        if car.version is None or not car.points(car.version):
            yield from notes(car, target.idle)
            yield from _cold(car.service, target.idle, provisioned)
    if found := target.rolled_back:
        why, versions = found
        for car in train.changed:
            if car.version and read(versions, car.service).get("canary") == car.version:
                yield f"{car.service}: version {car.version} was rolled back: {why}"


def lost_undo(target: Target, train: Train) -> Iterator[str]:
    """That the idle colour won't keep the version that an undo goes back to."""
    before = target.before
    for car in train.cars:
        version, idle = read(before, car.service).get("stable"), car.standing.idle
        moves = car.version is None or not car.points(car.version)
        if version and moves and idle and idle.version == version:
            yield (
                f"{car.service}:{target.idle} leaves version {version}, so "
                f"`canary rollout undo {target.name}` will be refused"
            )


def _cold(
    service: str, idle: str, provisioned: Callable[[str], dict[str, int]]
) -> Iterator[str]:
    try:
        number = provisioned(service).get(idle)
    except LambdaUnavailable as error:
        # Worth a word, and no reason to stop.
        yield f"nobody knows whether {service}:{idle} keeps environments warm: {error}"
        return
    if number:
        yield (
            f"{service}:{idle} keeps {number} environments warm; Lambda makes them "
            "anew for the version that it gets, and until then requests there start "
            "cold"
        )

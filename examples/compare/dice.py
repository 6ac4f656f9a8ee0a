"""The left screen: a model of weighted aliases and CodeDeploy, in virtual time; pure.

Nothing of this runs on AWS. ASSUMPTIONS says what is modelled, and where it is kinder
than AWS is.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import floor
from typing import TypeAlias

from examples.compare.services.orders import faults
from examples.compare.sightings import (
    BLUE,
    GREEN,
    SERVICES,
    WORKER,
    Change,
    Sighting,
    Story,
    weight_at,
)
from examples.compare.traffic import Request, requests

# CodeDeployDefault.LambdaCanary10Percent5Minutes.
CANARY, SHIFTED_AFTER = 10.0, 300.0
ALL = 100.0
# The two alarms that SAM documents: Errors > 0, Sum, twice in a row.
PERIOD, PERIODS = 60.0, 2
# A period's sum can be seen so long after its end.
LAG = 60.0
# The queue, as on the other screen: see `stage`.
VISIBILITY, MOST_RECEIVES = 20.0, 5
# From one function to the next.
HOP = 0.1
# The traffic goes on for so long after the end of the deployment.
AFTER = 30.0

ASSUMPTIONS = (
    "a model in virtual time: nothing of it was deployed to AWS",
    (
        "an alias with two weighted versions for each function; every invocation, also "
        "of a retry, is drawn anew"
    ),
    (
        "CodeDeployDefault.LambdaCanary10Percent5Minutes: 10 % for 5 minutes, then "
        "all; with that the deployment is over, and alarms undo nothing any more"
    ),
    (
        "the two alarms of SAM's example of a gradual deployment: Errors of the alias, "
        "and of its latest version; Sum over 60 s above 0, twice in a row"
    ),
    "a sum is known 60 s after the end of its minute, and CodeDeploy acts at once",
    "where in a minute of CloudWatch's the deployment begins is drawn by lot",
    (
        "in AWS's favour: a message that fails fails its invocation; of partial batch "
        "responses, which the right screen's worker gives, Errors would see nothing"
    ),
    (
        "in AWS's favour: what failed before the deployment counts for no alarm, and "
        "an alarm of one function takes all three back"
    ),
    (
        "slow is no error, so neither alarm sees it; what takes a slow version back is "
        "the background of errors that any version has, as it does a good one"
    ),
    (
        f"a message that failed is seen again after {VISIBILITY:g} s and dead after "
        f"{MOST_RECEIVES} receives, as on the right screen"
    ),
)


# When, the order's number (which keeps requests from being compared), the order, the
# hop it comes to, and which attempt that is.
Event: TypeAlias = tuple[float, int, Request, int, int]


@dataclass(slots=True, kw_only=True)
class Dice:
    """One deployment of a version with this fault."""

    fault: str
    seed: int
    traffic: Iterable[Request] | None = None
    _lot: random.Random = field(init=False)
    _phase: float = field(init=False)
    _changes: list[Change] = field(init=False)
    _sightings: list[Sighting] = field(default_factory=list, init=False)
    _waiting: list[Event] = field(default_factory=list, init=False)
    # Periods with errors, by alarm: of the alias, and of its latest version.
    _alias: set[int] = field(default_factory=set, init=False)
    _latest: set[int] = field(default_factory=set, init=False)
    _looked: int = field(default=-1, init=False)
    _rolled_back: float | None = field(default=None, init=False)
    _dead: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._lot = random.Random(f"dice {self.seed}")  # noqa: S311 - no secret
        # How far into a minute of CloudWatch's the deployment begins.
        self._phase = self._lot.uniform(0, PERIOD)
        self._changes = [
            Change(at=0.0, weight=CANARY),
            Change(at=SHIFTED_AFTER, weight=ALL),
        ]

    def play(self) -> Story:
        """The whole story, until the last message is worked off or dead."""
        for at, number, request, hop, attempt in self._events():
            self._look_at_alarms(at)
            colour, outcome = self._attempt(at, request, hop, attempt)
            if outcome == faults.FAILED:
                self._fail(at, number, request, attempt, colour)
            elif hop + 1 < len(SERVICES):
                self._push(at + HOP, number, request, hop + 1, 1)
        # What the last sums say, even if nobody came by since.
        self._look_at_alarms(SHIFTED_AFTER + LAG)
        back = self._rolled_back
        return Story(
            sightings=self._sightings,
            changes=self._changes,
            rolled_back=back,
            promoted=SHIFTED_AFTER if back is None else None,
            dead=self._dead,
            why="" if back is None else "errors in two minutes in a row",
        )

    def _events(self) -> Iterator[Event]:
        """Orders as they come in, and what is under way, in the order of time."""
        traffic = self.traffic
        if traffic is None:
            traffic = requests(self.fault, self.seed)
        for number, request in enumerate(traffic):
            while self._waiting and self._waiting[0][0] <= request.at:
                yield heapq.heappop(self._waiting)
            over = SHIFTED_AFTER if self._rolled_back is None else self._rolled_back
            if request.at > over + AFTER:
                break
            yield request.at, number, request, 0, 1
        while self._waiting:
            yield heapq.heappop(self._waiting)

    def _attempt(
        self, at: float, request: Request, hop: int, attempt: int
    ) -> tuple[str, str]:
        """Throw the dice, and see what the version drawn does; its colour and that."""
        green = self._lot.random() * ALL < weight_at(self._changes, at)
        fault = self.fault if green else faults.GOOD
        outcome = faults.OK
        if SERVICES[hop] == WORKER:
            outcome = faults.fate(fault, request.order, request.user, attempt)
        seen = Sighting(
            at=at,
            order=request.order,
            user=request.user,
            service=SERVICES[hop],
            attempt=attempt,
            colour=GREEN if green else BLUE,
            outcome=outcome,
        )
        self._sightings.append(seen)
        return seen.colour, outcome

    def _fail(
        self, at: float, number: int, request: Request, attempt: int, colour: str
    ) -> None:
        """Count it for the alarms; the queue shows the message again, or buries it."""
        period = floor((at + self._phase) / PERIOD)
        self._alias.add(period)
        if colour == GREEN:
            self._latest.add(period)
        if attempt == MOST_RECEIVES:
            self._dead += 1
        else:
            hop = len(SERVICES) - 1
            self._push(at + VISIBILITY, number, request, hop, attempt + 1)

    def _push(
        self, at: float, number: int, request: Request, hop: int, attempt: int
    ) -> None:
        heapq.heappush(self._waiting, (at, number, request, hop, attempt))

    def _look_at_alarms(self, now: float) -> None:
        """Take in every period whose sum came to be known until now."""
        known = floor((now + self._phase - LAG) / PERIOD) - 1
        for period in range(self._looked + 1, known + 1):
            self._looked = period
            at = (period + 1) * PERIOD - self._phase + LAG
            if self._rolled_back is None and at < SHIFTED_AFTER:
                self._judge(period, at)

    def _judge(self, period: int, at: float) -> None:
        row = set(range(period - PERIODS + 1, period + 1))
        if row <= self._alias or row <= self._latest:
            self._rolled_back = at
            self._changes = [self._changes[0], Change(at=at, weight=0.0)]


def share_rolled_back(seeds: int) -> float:
    """The share of so many deployments of a good version that alarms take back.

    Of their traffic only the orders that fail in any version are played, for nothing
    else is seen by an alarm.
    """
    return sum(map(_takes_back_good, range(seeds))) / seeds


def _takes_back_good(seed: int) -> bool:
    failing = (
        request
        for request in requests(faults.GOOD, seed)
        if faults.fate(faults.GOOD, request.order, request.user, 1) == faults.FAILED
    )
    story = Dice(fault=faults.GOOD, seed=seed, traffic=failing).play()
    return story.rolled_back is not None

"""One simulated rollout, tick by tick, judged by the real judge.

Laws
1. The dice decide everything: the same dice, the same rollout.
2. Who watches gets each tick as it happens, so that other judges can be shown the same.
3. A fault that begins late, and an incident, begin between two ticks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log

from flags.record import Record
from rollouts.judge import Count, Settings, State, Tally, begin, observe
from rollouts.judge.tally import NOTHING, plus
from rollouts.judge.verdict import proven, regressed
from rollouts.simulation.chance import Dice
from rollouts.simulation.crowd import Chances, Crowd, Seen
from rollouts.simulation.model import Fault, Incidents, Step, Traffic, check

# A sentinel's flush, and the age at which a window is closed though not full.
TICK = 1 / 6
OVERDUE = 1.0


class Tick(Record):
    """What happened until `minute`, in the step of this number."""

    minute: float
    step: int
    canary: Seen
    stable: Seen


class Outcome(Record):
    """How a rollout ended: minutes since the start, None for what never came.

    `rolled_back`: when the judge said REGRESSED, which ends it, in `step`.
    `proven`: when it first said PROVEN.
    `failed`: distinct users who failed on the canary until the end.
    `failures`: the same until the end of each step that began.
    """

    rolled_back: float | None
    step: int
    proven: float | None
    failed: int
    failures: tuple[int, ...]


def play(
    traffic: Traffic,
    fault: Fault,
    steps: Sequence[Step],
    dice: Dice,
    settings: Settings | None = None,
) -> Outcome:
    """A rollout from the first step until its end or the judge's veto."""
    check(traffic, fault, steps)
    referee = Referee(settings or settings_for(traffic))
    failed = step = 0
    failures: dict[int, int] = {}
    for tick in ticks(traffic, fault, steps, dice):
        failed += tick.canary.failed
        step = tick.step
        failures[step] = failed
        if referee.look(tick):
            break
    return Outcome(
        rolled_back=referee.fired,
        step=step,
        proven=referee.proven,
        failed=failed,
        failures=tuple(failures.values()),
    )


def settings_for(traffic: Traffic) -> Settings:
    """The defaults, with slowness measured where the traffic has any."""
    if traffic.cold:
        return Settings(measures=(("errors",), ("slow",)))
    return Settings()


def ticks(
    traffic: Traffic, fault: Fault, steps: Sequence[Step], dice: Dice
) -> Iterator[Tick]:
    """The rollout itself, unjudged."""
    crowd = Crowd(traffic, fault, dice)
    weather = _weather(traffic.incidents, dice)
    number = 0
    for index, step in enumerate(steps):
        crowd.move(step.percent / 100)
        for _ in range(max(1, round(step.minutes / TICK))):
            faulty = number * TICK >= fault.begins
            base = _either(traffic.errors, next(weather))
            extra = fault.errors if faulty else 0.0
            errors = _either(base, extra)
            worst = 1.0 if faulty else errors
            slow = fault.slow if faulty else 0.0
            canary = Chances(errors=errors, marked=worst, slow=slow)
            stable = Chances(errors=base, marked=base)
            number += 1
            yield Tick(
                minute=number * TICK,
                step=index,
                canary=crowd.canary.tick(TICK, canary),
                stable=crowd.stable.tick(TICK, stable),
            )


class Referee:
    """Feeds the judge as a sentinel does: totals at a look."""

    def __init__(self, settings: Settings) -> None:
        self._state: State = begin(settings)
        self._totals: Tally = NOTHING
        self._full = settings.window
        self._slow = "slow" in settings.names
        self._waiting: list[Tick] = []
        self._subjects = 0
        self._closed = 0.0
        self.fired: float | None = None
        self.proven: float | None = None

    def look(self, tick: Tick) -> bool:
        """Whether the judge has said REGRESSED by now."""
        self._waiting.append(tick)
        self._subjects += tick.canary.subjects + tick.stable.subjects
        # Rounding must not make a minute of six ticks too short.
        overdue = tick.minute - self._closed > OVERDUE - TICK / 2
        # Any other look would change nothing, and takes its time.
        if overdue or self._subjects >= self._full:
            self._judge(tick.minute, overdue=overdue)
        return self.fired is not None

    def _judge(self, minute: float, *, overdue: bool) -> None:
        self._totals = plus(self._totals, tally(self._waiting, slow=self._slow))
        self._waiting = []
        state = observe(self._state, self._totals, overdue=overdue)
        if state is self._state:
            return
        self._state, self._closed, self._subjects = state, minute, 0
        if self.fired is None and regressed(state):
            self.fired = minute
        if self.proven is None and proven(state):
            self.proven = minute


def tally(ticks: Sequence[Tick], *, slow: bool) -> Tally:
    """What some ticks mean to the judge."""
    both = [(tick.canary, tick.stable) for tick in ticks]
    counts = {"errors": {"all": _count([_errors(c) + _errors(s) for c, s in both])}}
    if slow:
        counts["slow"] = {
            name: _count([c.slow[name] + s.slow[name] for c, s in both])
            for name in both[0][0].slow
        }
    return Tally(counts=counts)


def _errors(seen: Seen) -> tuple[int, int]:
    return (seen.subjects, seen.failed)


def _count(rows: Sequence[tuple[int, ...]]) -> Count:
    canary, canary_failed, stable, stable_failed = map(sum, zip(*rows, strict=True))
    return Count(
        canary=canary,
        canary_failed=canary_failed,
        stable=stable,
        stable_failed=stable_failed,
    )


def _weather(incidents: Incidents | None, dice: Dice) -> Iterator[float]:
    """The chance of a failure that both versions share, tick by tick."""
    if incidents is None:
        while True:
            yield 0.0
    while True:
        for _ in range(_ticks(incidents.every, dice)):
            yield 0.0
        for _ in range(_ticks(incidents.lasts, dice)):
            yield incidents.errors


def _ticks(mean: float, dice: Dice) -> int:
    return round(-log(1 - dice.random()) * mean / TICK)


def _either(one: float, other: float) -> float:
    return one + (1 - one) * other

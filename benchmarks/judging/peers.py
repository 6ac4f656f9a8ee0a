"""Three judges as they are commonly written, each looking once a minute.

All count requests, as the metrics of a function do, and look at errors and, where there
is any, at slowness, all starts pooled. A look is (requests, bad ones) of both versions
in a minute.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from math import erfc, sqrt
from typing import Protocol

from rollouts.simulation.crowd import Seen
from rollouts.simulation.play import Tick

ALPHA = 0.05
Minute = tuple[int, int, int, int]


class Judge(Protocol):
    """Says whether to roll back, minute by minute."""

    def worse(self, minute: Minute) -> bool:
        """After a minute's canary requests, bad ones, stable requests, bad ones."""
        ...


class FixedThreshold:
    """An alarm: five bad requests and more than 5 % of them, within five minutes."""

    def __init__(self) -> None:
        self._last: deque[Minute] = deque(maxlen=5)

    def worse(self, minute: Minute) -> bool:
        """Looks at the canary alone."""
        self._last.append(minute)
        requests, bad = (sum(row[i] for row in self._last) for i in (0, 1))
        return bad >= 5 and bad > 0.05 * requests  # noqa: PLR2004 - the alarm's numbers


class PeekedZ:
    """A two-proportion z-test of all requests so far, one-sided, at every look."""

    def __init__(self) -> None:
        self._totals = (0, 0, 0, 0)

    def worse(self, minute: Minute) -> bool:
        """As if each look were the only one."""
        a, b, c, d = (x + y for x, y in zip(self._totals, minute, strict=True))
        self._totals = (a, b, c, d)
        if not a or not c or not b + d:
            return False
        pooled = (b + d) / (a + c)
        spread = sqrt(pooled * (1 - pooled) * (1 / a + 1 / c))
        return bool(spread) and _tail((b / a - d / c) / spread) < ALPHA


class MannWhitney:
    """Minutes of the canary against minutes of stable, by the rank of their rates.

    The test that canary analysis services are known for; from five minutes on.
    """

    def __init__(self) -> None:
        self._canary: list[float] = []
        self._stable: list[float] = []

    def worse(self, minute: Minute) -> bool:
        """By the normal approximation, corrected for ties."""
        canary, bad, stable, stable_bad = minute
        if canary and stable:
            self._canary.append(bad / canary)
            self._stable.append(stable_bad / stable)
        count = len(self._canary)
        if count < 5:  # noqa: PLR2004 - fewer ranks than these can't be significant
            return False
        return _tail(rank_z(self._canary, self._stable)) < ALPHA


def rank_z(one: Sequence[float], two: Sequence[float]) -> float:
    """How far the first tend above the second, in standard deviations; 0 if all tie."""
    both = sorted([*one, *two])
    size, ranks, ties, at = len(both), dict[float, float](), 0, 0
    while at < size:
        end = at
        while end < size and both[end] == both[at]:
            end += 1
        ranks[both[at]] = (at + 1 + end) / 2
        ties += (end - at) ** 3 - (end - at)
        at = end
    n, m = len(one), len(two)
    u = sum(ranks[value] for value in one) - n * (n + 1) / 2
    spread = n * m / 12 * (size + 1 - ties / (size * (size - 1)))
    return (u - n * m / 2) / sqrt(spread) if spread > 0 else 0.0


class Minutes:
    """Adds ticks up to minutes: a row of errors and one of slowness."""

    def __init__(self) -> None:
        self._ticks: list[Tick] = []
        self._next = 1

    def after(self, tick: Tick) -> tuple[Minute, Minute] | None:
        """The rows, if this tick ends a minute."""
        self._ticks.append(tick)
        # Ticks are fractions, which rounding leaves a little short of a minute.
        if tick.minute + 1e-6 < self._next:
            return None
        ticks, self._ticks = self._ticks, []
        self._next += 1
        return _row(ticks, _errors), _row(ticks, _slow)


class Watch:
    """A judge for errors and one for slowness; either may ask for a rollback."""

    def __init__(self, kind: type[FixedThreshold | PeekedZ | MannWhitney]) -> None:
        self._judges: tuple[Judge, Judge] = (kind(), kind())

    def worse(self, rows: tuple[Minute, Minute]) -> bool:
        """Whether one does after this minute."""
        found = [j.worse(row) for j, row in zip(self._judges, rows, strict=True)]
        return any(found)


def _row(ticks: Sequence[Tick], kind: Callable[[Seen], tuple[int, int]]) -> Minute:
    rows = [(*kind(tick.canary), *kind(tick.stable)) for tick in ticks]
    a, b, c, d = map(sum, zip(*rows, strict=True))
    return a, b, c, d


def _errors(seen: Seen) -> tuple[int, int]:
    return seen.requests, seen.errors


def _slow(seen: Seen) -> tuple[int, int]:
    rows = seen.slow.values()
    return sum(row[0] for row in rows), sum(row[1] for row in rows)


def _tail(z: float) -> float:
    return erfc(z / sqrt(2)) / 2

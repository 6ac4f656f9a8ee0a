"""From what one container reads to what a million requests cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from benchmarks.harness.report import Figures

RATE = 1_000  # requests a second, in all containers together
REQUESTS = 1_000_000
HOUR = 3_600


class Cost(NamedTuple):
    """What some reads cost."""

    units: float
    calls: float

    def times(self, factor: float) -> Cost:
        """As much, so many times."""
        return Cost(self.units * factor, self.calls * factor)

    def plus(self, *others: Cost) -> Cost:
        """All of them together."""
        every = (self, *others)
        return Cost(sum(c.units for c in every), sum(c.calls for c in every))


class Watched(NamedTuple):
    """What one container read at its start, in a quiet second, and after a change."""

    start: Cost
    second: Cost
    change: Cost


def scaled(watched: Watched, containers: int) -> Cost:
    """What a million requests cost in so many containers."""
    seconds = REQUESTS / RATE
    one = watched.second.times(seconds).plus(
        watched.start.times(seconds / HOUR), watched.change.times(seconds / HOUR)
    )
    return one.times(containers)


Costs = Mapping[str, Mapping[str, Cost]]


def compared(ours: Costs, theirs: Costs) -> Figures:
    """Both sides, and ours over theirs."""
    return {
        "ours": {key: _rounded(costs) for key, costs in ours.items()},
        "launchdarkly": {key: _rounded(costs) for key, costs in theirs.items()},
        "ratio": {
            containers: {
                count: round(cost.units / theirs[containers][count].units, 4)
                for count, cost in costs.items()
            }
            for containers, costs in ours.items()
        },
    }


def _rounded(costs: Mapping[str, Cost]) -> dict[str, dict[str, int]]:
    return {
        count: {"units": round(cost.units), "calls": round(cost.calls)}
        for count, cost in costs.items()
    }

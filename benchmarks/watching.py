"""What a watched rollout costs in an hour, on paper: the table of docs/evidence.md.

For containers that are always busy: write and read units of a minute, all containers
together, and dollars of an hour, by what is written: counts, the judge's state, looks.
Claims come on top, one unit for each user who fails and for each newcomer.
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from benchmarks.harness import report
from benchmarks.harness.report import Figures, Rows
from rollouts.evidence.layout import SHARDS
from router.config import Config
from router.sentinel.watch import (
    ENOUGH_NEWCOMERS,
    LOOKERS,
    MOST_CLAIMS,
    MOST_NEWCOMERS,
    YOUNG,
)

CONTAINERS = (1, 10, 100, 1_000)
EVERY = float(Config.__defaults__["sentinel_every"])

# DynamoDB on demand in us-east-1, 2025: dollars for a unit.
WRITE_UNIT = 0.625e-6
READ_UNIT = 0.125e-6
# Bytes: of a shard's counts and steps of latency, of a container's stamp in it, and of
# the judge's state. A write unit is a kilobyte, a strong read's four.
COUNTS, STAMP, STATE = 800, 18, 1_500
KILOBYTE = 1_024


class Minute(NamedTuple):
    """Units of all containers together."""

    counts: float
    state: float
    looks: float


def minute(containers: int) -> Minute:
    """What so many busy containers use up."""
    reports = containers * 60 / EVERY
    size = COUNTS + STAMP * ceil(containers / SHARDS)
    looks = reports * min(1.0, LOOKERS / containers)
    judged = min(looks, 60 / YOUNG)
    return Minute(
        counts=reports * ceil(size / KILOBYTE),
        state=judged * ceil(STATE / KILOBYTE),
        # The state at each look, all shards where it is old enough to judge again.
        looks=looks + judged * SHARDS,
    )


def dollars(used: Minute) -> float:
    """Of an hour."""
    return 60 * ((used.counts + used.state) * WRITE_UNIT + used.looks * READ_UNIT)


def measure() -> Figures:
    """All figures, by the number of containers."""
    figures = {}
    for containers in CONTAINERS:
        used = minute(containers)
        figures[f"{containers:,}"] = {
            **{name: round(units) for name, units in used._asdict().items()},
            "hour": round(dollars(used), 4),
        }
    return figures


def rows(figures: Figures) -> Rows:
    """A line for each number of containers."""
    lines = [
        [
            containers,
            *(f"{one[name]:,}" for name in Minute._fields),
            f"{one['hour']:.4f}",
        ]
        for containers, one in figures.items()
    ]
    return [["containers", *Minute._fields, "$ an hour"], *lines]


def claims() -> tuple[int, float]:
    """The most claims of a container in a minute, and a step's newcomers in dollars."""
    most = round((MOST_CLAIMS + MOST_NEWCOMERS) * 60 / EVERY)
    return most, ENOUGH_NEWCOMERS * WRITE_UNIT


if __name__ == "__main__":
    report.main(__doc__, measure, rows)

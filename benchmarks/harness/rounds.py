"""Times several things side by side, so that a busy machine slows all of them alike.

Laws
1. Every cell is timed once a round, in a new random order each round.
2. A cell runs for about the same time as any other, however fast it is.
3. What counts is the median of the rounds, and ratios of medians of one run.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Hashable, Mapping
from statistics import median
from typing import Any, TypeVar

K = TypeVar("K", bound=Hashable)

Cell = Callable[[], Any]
Clock = Callable[[], float]

ROUNDS = 21
SECONDS = 0.025


def timed(
    cells: Mapping[K, Cell],
    *,
    rounds: int = ROUNDS,
    seconds: float = SECONDS,
    clock: Clock = time.perf_counter,
    seed: int = 1,
) -> dict[K, float]:
    """Seconds per call of each cell, the median of the rounds."""
    dice = random.Random(seed)
    loops = {key: calibrated(cell, seconds, clock) for key, cell in cells.items()}
    found: dict[K, list[float]] = {key: [] for key in cells}
    # As timeit does: a collection would hit whoever's turn it is.
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for key in shuffled(cells, dice):
                found[key].append(once(cells[key], loops[key], clock))
    finally:
        gc.enable()
    return {key: median(samples) for key, samples in found.items()}


def shuffled(cells: Mapping[K, Any], dice: random.Random) -> list[K]:
    """The cells in a new order."""
    return dice.sample(list(cells), len(cells))


def calibrated(cell: Cell, seconds: float, clock: Clock) -> int:
    """How many calls of a cell fill this time; warms it up on the way."""
    loops = 1
    while (taken := loops * once(cell, loops, clock)) < seconds / 4:
        loops *= 2
    return max(1, round(loops * seconds / taken))


def once(cell: Cell, loops: int, clock: Clock) -> float:
    """Seconds per call, out of this many calls."""
    start = clock()
    for _ in range(loops):
        cell()
    return (clock() - start) / loops

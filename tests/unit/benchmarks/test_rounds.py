"""Cells side by side, each for its time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from benchmarks.harness.rounds import calibrated, once, shuffled, timed


class Machine:
    """A clock that moves only when work is done."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: Counter[str] = Counter()

    def work(self, name: str, *seconds: float) -> Callable[[], None]:
        """Work that takes this long, in turns."""

        def run() -> None:
            turn = self.done[name] % len(seconds)
            self.done[name] += 1
            self.now += seconds[turn]

        return run

    def clock(self) -> float:
        """The time."""
        return self.now


def test_seconds_per_call() -> None:
    """Each cell gets the seconds that one call of it takes."""
    machine = Machine()
    cells = {"slow": machine.work("slow", 0.004), "fast": machine.work("fast", 0.001)}

    found = timed(cells, rounds=3, seconds=0.02, clock=machine.clock)

    assert {"slow": pytest.approx(0.004), "fast": pytest.approx(0.001)} == found


def test_equal_time() -> None:
    """A fast cell is called more often, so that all run for about as long."""
    machine = Machine()

    slow = calibrated(machine.work("slow", 0.004), 0.02, machine.clock)
    fast = calibrated(machine.work("fast", 0.001), 0.02, machine.clock)

    assert (5, 20) == (slow, fast)


def test_slower_than_its_time() -> None:
    """A cell that takes longer than its time is called once a round."""
    machine = Machine()

    assert 1 == calibrated(machine.work("slow", 9.0), 0.02, machine.clock)


def test_median() -> None:
    """One slow round among three counts for nothing."""
    machine = Machine()
    warm_up = [1.0]
    cell = machine.work("cell", *warm_up, 1.0, 50.0, 1.0)

    found = timed({"cell": cell}, rounds=3, seconds=1.0, clock=machine.clock)

    assert {"cell": 1.0} == found


def test_once() -> None:
    """Calls are timed together, and the time is divided by their number."""
    machine = Machine()

    assert 0.5 == once(machine.work("cell", 0.5), 4, machine.clock)
    assert 4 == machine.done["cell"]


def test_order_of_a_round() -> None:
    """A round has every cell once, and orders differ."""
    cells = dict.fromkeys("abcdefgh")
    dice = random.Random(1)  # noqa: S311 - no secret

    orders = [shuffled(cells, dice) for _ in range(3)]

    assert [list("abcdefgh")] * 3 == [sorted(order) for order in orders]
    assert 3 == len({tuple(order) for order in orders})

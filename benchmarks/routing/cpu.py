"""CPU of a runtime process per request: all that it does, the runtime's own too."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import ExitStack
from statistics import median
from typing import NamedTuple

from benchmarks.harness.report import Figures
from benchmarks.harness.rounds import shuffled
from benchmarks.routing.events import KB, MB, Make
from benchmarks.routing.routers import FLOOR, HANDLERS, ROUTERS
from benchmarks.routing.rules import OURS, PLAIN
from benchmarks.routing.runtime import Failed, Runtime

ROUNDS = 11
USERS = 20


class Size(NamedTuple):
    """Bytes of an event, and how many requests make a sample."""

    size: int
    requests: int


SIZES = {
    "1kb": Size(KB, 200),
    "100kb": Size(100 * KB, 40),
    "5mb": Size(5 * MB, 3),
}
Cell = tuple[str, str]


def measure(environ: Mapping[str, str], make: Make, rounds: int = ROUNDS) -> Figures:
    """By size: ours, the plain router, and a function that does nothing."""
    dice = random.Random(1)
    with ExitStack() as stack:
        cells: dict[Cell, Runtime] = {}
        for name in (*ROUTERS, FLOOR):
            for size in SIZES:
                runtime = stack.enter_context(Runtime(HANDLERS[name], environ))
                runtime.ready()
                cells[name, size] = runtime
        events = {
            size: [make(f"user-{index}", SIZES[size].size) for index in range(USERS)]
            for size in SIZES
        }
        for (_, size), runtime in cells.items():
            sample(runtime, events[size], SIZES[size].requests)  # warms up
        found: dict[Cell, list[float]] = {cell: [] for cell in cells}
        for _ in range(rounds):
            for cell in shuffled(cells, dice):
                size = cell[1]
                taken = sample(cells[cell], events[size], SIZES[size].requests)
                found[cell].append(taken)
    return arranged({cell: 1_000 * median(taken) for cell, taken in found.items()})


def sample(runtime: Runtime, events: list[bytes], requests: int) -> float:
    """Seconds of CPU a request."""
    before = runtime.cpu()
    for number in range(requests):
        answer = runtime.invoke(events[number % len(events)])
        if answer.kind != "response":
            raise Failed(answer.body.decode())
        runtime.again()
    return (runtime.cpu() - before) / requests


def arranged(medians: Mapping[Cell, float]) -> Figures:
    """The figures by their keys in the report."""
    return {
        size: {
            "ours_ms": round(medians[OURS, size], 3),
            "plain_ms": round(medians[PLAIN, size], 3),
            "ratio": round(medians[OURS, size] / medians[PLAIN, size], 3),
            "runtime_ms": round(medians[FLOOR, size], 3),
        }
        for size in SIZES
    }

"""Milliseconds from the start of a process to its first answer."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from statistics import median

from benchmarks.harness.report import Figures
from benchmarks.harness.rounds import shuffled
from benchmarks.routing.events import KB, http
from benchmarks.routing.routers import FLOOR, HANDLERS, ROUTERS
from benchmarks.routing.rules import OURS, PLAIN
from benchmarks.routing.runtime import Failed, Runtime

ROUNDS = 17
Environ = Mapping[str, str]


def measure(cases: Mapping[str, Environ], rounds: int = ROUNDS) -> Figures:
    """By case: ours, the plain router, and a function that does nothing."""
    dice = random.Random(1)
    cells = {
        (case, name): environ
        for case, environ in cases.items()
        for name in (*ROUTERS, FLOOR)
    }
    for (_, name), environ in cells.items():
        sample(name, environ)  # compiles
    found: dict[tuple[str, str], list[float]] = {cell: [] for cell in cells}
    for _ in range(rounds):
        for cell in shuffled(cells, dice):
            found[cell].append(sample(cell[1], cells[cell]))
    medians = {cell: 1_000 * median(taken) for cell, taken in found.items()}
    return {case: arranged(medians, case) for case in cases}


def sample(name: str, environ: Environ) -> float:
    """Seconds until the first answer."""
    event = http("user-1", KB)
    start = time.perf_counter()
    with Runtime(HANDLERS[name], environ) as runtime:
        runtime.ready()
        answer = runtime.invoke(event)
        taken = time.perf_counter() - start
    if answer.kind != "response":
        raise Failed(answer.body.decode())
    return taken


def arranged(medians: Mapping[tuple[str, str], float], case: str) -> Figures:
    """The figures of a case by their keys in the report."""
    ours, plain = medians[case, OURS], medians[case, PLAIN]
    return {
        "ours_ms": round(ours, 1),
        "plain_ms": round(plain, 1),
        "ratio": round(ours / plain, 3),
        "runtime_ms": round(medians[case, FLOOR], 1),
    }

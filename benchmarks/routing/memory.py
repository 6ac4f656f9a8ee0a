"""The most memory that a router's process has had, runtime and all."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from benchmarks.harness.report import Figures
from benchmarks.routing.events import KB, LIMIT, http
from benchmarks.routing.routers import HANDLERS, ROUTERS
from benchmarks.routing.runtime import Failed, Runtime

SIZES = {"1kb": (KB, 200), "6mb": (LIMIT, 10)}
ROUNDS = 3


def measure(environ: Mapping[str, str], rounds: int = ROUNDS) -> Figures:
    """Peaks in MB, by size of the events, for both."""
    return {
        size: {
            name: round(
                median(
                    peak(HANDLERS[name], environ, length, requests)
                    for _ in range(rounds)
                ),
                1,
            )
            for name in ROUTERS
        }
        for size, (length, requests) in SIZES.items()
    }


def peak(handler: str, environ: Mapping[str, str], length: int, requests: int) -> float:
    """The peak after so many requests of such a length."""
    event = http("user-1", length)
    with Runtime(handler, environ) as runtime:
        runtime.ready()
        for _ in range(requests):
            answer = runtime.invoke(event)
            if answer.kind != "response":
                raise Failed(answer.body.decode())
            runtime.again()
        return runtime.peak()

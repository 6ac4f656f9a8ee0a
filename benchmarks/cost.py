"""What a router costs per million requests, on paper: the table of docs/cost.md.

Dollars, by how long the target takes: the router's `time`, `requests`, `reads` and
`logs`, their sum on both processors, and what the target costs alone at several sizes
of memory, with the router's sum as a share of that. Then what a watched rollout costs
beside it (`benchmarks.watching`).
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from benchmarks import watching
from benchmarks.harness import report
from benchmarks.harness.report import Figures, Rows

# List prices of us-east-1 in dollars, first tier, without free tiers and savings plans:
# Lambda as of May 2026, DynamoDB on demand and CloudWatch Logs as of 2025.
GB_SECOND = {"arm64": 13.3334e-6, "x86_64": 16.6667e-6}
REQUEST = 0.20e-6
READ_UNIT = 0.125e-6
LOG_BYTE = 0.50e-9

MILLION = 1_000_000
DURATIONS = (20, 100, 500, 2_000)  # of the target, in milliseconds
MEMORIES = (128, 512, 1_024, 2_048)  # of the target, in MB

# The router as its template deploys it.
ROUTER_MEMORY = 512
REFRESH = 5.0
# What it adds to the target's time, in seconds: its own work, and the way to Lambda's
# Invoke and back. The second part is assumed, see docs/cost.md.
OVERHEAD = 0.010
# A read of the version's item: less than 4 KB, eventually consistent.
UNITS = 0.5
# Lambda's START, END and REPORT; a decision; its values among the metrics.
LOGGED = 330 + 230 + 40


class Router(NamedTuple):
    """Dollars per million requests."""

    time: float
    requests: float
    reads: float
    logs: float


def router(duration: float, processor: str) -> Router:
    """What the router costs before a target of this duration, in seconds."""
    busy = duration + OVERHEAD
    # A container that is always busy reads once in REFRESH; no request reads twice.
    reads = min(1.0, busy / REFRESH)
    return Router(
        time=MILLION * busy * ROUTER_MEMORY / 1_024 * GB_SECOND[processor],
        requests=MILLION * REQUEST,
        reads=MILLION * reads * UNITS * READ_UNIT,
        logs=MILLION * LOGGED * LOG_BYTE,
    )


def target(duration: float, memory: float, processor: str) -> float:
    """What the target costs by itself, without its own logs."""
    return MILLION * (duration * memory / 1_024 * GB_SECOND[processor] + REQUEST)


def measure() -> Figures:
    """All figures, by the target's duration in milliseconds."""
    return {str(duration): _figures(duration / 1_000) for duration in DURATIONS}


def _figures(duration: float) -> Figures:
    sums = {name: sum(router(duration, name)) for name in GB_SECOND}
    alone = {
        str(memory): {
            "target": round(target(duration, memory, "arm64"), 2),
            "share": round(sums["arm64"] / target(duration, memory, "arm64"), 2),
        }
        for memory in MEMORIES
    }
    parts = router(duration, "arm64")._asdict()
    return {
        **{name: round(dollars, 3) for name, dollars in parts.items()},
        **{name: round(dollars, 2) for name, dollars in sums.items()},
        "target": alone,
    }


def rows(figures: Figures) -> Rows:
    """A line for each duration."""
    parts = Router._fields
    head = ["ms", *parts, *GB_SECOND, *(f"{memory} MB" for memory in MEMORIES)]
    lines = [
        [
            duration,
            *(f"{one[name]:.2f}" for name in (*parts, *GB_SECOND)),
            *(
                f"{alone['target']:.2f} +{100 * alone['share']:.0f}%"
                for alone in one["target"].values()
            ),
        ]
        for duration, one in figures.items()
    ]
    return [head, *lines]


if __name__ == "__main__":
    report.main(__doc__, measure, rows)
    if "--json" not in sys.argv:
        print("", report.table(watching.rows(watching.measure())), sep="\n")

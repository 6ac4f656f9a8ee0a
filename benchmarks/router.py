"""The router beside one written plainly: cold start, CPU, added latency, memory.

Both run in real runtime processes (`awslambdaric`) against DynamoDB and Lambda on
loopback over TLS, and do the same before anything is timed (`routing.agreement`). Keys:
`cold`, from the start of a process to its first answer; `request_cpu` and
`request_cpu_direct`, CPU of the process per request, for HTTP and for direct
invocations; `added_latency`, through the router against the target invoked directly;
`memory_mb`, peaks; `goals`, what was aimed at. `runtime_ms` is a function that does
nothing.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness import report
from benchmarks.harness.report import Figures, Rows
from benchmarks.routing import agreement, cold, cpu, latency, memory
from benchmarks.routing.aws import standing_in
from benchmarks.routing.events import direct, http
from benchmarks.routing.routers import environ, with_usual_roots
from benchmarks.routing.rules import tables

# Ours over the plain router's, at most.
GOALS = {"cold": 0.2, "request_cpu": {"1kb": 0.3, "100kb": 0.2, "5mb": 0.15}}


def measure() -> Figures:
    """All figures."""
    items = tables()
    with TemporaryDirectory() as name:
        directory = Path(name)
        with standing_in(directory, items, mirror=True) as url:
            agreement.check(environ(directory, url))
        with standing_in(directory, items) as url:
            found = environ(directory, url)
            usual = with_usual_roots(directory, found)
            started = cold.measure({"one_root": found, "usual_roots": usual})
            figures = {
                "cold": {
                    **started["one_root"],
                    "usual_roots": started["usual_roots"],
                },
                "request_cpu": cpu.measure(found, http),
                "request_cpu_direct": cpu.measure(found, direct),
                "memory_mb": memory.measure(found),
            }
        with standing_in(directory, items, seconds=latency.SERVICE) as url:
            figures["added_latency"] = latency.measure(environ(directory, url))
    return {**figures, "goals": GOALS, "machine": report.machine()}


def rows(figures: Figures) -> Rows:
    """A line for each figure."""
    compared = {
        "cold": figures["cold"],
        "cold, usual roots": figures["cold"]["usual_roots"],
        **{f"cpu {size}": one for size, one in figures["request_cpu"].items()},
        **{
            f"cpu {size}, direct": one
            for size, one in figures["request_cpu_direct"].items()
        },
    }
    keys = ("runtime_ms", "ours_ms", "plain_ms", "ratio")
    lines = [[name, *(str(one[key]) for key in keys)] for name, one in compared.items()]
    for size, peaks in figures["memory_mb"].items():
        ratio = round(peaks["ours"] / peaks["plain"], 3)
        peak = [str(peaks["ours"]), str(peaks["plain"]), str(ratio)]
        lines.append([f"MB {size}", "", *peak])
    for callers, one in figures["added_latency"].items():
        for quantile in ("p50", "p99"):
            added = str(one[f"added_{quantile}_ms"])
            lines.append([f"added {quantile}, {callers} callers", "", added, "", ""])
    return [["", "runtime", "ours", "plain", "ratio"], *lines]


if __name__ == "__main__":
    report.main(__doc__, measure, rows)

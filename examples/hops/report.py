"""What is said in the end: a table, a file, and what went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from examples.hops.drive import Journey
from examples.hops.judge import Verdict

# What the emulator can't show, so that nobody looks for it in the table.
NOT_HERE = (
    "a synchronous Invoke of the router has its decision in the ClientContext, which "
    "the emulator drops: only the direct way to an alias counts (invoke-direct)"
)


def summary(
    verdict: Verdict, journey: Journey, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """The figures, as JSON."""
    return {
        "carriers": {name: asdict(count) for name, count in verdict.counts.items()},
        "total": asdict(verdict.total()),
        "mixed_chains": verdict.mixed_chains,
        "chains": dict(verdict.chains),
        "failures": verdict.repeats["failed"],
        "delivered_again": verdict.repeats["again"],
        "redriven": journey.redriven,
        "mixed_batches": {
            "router": journey.mixed_at_router,
            "function": journey.mixed_at_courier,
        },
        "unanswered": sum(colour is None for colour in journey.answers.values()),
        "weight_changed_after": journey.changed_after,
        "not_here": NOT_HERE,
        "settings": dict(settings),
        "broken": list(broken(verdict)),
    }


def broken(verdict: Verdict) -> Iterator[str]:
    """A line for each thing that does not hold."""
    for name, count in verdict.counts.items():
        if not count.made:
            yield f"{name}: no hop was made"
        elif count.honoured < count.made:
            missed = count.made - count.honoured
            yield f"{name}: {missed} of {count.made} failed, {count.lost} lost"
    if verdict.absent:
        yield f"{verdict.absent} parcels were never taken in"
    if verdict.mixed_chains:
        yield f"{verdict.mixed_chains} users saw both colours in one chain"


def write(figures: Mapping[str, Any], path: Path) -> None:
    """Write the figures to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n")


def show(figures: Mapping[str, Any], console: Console) -> None:
    """Print the figures."""
    table = Table(title="Hops by carrier")
    table.add_column("carrier")
    for column in ("made", "honoured", "lost"):
        table.add_column(column, justify="right")
    rows = {**figures["carriers"], "all": figures["total"]}
    for name, count in rows.items():
        if name == "all":
            table.add_section()
        table.add_row(name, *(f"{n:,}" for n in count.values()))
    console.print(table)
    chains, mixed = figures["chains"], figures["mixed_batches"]
    console.print(
        f"{sum(chains.values()):,} chains ({_named(chains)}), of which "
        f"{figures['mixed_chains']} saw both colours\n"
        f"{figures['failures']} planted failures, {figures['delivered_again']} "
        f"deliveries beyond the first, {figures['redriven']} redriven\n"
        f"{mixed['router']} batches of both colours at the router, "
        f"{mixed['function']} in a function's own hands\n"
        f"not here: {NOT_HERE}",
        soft_wrap=True,
        highlight=False,
    )


def _named(chains: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {colour}" for colour, number in chains.items())

"""Figures as JSON for programs, or as a table for people."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable, Mapping
from typing import Any

Figures = Mapping[str, Any]
Rows = list[list[str]]


def main(
    about: str | None, measure: Callable[[], Figures], rows: Callable[[Figures], Rows]
) -> None:
    """Measure, and print the figures; `--json` prints them whole."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="all figures, as JSON")
    wanted = parser.parse_args()
    figures = measure()
    if wanted.json:
        print(json.dumps(figures, indent=2))
    else:
        print(table(rows(figures)))


def machine() -> dict[str, str]:
    """What the figures depend on and may be told of this machine."""
    return {"python": platform.python_version()}


def over(ours: Figures, others: Figures) -> dict[str, float]:
    """Our figures as multiples of others, for the keys that both have."""
    return {key: round(ours[key] / others[key], 3) for key in ours if key in others}


def fastest(peers: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The least figure of any peer, by key."""
    keys = {key for figures in peers.values() for key in figures}
    return {key: min(figures[key] for figures in peers.values()) for key in keys}


def table(rows: Rows) -> str:
    """Rows in columns; the first row is the head, the first column the names."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )

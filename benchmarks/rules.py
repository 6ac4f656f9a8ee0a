"""Seconds that a big rules file takes: read as YAML, and written in parts.

A file of 3,000 flags and 20 segments of 1,000 ids. `yaml` is the text into data, by
libyaml's events as `canary` reads it, and by PyYAML's own loader as it did before.
`parts` is the same documents in transactions of 49, into a store in memory: `ahead`
counts on what each commit leaves behind, `anew` reads the store before each: a table
in DynamoDB takes longer to read than this one. CPU seconds, the least of a few rounds
that take turns; `ratio` is the second by the first.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from admin_cli.rehearsal import Ahead
from benchmarks.harness import report
from benchmarks.harness.report import Figures, Rows
from flags.store import events
from flags.store.changes import MAX_EDITS, Edit, Signature, State, Store
from flags.store.checks import read_file
from flags.store.memory import MemoryStore
from flags.store.syntax import parse, render
from flags.store.writer import Writer

FLAGS, SEGMENTS, IDS = 3_000, 20, 1_000
ROUNDS = 2


def rules() -> dict[str, Any]:
    """What a company of some teams has."""
    grown_up = [
        {"attribute": "country", "in": ["DE", "AT"]},
        {"attribute": "age", "greater_than": 17},
    ]
    flags = {
        f"flag-{n:04}": {
            "owner": f"team-{n % 12}",
            "description": f"what the feature {n} is for",
            "variants": {"on": True, "off": False},
            "off": "off",
            "targets": {"on": [f"user-{n}", f"user-{n + 1}"]},
            "rules": [
                {"when": {"segment": f"segment-{n % SEGMENTS:02}"}, "serve": "on"},
                {
                    "name": "grown-ups",
                    "when": {"all": grown_up},
                    "serve": {"on": 50, "off": 50},
                },
            ],
            "serve": {"on": n % 99 + 1, "off": 99 - n % 99},
        }
        for n in range(FLAGS)
    }
    segments = {
        f"segment-{n:02}": {"included": [f"id-{n}-{i}" for i in range(IDS)]}
        for n in range(SEGMENTS)
    }
    # Nothing is shared, so that YAML has no aliases.
    found: dict[str, Any] = json.loads(
        json.dumps({"flags": flags, "segments": segments})
    )
    return found


def seconds(run: Callable[[], object]) -> float:
    """What it takes."""
    began = time.process_time()
    run()
    return time.process_time() - began


def slowly(text: str) -> object:
    """The data, read by PyYAML alone."""
    with patch("flags.store.events.load", side_effect=events.Unsure):
        return parse(text, "rules.yaml")


def written(store: Store, bodies: dict[str, Any]) -> None:
    """Write documents in parts, one after another."""
    count = itertools.count()
    writer = Writer(
        store=store,
        timestamp=lambda: "2026-12-01T09:00:00Z",
        salt=lambda: f"salt{next(count)}",
    )
    names = [*filter(_is_segment, bodies), *itertools.filterfalse(_is_segment, bodies)]
    for start in range(0, len(names), MAX_EDITS):
        part = names[start : start + MAX_EDITS]

        def edits(state: State, part: list[str] = part) -> list[Edit]:
            return [
                Edit(
                    name=name,
                    body=bodies[name],
                    based_on=state.version(name),
                    action="apply",
                )
                for name in part
            ]

        writer.write(edits, Signature(author="bench"))


def _is_segment(name: str) -> bool:
    return name.startswith("segment:")


def measure() -> Figures:
    """All figures."""
    text = render(rules())
    documents = read_file(parse(text, "rules.yaml")).documents()
    bodies = {name: dict(document.body()) for name, document in documents.items()}
    timed: dict[str, Callable[[], object]] = {
        "libyaml": lambda: parse(text, "rules.yaml"),
        "pyyaml": lambda: slowly(text),
        "ahead": lambda: written(Ahead(MemoryStore()), bodies),
        "anew": lambda: written(MemoryStore(), bodies),
    }
    rounds = [
        {name: seconds(run) for name, run in timed.items()} for _ in range(ROUNDS)
    ]
    least = {name: round(min(one[name] for one in rounds), 2) for name in timed}
    return {
        "flags": FLAGS,
        "bytes": len(text),
        "yaml": _pair(least, "libyaml", "pyyaml"),
        "parts": _pair(least, "ahead", "anew"),
        "machine": report.machine(),
    }


def _pair(found: dict[str, float], new: str, old: str) -> dict[str, float]:
    return {
        new: found[new],
        old: found[old],
        "ratio": round(found[old] / found[new], 1),
    }


def rows(figures: Figures) -> Rows:
    """A line for each pair."""
    return [
        ["", "seconds", "otherwise", "ratio"],
        *(
            [part, *(f"{value:,}" for value in figures[part].values())]
            for part in ("yaml", "parts")
        ),
    ]


if __name__ == "__main__":
    report.main(__doc__, measure, rows)

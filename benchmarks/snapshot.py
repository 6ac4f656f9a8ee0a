"""A big snapshot: 5,000 flags, and 100 segments of 10,000 ids.

Written by the real writer, stored by the real store, and read by the real reader in
fresh processes, from an endpoint on loopback. Keys: `flags`, `segments`, `ids`; of
what is stored `items` and `stored_bytes`; of a first read `read_units` and `calls`;
`cold` (nothing held) and `after_a_change` of one flag (lists are kept), each with
`load_ms` (the sum of `read_ms`, which includes unpacking, `decode_ms` and
`first_plan_ms`) and `memory_mb` (how far the process grew, at its peak). Medians.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.harness import captured, report
from benchmarks.harness.endpoint import Item, Tables, served, size
from benchmarks.harness.report import Figures, Rows
from benchmarks.harness.table import written
from flags.snapshot import Body
from flags.store.changes import Commit
from flags.store.memory import MemoryStore

FLAGS, SEGMENTS, IDS = 5_000, 100, 10_000
ROUNDS = 7
ASKED = "flag-0"

Lists = dict[str, tuple[str, ...]]


class Recorder(MemoryStore):
    """Remembers the lists that were written, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: Lists = {}

    def commit(self, commit: Commit) -> None:
        """Write it."""
        super().commit(commit)
        self.lists.update(commit.lists)

    def held(self) -> Body:
        """The snapshot."""
        found = self.body()
        if found is None:
            raise RuntimeError("nothing was written")
        return found


def flag(index: int, share: int) -> dict[str, Any]:
    """A flag with a segment and a split."""
    when = {"segment": f"segment-{index % SEGMENTS}"}
    return {
        "variants": {"on": True, "off": False},
        "off": "off",
        "rules": [{"name": "early", "when": when, "serve": "on"}],
        "serve": {"on": share, "off": 100 - share},
    }


def segments() -> dict[str, dict[str, Any]]:
    """Segments of ids that don't compress well, as ids don't."""
    dice = random.Random(1)
    return {
        f"segment:segment-{index}": {
            "included": [f"{dice.getrandbits(64):016x}" for _ in range(IDS)]
        }
        for index in range(SEGMENTS)
    }


def stored() -> list[list[Item]]:
    """The table's snapshot, and that after one flag has changed."""
    memory = written(Recorder(), segments())
    written(memory, {f"flag-{index}": flag(index, 10) for index in range(FLAGS)})
    before = memory.held()
    written(memory, {ASKED: flag(0, 20)})
    after = memory.held()
    first = committed(before, 0, memory.lists)
    second = committed(after, before.version, {})
    return captured.our_table_after(
        lambda store: store.commit(first), lambda store: store.commit(second)
    )


def committed(body: Body, based_on: int, lists: Mapping[str, Any]) -> Commit:
    """A commit of a snapshot alone."""
    return Commit(
        entries=(),
        based_on=based_on,
        snapshot=body.version,
        body=body.text,
        lists=lists,
        id=f"benchmark{body.version}",
    )


def sample(states: Sequence[list[Item]]) -> dict[str, dict[str, float]]:
    """What one fresh process measures."""
    tables = Tables(items={captured.OURS: states[0]})
    with served(tables) as url:
        environ = {
            **os.environ,
            **captured.ENVIRON,
            "AWS_ENDPOINT_URL_DYNAMODB": url,
            "CANARY_TABLE": captured.OURS,
        }
        program = [sys.executable, "-m", "benchmarks.cold.snapshot", ASKED]
        with subprocess.Popen(
            program,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            if process.stdout is None or process.stdin is None:
                raise RuntimeError("no pipes")
            process.stdout.readline()
            read = {"read_units": tables.units, "calls": tables.calls}
            tables.items[captured.OURS] = states[1]
            process.stdin.write("\n")
            process.stdin.flush()
            found: dict[str, dict[str, float]] = json.loads(process.stdout.readline())
    return {"stored": read, **found}


def measure() -> Figures:
    """All figures."""
    states = stored()
    found = medians([sample(states) for _ in range(ROUNDS)])
    parts = [item for item in states[0] if item["pk"]["S"].startswith("snapshot")]
    return {
        "flags": FLAGS,
        "segments": SEGMENTS,
        "ids": SEGMENTS * IDS,
        "items": len(parts),
        "stored_bytes": sum(map(size, parts)),
        **found.pop("stored"),
        **found,
        "machine": report.machine(),
    }


def medians(samples: Sequence[Figures]) -> dict[str, dict[str, float]]:
    """Of samples that have the same keys."""
    return {
        part: {
            key: round(median(one[part][key] for one in samples), 1)
            for key in samples[0][part]
        }
        for part in samples[0]
    }


def rows(figures: Figures) -> Rows:
    """A line for each figure."""
    plain = [
        [key, f"{value:,}"]
        for key, value in figures.items()
        if isinstance(value, int | float)
    ]
    parts = [
        [f"{part} {key}", f"{value:,}"]
        for part in ("cold", "after_a_change")
        for key, value in figures[part].items()
    ]
    return [["", "figure"], *plain, *parts]


if __name__ == "__main__":
    report.main(__doc__, measure, rows)

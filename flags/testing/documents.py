"""Flags of a rules file, without a table."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flags.client import Flags
from flags.codec import decode
from flags.snapshot import Snapshot
from flags.store.changes import Edit, Signature, State
from flags.store.checks import read_file
from flags.store.memory import MemoryStore
from flags.store.planning import plan


def flags_from(
    documents: Mapping[str, Any] | Path, *, now: Callable[[], float] = time.time
) -> Flags:
    """A client of these rules: what `canary apply -f` takes, as data or a file's path.

    The rules are checked and compiled as if they were applied, so this raises
    `InvalidDocument` where that would refuse them. Users fall into the same buckets in
    every run, and into other ones than in your table, whose salts are random.
    """
    if isinstance(documents, Path):
        # Only files need PyYAML.
        from flags.store.syntax import parse  # noqa: PLC0415

        data = parse(documents.read_text("utf-8"), str(documents))
    else:
        data = dict(documents)
    edits = [
        Edit(name=name, body=document.body(), based_on=0, action="apply")
        for name, document in read_file(data).documents().items()
    ]
    store = MemoryStore()
    signature = Signature(author="flags.testing")
    at = "2000-01-01T00:00:00Z"
    store.commit(plan(State(), edits, signature, at=at, salt="flags.testing"))
    return Flags(Snapshot(store, decode, now=now, random=lambda: 0.5), now=now)

"""Documents written by the real writer, into whatever store."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from flags.store.changes import Edit, Signature, State, Store
from flags.store.writer import Writer

Documents = Mapping[str, Mapping[str, Any]]
S = TypeVar("S", bound=Store)

AT_A_TIME = 40


def written(store: S, documents: Documents) -> S:
    """The store, with these documents in it; the same every time."""
    counter = itertools.count()
    writer = Writer(
        store=store,
        timestamp=lambda: "2026-01-01T00:00:00Z",
        salt=lambda: f"benchmark{next(counter)}",
    )
    names = list(documents)
    for start in range(0, len(names), AT_A_TIME):
        some = {name: documents[name] for name in names[start : start + AT_A_TIME]}
        writer.write(partial(edits, documents=some), Signature(author="benchmark"))
    return store


def edits(state: State, documents: Documents) -> list[Edit]:
    """Each document as it shall be."""
    return [
        Edit(name=name, body=body, based_on=state.version(name), action="apply")
        for name, body in documents.items()
    ]

"""Writers that get in each other's way: nothing acknowledged is lost."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.codec import decode
from flags.errors import InvalidDocument, VersionConflict
from flags.model import Context
from flags.release import decide
from flags.store.changes import (
    Commit,
    Edit,
    Entry,
    Signature,
    SnapshotMoved,
    State,
)
from flags.store.planning import plan
from flags.testing import MemoryStore
from tests.property.strategies import many

pytestmark = pytest.mark.property

ANN = Context(key="ann")
NAMES = ("gift", "shop", "theme")
names = st.sampled_from(NAMES)
percents = st.integers(0, 100_000).map(lambda bucket: bucket / 1_000)
plain = st.builds(
    lambda on: {
        "variants": {"on": True, "off": False},
        "off": "off",
        "serve": {"on": on, "off": float(100 - round(on, 3))},
    },
    st.integers(0, 100),
)
# Two of these claim one service, so that some edits are refused.
release = st.builds(
    lambda service, weight: (
        {"release": {"services": [service]}}
        | ({} if weight is None else {"weight": weight})
    ),
    st.sampled_from(["web", "email"]),
    st.none() | percents,
)
# A writer loads (and plans an edit of some flags), or commits what it planned.
steps = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3]),
        st.none() | st.dictionaries(names, plain | release, min_size=1, max_size=2),
    ),
    max_size=30,
)


@dataclass(slots=True)
class Model:
    """What a store ought to hold, in three lines of Python."""

    snapshot: int = 0
    bodies: dict[str, Any] = field(default_factory=dict)
    versions: Counter[str] = field(default_factory=Counter)
    history: list[Entry] = field(default_factory=list)

    def expected(self, commit: Commit) -> type[Exception] | None:
        """What becomes of a commit."""
        if any(self.versions[e.name] != e.version - 1 for e in commit.entries):
            return VersionConflict
        return None if commit.based_on == self.snapshot else SnapshotMoved

    def apply(self, commit: Commit) -> None:
        """Take over an acknowledged commit."""
        self.snapshot += 1
        for entry in commit.entries:
            self.bodies[entry.name] = entry.after
            self.versions[entry.name] += 1
            self.history.append(entry)


def planned(state: State, bodies: dict[str, Any], number: int) -> Commit | None:
    """The commit of an edit; None if it is refused."""
    edits = [
        Edit(name=n, body=b, based_on=state.version(n), action=str(number))
        for n, b in bodies.items()
    ]
    signature = Signature(author=f"writer-{number}")
    try:
        return plan(state, edits, signature, at=str(number), salt=f"s{number}")
    except InvalidDocument:
        return None


@given(script=steps)
@many
def test_interleaved_writers(script: list[tuple[int, dict[str, Any] | None]]) -> None:
    """However loads and commits interleave, the store is what the model says."""
    store, model = MemoryStore(), Model()
    ready: dict[int, Commit | None] = {}
    numbers = itertools.count()
    for writer, bodies in script:
        if bodies is not None:
            ready[writer] = planned(store.load(), bodies, next(numbers))
            continue
        commit = ready.get(writer)
        if commit is None:
            continue
        expected = model.expected(commit)
        if expected is None:
            store.commit(commit)
            model.apply(commit)
        else:
            with pytest.raises(expected):
                store.commit(commit)

    agree(store, model)


def agree(store: MemoryStore, model: Model) -> None:
    """Documents, versions, history and snapshot: all as in the model."""
    state = store.load()
    assert model.snapshot == state.snapshot
    assert model.bodies == {n: stored.body for n, stored in state.documents.items()}
    assert model.versions == {
        n: stored.version for n, stored in state.documents.items()
    }
    for name in NAMES:
        rows = [entry for entry in model.history if entry.name == name]
        assert rows[::-1] == store.history(name)
        assert [None, *(row.after for row in rows[:-1])][: len(rows)] == [
            row.before for row in rows
        ]
    found = store.body()
    if found is not None:
        ruleset = decode(found.text, found.lists)
        assert model.snapshot == ruleset.version
        assert model.versions == {n: flag.version for n, flag in ruleset.flags.items()}
        services = [
            service
            for flag in ruleset.flags.values()
            if flag.release
            for service in flag.release.services
        ]
        assert sorted(set(services)) == sorted(services)
        for flag in ruleset.flags.values():
            assert decide(ruleset, flag, ANN, None, 0.0).variant in flag.variants

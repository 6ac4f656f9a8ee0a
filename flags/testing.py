"""Aids for tests: yours of code that reads flags, and of a store that you wrote.

class TestMyStore(StoreContract):
    def empty(self) -> Store:
        return MyStore(...)
"""
# ruff: noqa: PLR2004, S101, SIM300 - the contract is made of tests

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flags.client import Flags
from flags.errors import VersionConflict
from flags.model import Flag, Ruleset, Value
from flags.snapshot import Snapshot
from flags.store.changes import (
    Commit,
    Edit,
    Entry,
    Signature,
    SnapshotMoved,
    State,
    Store,
    Stored,
    plan,
)
from flags.store.memory import MemoryStore

__all__ = ["FakeClock", "MemoryStore", "StoreContract", "override"]


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """The time, as `time.time` gives it."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass; a negative number sets the clock back."""
        self.now += seconds


@contextmanager
def override(features: Flags, values: Mapping[str, Value]) -> Iterator[None]:
    """Inside the block these flags have these values, for everyone.

    All other flags give their defaults, and no table is read.
    """
    rules = Ruleset(version=0, flags={k: _fixed(k, v) for k, v in values.items()})
    before = features._snapshot  # noqa: SLF001 - tests alone may reach in here
    features._snapshot = Snapshot(  # noqa: SLF001
        MemoryStore(),
        lambda _body: rules,
        now=FakeClock(),
        random=lambda: 0.0,
        bootstrap="",
    )
    try:
        yield
    finally:
        features._snapshot = before  # noqa: SLF001


def _fixed(name: str, value: Value) -> Flag:
    return Flag(
        name=name,
        version=1,
        enabled=True,
        variants={"override": value},
        off="override",
        salt="",
        targets={},
        rules=(),
        serve="override",
    )


class StoreContract:
    """What every store owes to its callers. A subclass is a test class for pytest.

    Laws
    1. What was committed is what is loaded: document, history row and snapshot.
    2. A commit goes through whole or not at all.
    3. `VersionConflict` if a document moved, `SnapshotMoved` if only another did.
    """

    def empty(self) -> Store:
        """Make a new store with nothing in it."""
        raise NotImplementedError

    def everything(self, store: Store) -> Any:
        """All that the store holds, to be compared with what it held before."""
        names = ("gift", "theme", "routing")
        return store.load(), [store.history(name) for name in names]

    def test_empty(self) -> None:
        """A new store has no documents, no snapshot and no history."""
        store = self.empty()

        assert State() == store.load()
        assert [] == store.history("gift")

    def test_commit_is_loaded(self) -> None:
        """A document comes back with its version and every character of its body."""
        store = self.empty()
        body = _body(
            "ünï\u2028 \"quoted\" 'text' \U0001f600", {"deep": [None, 0.1, -1]}
        )
        commit = _plan(store, ("gift", body))

        store.commit(commit)
        state = store.load()

        assert {"gift": Stored(name="gift", version=1, body=body)} == state.documents
        assert 1 == state.snapshot
        assert ["gift"] == list(state.compiled)
        assert body["variants"] == state.compiled["gift"]["variants"]

    def test_routing_is_a_document(self) -> None:
        """The routing document is versioned and remembered like a flag."""
        store = self.empty()
        routing = {"default": "shop-checkout"}

        store.commit(_plan(store, ("gift", _body()), ("routing", routing)))
        state = store.load()

        assert {"gift", "routing"} == set(state.documents)
        assert routing == state.documents["routing"].body
        assert ["gift"] == list(state.compiled)
        assert [routing] == [entry.after for entry in store.history("routing")]

    def test_history(self) -> None:
        """Each change leaves one complete row; the latest comes first."""
        store = self.empty()
        first, second = _body("one"), _body("two")
        signed = Signature(author="ann", reason="because")
        store.commit(_plan(store, ("gift", first), at="2030-01-01T00:00:00Z"))
        store.commit(
            _plan(store, ("gift", second), at="2030-01-02T00:00:00Z", by=signed)
        )

        expected = [
            Entry(
                name="gift",
                version=2,
                at="2030-01-02T00:00:00Z",
                author="ann",
                reason="because",
                action="edit",
                before=first,
                after=second,
            ),
            Entry(
                name="gift",
                version=1,
                at="2030-01-01T00:00:00Z",
                author="contract",
                reason="",
                action="create",
                before=None,
                after=first,
            ),
        ]
        assert expected == store.history("gift")
        assert expected[:1] == store.history("gift", limit=1)
        assert [] == store.history("gif")

    def test_versions_count_by_one(self) -> None:
        """Twelve edits are versions 1 to 12, of the document and of the snapshot."""
        store = self.empty()
        for number in range(12):
            store.commit(_plan(store, ("gift", _body(str(number)))))

        assert 12 == store.load().snapshot
        assert 12 == store.load().version("gift")
        rows = [entry.version for entry in store.history("gift")]
        assert list(range(12, 0, -1)) == rows

    def test_conflict(self) -> None:
        """A document that moved is refused with both versions; nothing changes."""
        store = self.empty()
        late = _plan(store, ("gift", _body("late")))
        store.commit(_plan(store, ("gift", _body("one"))))
        store.commit(_plan(store, ("gift", _body("two"))))

        error = self._refused(store, late)

        assert isinstance(error, VersionConflict)
        assert ("gift", 0, 2) == (error.name, error.expected, error.actual)

    def test_conflict_is_whole(self) -> None:
        """One document that moved keeps all others of the commit out."""
        store = self.empty()
        late = _plan(store, ("theme", _body()), ("gift", _body("late")))
        store.commit(_plan(store, ("gift", _body("one"))))

        error = self._refused(store, late)

        assert isinstance(error, VersionConflict)
        assert {"gift"} == set(store.load().documents)

    def test_moved_snapshot(self) -> None:
        """A change to another document in between asks for another try."""
        store = self.empty()
        late = _plan(store, ("theme", _body("late")))
        store.commit(_plan(store, ("gift", _body("one"))))

        assert isinstance(self._refused(store, late), SnapshotMoved)

    def test_copies(self) -> None:
        """What the caller does to a body afterwards is not in the store."""
        store = self.empty()
        body = _body("one")
        store.commit(_plan(store, ("gift", body)))
        body["variants"]["on"] = "changed"

        assert _body("one") == store.load().documents["gift"].body
        assert _body("one") == store.history("gift")[0].after

    def _refused(self, store: Store, commit: Commit) -> Exception | None:
        """Commit, and check that a refusal left everything as it was."""
        before = self.everything(store)
        refusal: Exception | None = None
        try:
            store.commit(commit)
        except (VersionConflict, SnapshotMoved) as error:
            refusal = error
        assert before == self.everything(store)
        return refusal


def _body(*values: Value) -> dict[str, Any]:
    on: Value = values[0] if values else "on"
    body: dict[str, Any] = {"variants": {"on": on}, "off": "on", "serve": "on"}
    if len(values) > 1:
        body["variants"] = {"on": {"text": on, "value": values[1]}}
    return body


def _plan(
    store: Store,
    *bodies: tuple[str, Mapping[str, Any]],
    at: str = "2030-01-01T00:00:00Z",
    by: Signature | None = None,
) -> Commit:
    state = store.load()
    edits = [
        Edit(
            name=name,
            body=body,
            based_on=state.version(name),
            action="edit" if state.version(name) else "create",
        )
        for name, body in bodies
    ]
    return plan(state, edits, by or Signature(author="contract"), at=at, salt="salt")

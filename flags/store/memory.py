"""A store in memory, with the semantics of the table: for tests, ours and yours."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from threading import Lock

from flags.errors import RevisionNotFound, VersionConflict
from flags.snapshot import Body, Version
from flags.store.changes import (
    Changed,
    Commit,
    Entry,
    SnapshotMoved,
    State,
    Stored,
    dumps,
)


class MemoryStore:
    """Implements `Store`, and `Reader` for the snapshot client."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._documents: dict[str, Stored] = {}
        self._history: dict[str, list[Entry]] = {}
        self._changes: set[tuple[str, int, str]] = set()
        self._body: Body | None = None
        self._aborted: frozenset[str] = frozenset()

    def load(self) -> State:
        """All documents."""
        with self._lock:
            held = self._body or Body(0, "{}")
            snapshot = json.loads(held.text)
            return State(
                documents=dict(self._documents),
                snapshot=held.version,
                compiled=snapshot.get("flags", {}),
                segments=snapshot.get("segments", {}),
                groups=snapshot.get("groups", {}),
                stable=snapshot.get("stable", {}),
                lists=frozenset(held.lists),
                aborted=self._aborted,
            )

    def commit(self, commit: Commit) -> None:
        """Write it whole, or raise `VersionConflict` or `SnapshotMoved`."""
        with self._lock:
            for entry in commit.entries:
                stored = self._documents.get(entry.name)
                actual = stored.version if stored else 0
                if actual != entry.version - 1:
                    raise VersionConflict(entry.name, entry.version - 1, actual)
            held = self._body or Body(0, "")
            if commit.based_on != held.version or commit.unmarked & self._aborted:
                raise SnapshotMoved
            lists = {sha: frozenset(ids) for sha, ids in commit.lists.items()}
            known = {**lists, **held.lists}
            named = {sha: known[sha] for sha in commit.named_lists()}
            for entry in commit.entries:
                self._write(entry, commit.id)
            self._body = Body(commit.snapshot, commit.body, named)

    def _write(self, entry: Entry, change: str) -> None:
        body = json.loads(dumps(entry.after))
        version = entry.version
        self._documents[entry.name] = Stored(
            name=entry.name,
            version=version,
            body=body,
            changed=Changed.by(entry),
            drawn=entry.drawn,
        )
        row = replace(entry, after=body, drawn=None)
        self._history.setdefault(entry.name, []).append(row)
        self._changes.add((entry.name, version, change))

    def committed(self, commit: Commit) -> bool:
        """Whether the history has a row of this very commit."""
        rows = {(entry.name, entry.version, commit.id) for entry in commit.entries}
        return bool(commit.id and rows & self._changes)

    def history(
        self, name: str, limit: int = 50, before: int | None = None
    ) -> list[Entry]:
        """A document's changes, the latest first; those older than `before`."""
        rows = self._history.get(name, [])
        return list(reversed(rows[: None if before is None else max(0, before - 1)]))[
            :limit
        ]

    def latest(self, name: str) -> int:
        """The version of the last row of history; 0 without any."""
        return len(self._history.get(name, []))

    def revision(self, name: str, version: int) -> Entry:
        """The change that made this version; raises `RevisionNotFound`."""
        rows = self._history.get(name, [])
        if not 0 < version <= len(rows):
            raise RevisionNotFound(name, version, len(rows))
        return rows[version - 1]

    def mark(self, mark: str) -> bool:
        """Abort a rollout as a router does; False if that was done, or is in vain."""
        with self._lock:
            if self._body is None or mark in self._aborted:
                return False
            self._aborted |= {mark}
            return True

    def settle(self, marks: Iterable[str]) -> None:
        """Take abort marks away."""
        with self._lock:
            self._aborted -= frozenset(marks)

    def mend(self) -> None:
        """There is no damage in memory."""

    def version(self, *, consistent: bool = False) -> Version | None:  # noqa: ARG002
        """The snapshot's version, and the abort marks."""
        return Version(self._body.version, self._aborted) if self._body else None

    def body(self, *, consistent: bool = False) -> Body | None:  # noqa: ARG002
        """The snapshot."""
        return self._body

    def reset(self) -> None:
        """There are no connections."""

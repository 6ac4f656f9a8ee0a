"""A store in memory, with the semantics of the table: for tests, ours and yours."""

from __future__ import annotations

import json
from dataclasses import replace
from threading import Lock

from flags.errors import VersionConflict
from flags.store.changes import Commit, Entry, SnapshotMoved, State, Stored, dumps


class MemoryStore:
    """Implements `Store`, and `Reader` for the snapshot client."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._documents: dict[str, Stored] = {}
        self._history: dict[str, list[Entry]] = {}
        self._body: tuple[int, str] | None = None

    def load(self) -> State:
        """All documents."""
        with self._lock:
            version, body = self._body or (0, '{"flags":{}}')
            compiled = json.loads(body)["flags"]
            documents = dict(self._documents)
        return State(documents=documents, snapshot=version, compiled=compiled)

    def commit(self, commit: Commit) -> None:
        """Write it whole, or raise `VersionConflict` or `SnapshotMoved`."""
        with self._lock:
            for entry in commit.entries:
                stored = self._documents.get(entry.name)
                actual = stored.version if stored else 0
                if actual != entry.version - 1:
                    raise VersionConflict(entry.name, entry.version - 1, actual)
            if commit.based_on != (self._body[0] if self._body else 0):
                raise SnapshotMoved
            for entry in commit.entries:
                body = json.loads(dumps(entry.after))
                self._documents[entry.name] = Stored(
                    name=entry.name, version=entry.version, body=body
                )
                self._history.setdefault(entry.name, []).append(
                    replace(entry, after=body)
                )
            self._body = (commit.snapshot, commit.body)

    def history(self, name: str, limit: int = 50) -> list[Entry]:
        """A document's changes, the latest first."""
        return list(reversed(self._history.get(name, [])))[:limit]

    def version(self, *, consistent: bool = False) -> int | None:  # noqa: ARG002
        """The snapshot's version."""
        return self._body[0] if self._body else None

    def body(self, *, consistent: bool = False) -> tuple[int, str] | None:  # noqa: ARG002
        """The snapshot with its version."""
        return self._body

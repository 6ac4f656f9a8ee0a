"""A store that reads and never writes: a change goes as far as its commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flags.store.changes import Changed, Commit, State, Store, Stored


class Rehearsal:
    """What comes after a commit sees the table as the commit would leave it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state: State | None = None
        self.history = store.history
        self.revision = store.revision
        self.latest = store.latest
        self.committed = store.committed

    def load(self) -> State:
        """The table, with all that was rehearsed."""
        if self._state is None:
            self._state = self._store.load()
        return self._state

    def commit(self, commit: Commit) -> None:
        """Write nothing, and remember it."""
        snapshot = commit.snapshot_data()
        changed = {
            entry.name: Stored(
                name=entry.name,
                version=entry.version,
                body=entry.after,
                changed=Changed.by(entry),
                drawn=entry.drawn,
            )
            for entry in commit.entries
        }
        state = self.load()
        self._state = replace(
            state,
            documents={**state.documents, **changed},
            snapshot=commit.snapshot,
            compiled=snapshot.get("flags") or {},
            segments=snapshot.get("segments") or {},
            groups=snapshot.get("groups") or {},
            routing=snapshot.get("routing"),
            stable=snapshot.get("stable") or {},
            lists=frozenset(commit.named_lists()),
            lineage=commit.lineage,
            damaged={n: it for n, it in state.damaged.items() if n not in changed},
        )

    def mark(self, mark: str) -> None:
        """Add a mark, here alone."""
        state = self.load()
        self._state = replace(state, aborted=state.aborted | {mark})

    def mend(self) -> None:
        """As if it were done."""
        self._state = replace(self.load(), flaws=())

    def settle(self, marks: Iterable[str]) -> None:
        """Forget marks, here alone."""
        state = self.load()
        self._state = replace(state, aborted=state.aborted - frozenset(marks))


class Ahead(Rehearsal):
    """A store that writes, and knows what the table holds after its own commits.

    It is read again only if somebody else came in between, which every commit finds
    out by its conditions: of many commits in turn each would read all of a big table.
    """

    def commit(self, commit: Commit) -> None:
        """Write it, and remember it."""
        try:
            self._store.commit(commit)
        except Exception:
            self._state = None
            raise
        super().commit(commit)

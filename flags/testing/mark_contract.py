"""What every store owes to its callers about abort marks; part of `StoreContract`."""
# ruff: noqa: S101, SIM300 - the contract is made of tests

from __future__ import annotations

from flags.store.changes import State, Store
from flags.testing.commits import change


class MarkContract:
    """Marks are put and settled, and nothing else about the store changes."""

    def empty(self) -> Store:
        """Make a new store with nothing in it."""
        raise NotImplementedError

    def mark(self, store: Store, mark: str) -> None:
        """Abort a rollout as routers do."""
        raise NotImplementedError

    def test_settling(self) -> None:
        """Marks go when they are settled, as often as that is; others stay."""
        store = self.empty()
        store.settle({"gift 1"})
        assert State() == store.load()
        store.commit(change(store.load(), {"gift": {"is": "one"}}))
        for mark in ("gift 1", "theme 7"):
            self.mark(store, mark)
        version = store.load().snapshot

        for _ in range(2):
            store.settle({"gift 1", "never"})
            assert frozenset({"theme 7"}) == store.load().aborted
        store.settle(())
        store.settle({"theme 7"})

        assert frozenset() == store.load().aborted
        assert version == store.load().snapshot
        self.mark(store, "gift 1")
        assert frozenset({"gift 1"}) == store.load().aborted

    def test_marks_of_the_store(self) -> None:
        """A store marks as routers do, where there is a snapshot, and mends nothing."""
        store = self.empty()
        store.mark("gift 1")
        store.mend()
        assert State() == store.load()
        store.commit(change(store.load(), {"gift": {"is": "one"}}))

        for _ in range(2):
            store.mark("gift 1")
            store.mend()

        assert frozenset({"gift 1"}) == store.load().aborted
        assert () == store.load().damage()

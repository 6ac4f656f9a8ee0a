"""What every store owes to its callers, as tests to inherit."""
# ruff: noqa: PLR2004, S101, SIM300 - the contract is made of tests

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from flags.errors import RevisionNotFound, VersionConflict
from flags.parts import digest, list_text
from flags.snapshot import Body, Reader
from flags.store.changes import Commit, Entry, SnapshotMoved, State, Store, Stored
from flags.testing.commits import change
from flags.testing.mark_contract import MarkContract

IDS = tuple(f"user-{number}" for number in range(1_000))
SHA = digest(list_text(IDS).encode())


class StoreContract(MarkContract):
    """What every store owes to its callers. A subclass is a test class for pytest.

    Laws
    1. What was committed is what is loaded: document, history row and snapshot.
    2. A commit goes through whole or not at all.
    3. `VersionConflict` if a document moved, `SnapshotMoved` if only another did.
    4. Readers get the snapshot as it was committed, with all lists that it names.
    5. A commit that was written is known by its id, and is never written again.
    6. Abort marks outlast every commit, until somebody settles them; a commit that must
       be `unmarked` isn't written over one, but is a `SnapshotMoved`.
    """

    def empty(self) -> Store:
        """Make a new store with nothing in it."""
        raise NotImplementedError

    def everything(self, store: Store) -> Any:
        """All that the store holds, to be compared with what it held before."""
        names = ("gift", "theme", "routing")
        return store.load(), [store.history(name) for name in names]

    def seen(self, store: Store) -> Body | None:
        """What readers get; a store that is no `Reader` has one elsewhere."""
        return cast("Reader", store).body(consistent=True)

    def mark(self, store: Store, mark: str) -> None:
        """Abort a rollout as routers do; a store that has no `mark` does it here."""
        cast("Any", store).mark(mark)

    def test_empty(self) -> None:
        """A new store has no documents, no snapshot and no history."""
        store = self.empty()

        assert State() == store.load()
        assert [] == store.history("gift")
        assert self.seen(store) is None

    def test_commit_is_loaded(self) -> None:
        """A document comes back with its version and every character of its body."""
        store = self.empty()
        body = {
            "text": "ünï\u2028 \"quoted\" 'text' \U0001f600",
            "deep": [None, 0.1, -1],
        }

        store.commit(change(store.load(), {"gift": body}))
        state = store.load()

        assert {"gift": Stored(name="gift", version=1, body=body)} == state.documents
        assert 1 == state.snapshot
        assert {"gift": {**body, "version": 1}} == state.compiled
        assert {"cart": "green"} == state.stable

    def test_every_kind_of_document(self) -> None:
        """Flags, segments, groups and routing are loaded, each in its place."""
        store = self.empty()
        kinds = ("gift", "segment:gift", "group:gift", "routing")
        bodies = {name: {"of": name} for name in kinds}

        store.commit(change(store.load(), bodies))
        state = store.load()

        assert bodies == {name: stored.body for name, stored in state.documents.items()}
        assert {"gift": {"of": "gift", "version": 1}} == state.compiled
        assert {"gift": {"of": "segment:gift", "version": 1}} == state.segments
        assert {"gift": {"of": "group:gift", "version": 1}} == state.groups
        for name, body in bodies.items():
            assert [body] == [entry.after for entry in store.history(name)]

    def test_history(self) -> None:
        """Each change leaves one complete row; the latest comes first."""
        store = self.empty()
        first, second = {"is": "one"}, {"is": "two"}
        made = change(store.load(), {"gift": first}, at="2030-01-01T00:00:00Z")
        store.commit(made)
        store.commit(change(store.load(), {"gift": second}, author="ann", reason="why"))

        newest = Entry(
            name="gift",
            version=2,
            at="2030-01-02T00:00:00Z",
            author="ann",
            reason="why",
            action="edit",
            before=first,
            after=second,
        )
        assert [newest, made.entries[0]] == store.history("gift")
        assert [newest] == store.history("gift", limit=1)
        assert [] == store.history("gif")

    def test_history_before(self) -> None:
        """History can be read on from where the last page ended."""
        store = self.empty()
        for number in range(5):
            store.commit(change(store.load(), {"gift": {"is": number}}))

        assert [4, 3] == _versions(store.history("gift", limit=2, before=5))
        assert [2, 1] == _versions(store.history("gift", before=3))
        assert [] == store.history("gift", before=1)

    def test_revision(self) -> None:
        """Any version can be looked up; one that never was says what there is."""
        store = self.empty()
        for number in range(3):
            store.commit(change(store.load(), {"gift": {"is": number}}))

        assert store.history("gift")[1] == store.revision("gift", 2)
        assert (4, 3) == _not_found(store, "gift", 4)
        assert (0, 3) == _not_found(store, "gift", 0)
        assert (1, 0) == _not_found(store, "theme", 1)

    def test_versions_count_by_one(self) -> None:
        """Twelve edits are versions 1 to 12, of the document and of the snapshot."""
        store = self.empty()
        for number in range(12):
            store.commit(change(store.load(), {"gift": {"is": number}}))

        assert 12 == store.load().snapshot
        assert 12 == store.load().version("gift")
        assert list(range(12, 0, -1)) == _versions(store.history("gift"))

    def test_conflict(self) -> None:
        """A document that moved is refused with both versions; nothing changes."""
        store = self.empty()
        late = change(store.load(), {"gift": {"is": "late"}})
        store.commit(change(store.load(), {"gift": {"is": "one"}}))
        store.commit(change(store.load(), {"gift": {"is": "two"}}))

        error = self._refused(store, late)

        assert isinstance(error, VersionConflict)
        assert ("gift", 0, 2) == (error.name, error.expected, error.actual)

    def test_conflict_is_whole(self) -> None:
        """One document that moved keeps all others of the commit out."""
        store = self.empty()
        late = change(store.load(), {"theme": {}, "gift": {"is": "late"}})
        store.commit(change(store.load(), {"gift": {"is": "one"}}))

        assert isinstance(self._refused(store, late), VersionConflict | SnapshotMoved)
        assert {"gift"} == set(store.load().documents)

    def test_moved_snapshot(self) -> None:
        """A change to another document in between asks for another try."""
        store = self.empty()
        late = change(store.load(), {"theme": {"is": "late"}})
        store.commit(change(store.load(), {"gift": {"is": "one"}}))

        assert isinstance(self._refused(store, late), SnapshotMoved)

    def test_copies(self) -> None:
        """What the caller does to a body afterwards is not in the store."""
        store = self.empty()
        body = {"is": ["one"]}
        store.commit(change(store.load(), {"gift": body}))
        body["is"].append("two")

        assert {"is": ["one"]} == store.load().documents["gift"].body
        assert {"is": ["one"]} == store.history("gift")[0].after

    def test_big_documents(self) -> None:
        """A document of megabytes is kept like any other, and its history too."""
        store = self.empty()
        ids = [f"{number * 7919:012}-{'é' * (number % 9)}" for number in range(60_000)]
        first, second = {"included": ids}, {"included": ids[1:]}
        store.commit(change(store.load(), {"segment:beta": first}))
        store.commit(change(store.load(), {"segment:beta": second}))

        assert second == store.load().documents["segment:beta"].body
        (newest, oldest) = store.history("segment:beta")
        assert (second, first) == (newest.after, newest.before)
        assert (first, None) == (oldest.after, oldest.before)
        assert newest == store.revision("segment:beta", 2)

    def test_many_long_documents(self) -> None:
        """One commit takes 49 documents of 50 KB each."""
        store = self.empty()
        bodies = {f"flag{number}": {"is": "x" * 50_000} for number in range(49)}

        store.commit(change(store.load(), bodies, snapshot=False))
        state = store.load()

        assert bodies == {name: stored.body for name, stored in state.documents.items()}

    def test_readers_see_the_snapshot(self) -> None:
        """What readers get is what was committed, however small or big it is."""
        store = self.empty()
        for size in (10, 1_000, 60_000):
            words = [f"{number * 7919 % 99991:x}" for number in range(size)]
            made = change(store.load(), {"gift": {"is": words}})
            store.commit(made)

            assert Body(made.snapshot, made.body, {}) == self.seen(store)
            assert words == store.load().compiled["gift"]["is"]

    def test_lists(self) -> None:
        """Lists that a snapshot names come with it, for as long as it names them."""
        store = self.empty()
        beta = {"segment:beta": {"included": {"list": SHA}}}
        store.commit(change(store.load(), beta, lists={SHA: IDS}))
        assert frozenset({SHA}) == store.load().lists
        assert {SHA: frozenset(IDS)} == _lists(self.seen(store))

        store.commit(change(store.load(), {"gift": {"is": "one"}}))
        assert frozenset({SHA}) == store.load().lists
        assert {SHA: frozenset(IDS)} == _lists(self.seen(store))

        store.commit(change(store.load(), {"segment:beta": {"included": []}}))
        assert frozenset() == store.load().lists
        assert {} == _lists(self.seen(store))

    def test_a_commit_is_known_by_its_id(self) -> None:
        """Whoever got no answer can ask whether the change was written."""
        store = self.empty()
        ours = change(store.load(), {"gift": {"is": "one"}}, token="ours")  # noqa: S106
        theirs = change(store.load(), {"gift": {"is": "one"}}, token="theirs")  # noqa: S106

        assert not store.committed(ours)
        store.commit(ours)
        assert store.committed(ours)
        assert not store.committed(theirs)

    def test_the_same_commit_again(self) -> None:
        """A commit that comes twice is written once, and its snapshot stays whole."""
        store = self.empty()
        beta = {"segment:beta": {"included": {"list": SHA}}}
        ours = change(store.load(), beta, lists={SHA: IDS}, token="ours")  # noqa: S106
        store.commit(ours)

        try:
            store.commit(ours)
        except (VersionConflict, SnapshotMoved):
            assert store.committed(ours)

        assert 1 == len(store.history("segment:beta"))
        assert {SHA: frozenset(IDS)} == _lists(self.seen(store))

    def test_marks(self) -> None:
        """A mark stays through commits, whoever planned them before it was there."""
        store = self.empty()
        store.commit(change(store.load(), {"gift": {"is": "one"}}))
        late = change(store.load(), {"gift": {"is": "two"}})
        assert frozenset() == store.load().aborted

        self.mark(store, "gift 1")
        store.commit(late)
        assert frozenset({"gift 1"}) == store.load().aborted
        self.mark(store, "theme 7")
        self.mark(store, "gift 1")
        store.commit(change(store.load(), {"theme": {"is": "one"}}))

        assert frozenset({"gift 1", "theme 7"}) == store.load().aborted

    def test_marks_that_stop_a_commit(self) -> None:
        """A commit that must be unmarked is refused, for marks that came late too."""
        store = self.empty()
        store.commit(change(store.load(), {"gift": {"is": "one"}}))
        late = change(store.load(), {"gift": {"is": "two"}})
        both = frozenset({"gift 1", "theme 7"})
        self.mark(store, "theme 7")
        self.mark(store, "gift 2")

        for marks in (both, {"theme 7"}):
            refused = self._refused(store, replace(late, unmarked=frozenset(marks)))
            assert isinstance(refused, SnapshotMoved)
        store.commit(replace(late, unmarked=frozenset({"gift 1"})))
        assert frozenset({"theme 7", "gift 2"}) == store.load().aborted

    def test_a_first_commit_that_must_be_unmarked(self) -> None:
        """Where there is no snapshot there are no marks."""
        store = self.empty()
        first = change(store.load(), {"gift": {"is": "one"}})

        store.commit(replace(first, unmarked=frozenset({"gift 1"})))

        assert 1 == store.load().snapshot

    def test_latest(self) -> None:
        """The last row of history is known by its version."""
        store = self.empty()
        assert 0 == store.latest("gift")
        for number in range(11):
            store.commit(change(store.load(), {"gift": {"is": number}}))

        assert 11 == store.latest("gift")
        assert 0 == store.latest("gif")

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


def _versions(entries: list[Entry]) -> list[int]:
    return [entry.version for entry in entries]


def _lists(body: Body | None) -> dict[str, frozenset[str]]:
    return dict(body.lists) if body else {}


def _not_found(store: Store, name: str, version: int) -> tuple[int, int] | None:
    try:
        store.revision(name, version)
    except RevisionNotFound as error:
        return error.version, error.last
    return None

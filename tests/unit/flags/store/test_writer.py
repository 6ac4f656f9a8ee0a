"""The writer's loop: against others, and against answers that get lost."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from flags.errors import (
    CommitUnknown,
    InvalidDocument,
    StoreUnavailable,
    VersionConflict,
)
from flags.store.changes import (
    MAX_EDITS,
    Commit,
    Edit,
    Entry,
    Signature,
    SnapshotMoved,
    State,
    Store,
    Throttled,
)
from flags.store.writer import FIRST_WAIT, LAST_WAIT, PATIENCE, Writer
from flags.testing import FakeClock, MemoryStore
from flags.testing.commits import change

SIGNED = Signature(author="ann", reason="because")
Edits = Callable[[State], list[Edit]]


def put(name: str, value: object) -> Edits:
    """An edit that sets a document, whatever its version is now."""
    return lambda state: [
        Edit(
            name=name,
            body={"is": value},
            based_on=state.version(name),
            action="apply",
        )
    ]


def planned(
    state: State, edits: list[Edit], signature: Signature, *, at: str, salt: str
) -> Commit:
    """A commit without the grammar of documents."""
    for edit in edits:
        if edit.based_on != state.version(edit.name):
            actual = state.version(edit.name)
            raise VersionConflict(edit.name, edit.based_on, actual)
    bodies = {edit.name: edit.body for edit in edits}
    assert salt
    return change(state, bodies, at=at, author=signature.author)


class Bench:
    """A writer whose clock only its own pauses move."""

    def __init__(
        self, store: Store | None = None, dice: float = 1.0, name: str = "token"
    ) -> None:
        self.store = store or MemoryStore()
        self.clock = FakeClock(0.0)
        self.pauses: list[float] = []
        tokens = itertools.count()
        self.writer = Writer(
            store=self.store,
            timestamp=lambda: "t",
            salt=lambda: "s",
            pause=self.pause,
            now=self.clock,
            random=lambda: dice,
            token=lambda: f"{name}-{next(tokens)}",
            plan=planned,
        )

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.pauses.append(seconds)
        self.clock.advance(seconds)

    def write(self, name: str = "gift", value: object = "one") -> tuple[Entry, ...]:
        """Set a document."""
        return self.writer.write(put(name, value), SIGNED)


class Faulty(MemoryStore):
    """A store whose commits meet what is planned for them, one after the other."""

    def __init__(self, *faults: str) -> None:
        super().__init__()
        self.faults = list(faults)
        self.sent: list[str] = []

    def commit(self, commit: Commit) -> None:
        """Lose the answer, before or after writing; be busy; or work."""
        self.sent.append(commit.id)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "busy":
            raise SnapshotMoved
        if fault == "throttled":
            raise Throttled
        if fault == "down":
            raise StoreUnavailable(fault)
        if fault != "lost before":
            super().commit(commit)
        if fault:
            raise CommitUnknown(fault)


def test_write() -> None:
    """A change is committed at once, under an id of its own."""
    bench = Bench()

    (entry,) = bench.write()

    assert [entry] == bench.store.history("gift")
    assert [] == bench.pauses


def test_nothing_to_write() -> None:
    """An edit that changes nothing is no commit."""
    bench = Bench()

    assert () == bench.writer.write(lambda _state: [], SIGNED)
    assert State() == bench.store.load()


def test_other_document_in_between() -> None:
    """A writer starts over when somebody writes another flag, and both land."""
    bench = Bench()
    interruptions = [lambda: Bench(bench.store, name="other").write("theme", "dark")]

    def edit(state: State) -> list[Edit]:
        edits = put("gift", "one")(state)
        if interruptions:
            interruptions.pop()()
        return edits

    (entry,) = bench.writer.write(edit, SIGNED)
    state = bench.store.load()

    assert "gift" == entry.name
    assert (1, 1, 2) == (state.version("gift"), state.version("theme"), state.snapshot)


def test_same_document_in_between() -> None:
    """A writer that was overtaken on its flag is told so, and changes nothing."""
    bench = Bench()

    def edit(state: State) -> list[Edit]:
        edits = put("gift", "late")(state)
        Bench(bench.store, name="other").write("gift", "first")
        return edits

    with pytest.raises(VersionConflict) as raised:
        bench.writer.write(edit, SIGNED)

    assert (
        "gift is at version 1, not 0: somebody changed it since it was read; look at "
        "the change, then try again" == str(raised.value)
    )
    assert [{"is": "first"}] == [row.after for row in bench.store.history("gift")]


def test_busy_table() -> None:
    """When others come first for half a minute, the writer says so."""
    bench = Bench(Faulty(*["busy"] * 100))

    with pytest.raises(StoreUnavailable) as raised:
        bench.write()

    assert "other changes came first for 30 s; nothing was written; try again" == str(
        raised.value
    )
    assert PATIENCE == sum(bench.pauses)
    assert not isinstance(raised.value, CommitUnknown)


def test_throttled_table() -> None:
    """Nobody else is blamed for what the table's own limits refuse."""
    bench = Bench(Faulty(*["throttled"] * 100))

    with pytest.raises(StoreUnavailable) as raised:
        bench.write()

    assert str(raised.value).startswith("DynamoDB throttled the change for 30 s; ")


def test_pauses() -> None:
    """Pauses may be twice as long each time, up to a limit; dice cut them."""
    longest, cut = Bench(Faulty(*["busy"] * 8)), Bench(Faulty(*["busy"] * 8), dice=0.5)
    longest.write()
    cut.write()

    expected = [min(LAST_WAIT, FIRST_WAIT * 2**number) for number in range(8)]
    assert expected == longest.pauses
    assert [pause / 2 for pause in expected] == cut.pauses


def test_an_answer_lost_after_writing() -> None:
    """A change whose answer got lost is found in the history, and acknowledged."""
    store = Faulty("lost after")
    bench = Bench(store)

    (entry,) = bench.write()

    assert [entry] == store.history("gift")
    assert ["token-0"] == store.sent
    assert [] == bench.pauses


def test_an_answer_lost_before_writing() -> None:
    """A change that nobody finds is sent again as it is, and written once."""
    store = Faulty("lost before", "lost before", "lost after")
    bench = Bench(store)

    (entry,) = bench.write()

    assert [entry] == store.history("gift")
    assert ["token-0"] * 3 == store.sent


def test_somebody_else_meanwhile() -> None:
    """If another change came first after all, the writer starts over."""
    store = Faulty("lost before", "", "")
    bench = Bench(store)
    others = [Bench(store, name="other")]

    def pause(_seconds: float) -> None:
        while others:
            others.pop().write("theme", "dark")

    bench.writer = Writer(
        store=store,
        timestamp=lambda: "t",
        salt=lambda: "s",
        pause=pause,
        now=FakeClock(0.0),
        token=iter(["first", "second"]).__next__,
        plan=planned,
    )

    (entry,) = bench.write()

    assert [entry] == store.history("gift")
    assert ["first", "other-0", "first", "second"] == store.sent


def test_nobody_knows() -> None:
    """After half a minute without an answer the writer says where to look."""
    bench = Bench(Faulty(*["lost before"] * 100))

    with pytest.raises(CommitUnknown) as raised:
        bench.write()

    assert (
        "nobody knows whether the change of gift was written (lost before); look at "
        "`canary history` before you try again" == str(raised.value)
    )
    assert PATIENCE == sum(bench.pauses)


def test_down_after_a_lost_answer() -> None:
    """A failure after a lost answer does not mean that nothing was written."""
    bench = Bench(Faulty("lost before", *["down"] * 100))

    with pytest.raises(CommitUnknown, match="written \\(down\\); look at"):
        bench.write()


def test_down() -> None:
    """A store that is down from the start says so at once."""
    bench = Bench(Faulty("down"))

    with pytest.raises(StoreUnavailable, match="down"):
        bench.write()

    assert [] == bench.pauses


def test_the_history_is_out_of_reach() -> None:
    """As long as the history can't be read, the same change is sent again."""
    store = Faulty("lost after")
    problems = ["away", "away"]

    def committed(commit: Commit) -> bool:
        if problems:
            raise StoreUnavailable(problems.pop())
        return MemoryStore.committed(store, commit)

    store.committed = committed  # type: ignore[method-assign]
    bench = Bench(store)

    (entry,) = bench.write()

    assert [entry] == store.history("gift")
    assert ["token-0"] * 3 == store.sent


@pytest.mark.parametrize("same", [True, False])
def test_threads(*, same: bool) -> None:
    """Two hundred writers at once: each change lands once, in one line of versions."""
    store = MemoryStore()
    start = threading.Barrier(200)

    def pause(seconds: float) -> None:
        threading.Event().wait(seconds / 100)

    def work(number: int) -> tuple[Entry, ...]:
        start.wait()
        writer = Writer(
            store=store,
            timestamp=lambda: "t",
            salt=lambda: "s",
            pause=pause,
            plan=planned,
        )
        while True:
            name = "gift" if same else f"flag{number}"
            try:
                return writer.write(put(name, number), SIGNED)
            except VersionConflict:
                continue

    with ThreadPoolExecutor(200) as pool:
        done = [entry for entries in pool.map(work, range(200)) for entry in entries]
    names = {entry.name for entry in done}
    rows = [row for name in names for row in store.history(name, 200)]

    assert 200 == len(done) == store.load().snapshot
    assert sorted(map(repr, done)) == sorted(map(repr, rows))
    assert set(range(200)) == {entry.after["is"] for entry in rows}


def test_too_many_edits_are_refused_with_what_to_do() -> None:
    """More documents than a transaction holds are not sent."""
    bench = Bench()

    def edits(state: State) -> list[Edit]:
        return [put(f"f{number}", 1)(state)[0] for number in range(MAX_EDITS + 1)]

    with pytest.raises(InvalidDocument, match="50 documents change, and one trans"):
        bench.writer.write(edits, SIGNED)
    assert {} == bench.store.load().documents

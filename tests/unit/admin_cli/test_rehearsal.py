"""Stores that know what comes after a commit without reading the table again."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.changing import write
from admin_cli.rehearsal import Ahead, Rehearsal
from flags.errors import VersionConflict
from flags.store.changes import Edit, Signature, State
from flags.store.memory import MemoryStore

SIGNED = Signature(author="ana")


class Counted(MemoryStore):
    """Counts how often it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.loads = 0

    def load(self) -> State:
        """All documents."""
        self.loads += 1
        return super().load()


def put(name: str, serve: str = "on", based_on: int | None = None) -> Any:
    """An edit that writes a flag."""

    def edits(state: State) -> list[Edit]:
        body = {"variants": {"on": 1, "off": 0}, "off": "off", "serve": serve}
        version = state.version(name) if based_on is None else based_on
        return [Edit(name=name, body=body, based_on=version, action="apply")]

    return edits


def test_many_commits_read_the_table_once() -> None:
    """What each leaves behind is known; what is written is the same."""
    store, plain = Counted(), MemoryStore()
    ahead = Ahead(store)

    for name in ("a", "b", "a", "c"):
        write(ahead, put(name), SIGNED)
        write(plain, put(name), SIGNED)

    assert 1 == store.loads
    state, expected = store.load(), plain.load()
    assert [*state.documents] == [*expected.documents]
    assert [*state.compiled] == [*expected.compiled]
    assert (state.snapshot, ahead.load().snapshot) == (4, 4)


def test_who_comes_in_between_is_seen() -> None:
    """The commit is refused by its conditions, and made anew of what is there then."""
    store = Counted()
    ahead = Ahead(store)
    write(ahead, put("a"), SIGNED)
    write(store, put("theirs"), Signature(author="bo"))

    write(ahead, put("b"), SIGNED)

    assert {"a", "b", "theirs"} == {*store.load().documents}
    assert {"a", "b", "theirs"} == {*store.load().compiled}


def test_the_same_document_in_between_is_a_conflict() -> None:
    """Nobody's change of it is overwritten unseen."""
    store = MemoryStore()
    ahead = Ahead(store)
    write(ahead, put("a"), SIGNED)
    write(store, put("a", "off"), Signature(author="bo"))

    with pytest.raises(VersionConflict):
        write(ahead, put("a"), SIGNED)

    assert "bo" == store.history("a")[0].author


def test_a_rehearsal_without_reading_back_comes_to_the_same() -> None:
    """It leaves out a check, and nothing of what is written."""
    left, right = Rehearsal(MemoryStore()), Rehearsal(MemoryStore())

    write(left, put("a"), SIGNED, reads_back=False)
    write(right, put("a"), SIGNED)

    assert [*left.load().documents] == [*right.load().documents]
    assert left.load().compiled.keys() == right.load().compiled.keys()

"""What somebody else changed in the meantime."""

from __future__ import annotations

from typing import NoReturn

import pytest

from admin_cli.conflicts import annotate
from flags.errors import StoreUnavailable, VersionConflict
from flags.store.changes import Edit, Signature, State
from flags.store.memory import MemoryStore
from flags.store.writer import Writer

PLAIN = {"variants": {"on": True, "off": False}, "off": "off"}


@pytest.fixture
def store() -> MemoryStore:
    """A store in which a flag was changed twice after version 1."""
    store = MemoryStore()
    writer = Writer(store=store, timestamp=lambda: "2026-01-01T00:00:00Z", salt=str)
    for number, serve in enumerate(["off", "on", {"on": 5, "off": 95}]):
        edit = Edit(
            name="a", body=PLAIN | {"serve": serve}, based_on=number, action="apply"
        )

        def edits(_: State, edit: Edit = edit) -> list[Edit]:
            return [edit]

        writer.write(edits, Signature(author=f"operator {number}", reason="x" * number))
    return store


def test_every_change_since_is_told_and_the_sum_of_them(store: MemoryStore) -> None:
    """Who, when, how and why come first, then what is different now."""
    error = annotate(VersionConflict("a", 1, 3), store)

    assert [
        "version 2, 2026-01-01T00:00:00Z, operator 1, apply: x",
        "version 3, 2026-01-01T00:00:00Z, operator 2, apply: xx",
        '  serve: off -> {"on": 5, "off": 95}',
    ] == error.__notes__


def test_a_version_from_the_future_has_no_changes(store: MemoryStore) -> None:
    """What was never written can't be told."""
    error = annotate(VersionConflict("a", 9, 3), store)

    assert not hasattr(error, "__notes__")


def test_a_document_that_is_gone_has_a_remedy(store: MemoryStore) -> None:
    """A version without a document comes from another table."""
    error = annotate(VersionConflict("b", 2, 0), store)

    assert ["b is not in this table: remove `version` to create it"] == error.__notes__


def test_history_that_can_not_be_read_hides_nothing(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The conflict stays the error when its history is out of reach."""

    def unavailable(*_: object) -> NoReturn:
        message = "gone"
        raise StoreUnavailable(message)

    monkeypatch.setattr(store, "history", unavailable)

    error = annotate(VersionConflict("a", 1, 3), store)

    assert isinstance(error, VersionConflict)
    assert not hasattr(error, "__notes__")

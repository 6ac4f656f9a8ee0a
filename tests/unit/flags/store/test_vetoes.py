"""What the state of the table forbids, however well a document is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flags.errors import InvalidDocument
from flags.store.changes import Edit, Signature, State
from flags.store.writer import Writer
from flags.testing import MemoryStore
from tests.unit.flags.store.plans.running import put, release

SHOP: dict[str, Any] = {"release": {"services": ["web"], "stable": "blue"}}
PROMOTED: dict[str, Any] = {"release": {"services": ["web"], "stable": "green"}}
REFUSED = (
    "flags.shop: a router has aborted its rollout, so it can't be promoted; "
    "`canary abort shop` settles that"
)


def live() -> MemoryStore:
    """A store with a rollout that began at version 1 of its release."""
    store = MemoryStore()
    put(store, "shop", release())
    return store


def write(store: MemoryStore, body: dict[str, Any], between: Callable[[], Any]) -> None:
    """Write a body; something else happens once the table has been read."""

    def edits(state: State) -> list[Edit]:
        between()
        return [
            Edit(name="shop", body=body, based_on=state.version("shop"), action="test")
        ]

    Writer(
        store=store,
        timestamp=lambda: "2026-12-01T09:00:00Z",
        salt=lambda: "salt",
        pause=lambda _: None,
    ).write(edits, Signature(author="ann"))


def test_marked_before() -> None:
    """What a router has aborted isn't promoted before that is settled."""
    store = live()
    store.mark("shop 1")

    with pytest.raises(InvalidDocument) as refused:
        put(store, "shop", PROMOTED)
    assert [REFUSED] == [str(problem) for problem in refused.value.problems]


def test_marked_where_blue_is_the_canary() -> None:
    """A body that makes blue stable promotes it, where green was."""
    store = MemoryStore()
    put(store, "shop", {**release(), "release": PROMOTED["release"]})
    store.mark("shop 1")

    with pytest.raises(InvalidDocument) as refused:
        put(store, "shop", {"release": {"services": ["web"], "stable": "blue"}})
    assert [REFUSED] == [str(problem) for problem in refused.value.problems]


def test_marked_meanwhile() -> None:
    """Nor if the mark comes between reading the table and writing to it."""
    store = live()

    with pytest.raises(InvalidDocument) as refused:
        write(store, PROMOTED, lambda: store.mark("shop 1"))
    assert [REFUSED] == [str(problem) for problem in refused.value.problems]
    assert "blue" == store.load().compiled["shop"]["release"]["stable"]


@pytest.mark.parametrize(
    "body",
    [SHOP, release(weight=5), release(id="efgh5678"), {**release(), "enabled": False}],
)
def test_all_else_goes_through(body: dict[str, Any]) -> None:
    """A mark stops no abort, no other rollout, and nothing that stays under it."""
    store = live()
    store.mark("shop 1")

    put(store, "shop", body)

    assert frozenset({"shop 1"}) == store.load().aborted


@pytest.mark.parametrize("marks", [(), ("shop 7",), ("gift 1",)])
def test_marks_about_others(marks: tuple[str, ...]) -> None:
    """A mark on another rollout, or another release, stops no promotion."""
    store = live()
    for mark in marks:
        store.mark(mark)

    put(store, "shop", PROMOTED)

    assert "green" == store.load().compiled["shop"]["release"]["stable"]


def test_settled_first() -> None:
    """After an abort the other colour may be made stable: the mark is of the past."""
    store = live()
    store.mark("shop 1")
    put(store, "shop", SHOP)

    put(store, "shop", PROMOTED)

    assert "green" == store.load().compiled["shop"]["release"]["stable"]

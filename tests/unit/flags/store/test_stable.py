"""Nobody is moved because a release is archived, renamed, left or written anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from flags.codec import decode
from flags.errors import InvalidDocument, InvalidSnapshot
from flags.model import Ruleset
from flags.store.changes import Edit, Signature, State
from flags.store.memory import MemoryStore
from flags.store.stable import known_colours
from flags.store.writer import Writer

BOTH = ["cart", "mail"]


class Bench:
    """A table of releases, of which `shop` was promoted to green."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.write("shop", release(BOTH))
        self.write("shop", release(BOTH, "green"), action="promote")

    def write(self, name: str, body: Any, action: str = "apply", **more: Any) -> None:
        """One edit, as the command line makes it."""
        self.commit(lambda state: [edit(state, name, body, action, **more)])

    def commit(self, make: Callable[[State], list[Edit]]) -> None:
        """Edits that are written together."""
        writer = Writer(store=self.store, timestamp=lambda: "now", salt=lambda: "s")
        writer.write(make, Signature(author="ana"))

    def rules(self) -> Ruleset:
        """The snapshot, as readers have it."""
        body = self.store.body()
        assert body is not None
        return decode(body.text, body.lists)

    def stored(self, name: str) -> Any:
        """The stable colour that a stored release says."""
        return self.store.load().documents[name].body["release"].get("stable")


def release(services: list[str], stable: str | None = None) -> dict[str, Any]:
    """A body of a release."""
    return {"release": {"services": services} | ({"stable": stable} if stable else {})}


def edit(state: State, name: str, body: Any, action: str, **more: Any) -> Edit:
    """An edit of what is stored now."""
    version = state.version(name)
    return Edit(name=name, body=body, based_on=version, action=action, **more)


@pytest.fixture
def bench() -> Bench:
    """A table."""
    return Bench()


def test_after_a_promotion(bench: Bench) -> None:
    """Its services are on the colour that was promoted."""
    assert dict.fromkeys(BOTH, "green") == dict(bench.rules().stable)


def test_archived(bench: Bench) -> None:
    """The colours outlive the release."""
    bench.write("shop", release(BOTH, "green") | {"archived": True}, "archive")

    assert {} == dict(bench.rules().flags)
    assert dict.fromkeys(BOTH, "green") == dict(bench.rules().stable)


def test_renamed(bench: Bench) -> None:
    """Another release in its place is on their colour, and says so."""
    gone = release(BOTH, "green") | {"archived": True}
    bench.commit(
        lambda state: [
            edit(state, "shop", gone, "archive"),
            edit(state, "store", release(BOTH), "apply"),
        ]
    )

    assert bench.stored("store") == "green"
    found = bench.rules().flags["store"].release
    assert found is not None
    assert ("green", "blue") == (found.stable, found.canary)


def test_left_and_taken_over(bench: Bench) -> None:
    """A service that leaves stays where it is, and brings its colour along."""
    bench.write("shop", release(["cart"], "green"))
    assert bench.rules().stable["mail"] == "green"

    bench.write("post", release(["mail"]))
    assert bench.stored("post") == "green"


def test_new_services(bench: Bench) -> None:
    """Services that nobody knows begin on blue, as the first ones did."""
    bench.write("post", release(["post"]))

    assert bench.stored("post") == "blue"
    assert bench.rules().stable["post"] == "blue"


@pytest.mark.parametrize("services", [BOTH, ["cart", "new"]])
def test_contradiction(bench: Bench, services: list[str]) -> None:
    """A file that would move people is refused whole, with who would be moved."""
    before = bench.store.load()
    with pytest.raises(InvalidDocument, match=r"cart.* on green, and blue is to be"):
        bench.write("shop", release(services, "blue"))

    assert before == bench.store.load()


def test_contradiction_on_purpose(bench: Bench) -> None:
    """Whoever says that people are to be moved moves them."""
    bench.write("shop", release(BOTH, "blue"), moves_stable=True)

    assert dict.fromkeys(BOTH, "blue") == dict(bench.rules().stable)


def test_services_of_two_colours(bench: Bench) -> None:
    """One release has one colour: services of two can't come together by a file."""
    bench.write("post", release(["post"]))
    gone = release(["post"], "blue") | {"archived": True}
    bench.write("post", gone, "archive")

    with pytest.raises(InvalidDocument, match=r"flags\.shop\.release\.stable: post is"):
        bench.write("shop", release([*BOTH, "post"], "green"))


@pytest.mark.parametrize("action", ["promote", "undo", "abort"])
def test_moves_of_an_operator(bench: Bench, action: str) -> None:
    """Whoever moves a release moves its services: that is what moves are for."""
    bench.write("shop", release(BOTH, "blue"), action)

    assert dict.fromkeys(BOTH, "blue") == dict(bench.rules().stable)


def test_restored(bench: Bench) -> None:
    """What comes back finds its services where they are by now."""
    old = release(BOTH, "green") | {"archived": True}
    bench.write("shop", old, "archive")
    bench.write("other", release(BOTH))
    bench.write("other", release(BOTH, "blue"), "promote")
    bench.write("other", release(BOTH, "blue") | {"archived": True}, "archive")

    bench.write("shop", release(BOTH, "green"), "restore")

    assert bench.stored("shop") == "blue"


def test_tables_of_before(bench: Bench) -> None:
    """Where no snapshot says it, releases do, the archived ones too."""
    documents = dict(bench.store.load().documents)
    assert dict.fromkeys(BOTH, "green") == known_colours(State(documents=documents))

    bench.write("shop", release(BOTH, "green") | {"archived": True}, "archive")
    documents = dict(bench.store.load().documents)
    assert dict.fromkeys(BOTH, "green") == known_colours(State(documents=documents))


@pytest.mark.parametrize("stable", [["cart"], {"cart": 1}, {"cart": None}, "green"])
def test_damaged_colours_are_refused(stable: Any) -> None:
    """A snapshot whose colours are no texts is refused whole."""
    snapshot = {"schema": 2, "version": 1, "flags": {}, "routing": {}, "stable": stable}
    with pytest.raises(InvalidSnapshot):
        decode(json.dumps(snapshot))

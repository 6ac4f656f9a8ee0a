"""How users were drawn outlives archiving, and the loss of a snapshot."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from flags.codec import decode
from flags.model import Ruleset
from flags.store.changes import Edit, Signature, State
from flags.store.drawing import drawn, flag_of, slots_of
from flags.store.writer import Writer
from flags.testing import MemoryStore

PEOPLE = [f"user-{number}" for number in range(2_000)]
GIFT: dict[str, Any] = {
    "variants": {"a": 1, "b": 2, "c": 3},
    "off": "a",
    "rules": [
        {
            "name": "beta",
            "when": {"attribute": "beta", "equals": True},
            "serve": {"a": 50, "b": 50},
        },
        {
            "name": "gold",
            "when": {"attribute": "plan", "equals": "gold"},
            "serve": "a",
        },
    ],
    "serve": {"a": 34, "b": 33, "c": 33},
}
MOVED = GIFT | {"serve": {"a": 50, "b": 25, "c": 25}}
SHOP: dict[str, Any] = {"release": {"services": ["web"]}, "weight": 10}
TESTS: dict[str, Any] = {"exclusive": {"gift": 40}}


class Lossy(MemoryStore):
    """A table whose snapshot can get lost."""

    lost = False

    def load(self) -> State:
        """Everything but the snapshot's parts, if it is lost."""
        state = super().load()
        if not self.lost:
            return state
        return replace(state, compiled={}, segments={}, groups={}, lists=frozenset())


class Table:
    """A table, changed document by document, each with a salt of its own."""

    def __init__(self) -> None:
        self.store = Lossy()
        numbers = itertools.count()
        self.writer = Writer(
            store=self.store,
            timestamp=lambda: "2026-01-01T00:00:00Z",
            salt=lambda: f"s{next(numbers)}",
        )

    def change(self, action: str, **bodies: dict[str, Any]) -> None:
        """Write documents; a group's name begins with an underscore here."""
        named = {n.replace("_", "group:"): body for n, body in bodies.items()}
        self.writer.write(
            lambda state: [
                Edit(name=n, body=b, based_on=state.version(n), action=action)
                for n, b in named.items()
            ],
            Signature(author="ann"),
        )

    @property
    def rules(self) -> Ruleset:
        """What readers read."""
        body = self.store.body()
        assert body is not None
        return decode(body.text, body.lists)

    def who(self, flag: str, **attributes: Any) -> list[str]:
        """The variant of each of many people."""
        plan = self.rules.plans[flag]
        return [plan(key, attributes, 0.0).variant for key in PEOPLE]


@pytest.fixture
def table() -> Table:
    """A table with ranges that an edit has moved, a rollout and a group."""
    found = Table()
    found.change("apply", gift=GIFT, shop=SHOP)
    found.change("apply", gift=MOVED)
    found.change("apply", _tests=TESTS)
    return found


def test_a_lost_snapshot(table: Table) -> None:
    """Whoever writes next brings everybody back to where they were."""
    before = [table.who("gift"), table.who("gift", beta=True), table.who("shop")]
    since = table.rules.flags["shop"].release
    table.store.lost = True
    table.change("apply", other=GIFT)
    table.store.lost = False

    after = [table.who("gift"), table.who("gift", beta=True), table.who("shop")]
    assert before == after
    assert since == table.rules.flags["shop"].release


def test_an_archived_flag(table: Table) -> None:
    """What is restored finds its users as they were, by rule and by range."""
    table.change("apply", _tests={"exclusive": {"shoes": 1}}, shoes=GIFT)
    before = [table.who("gift"), table.who("gift", beta=True)]
    table.change("archive", gift=MOVED | {"archived": True})
    table.change("restore", gift=MOVED)

    assert before == [table.who("gift"), table.who("gift", beta=True)]


def test_a_name_used_anew(table: Table) -> None:
    """Another flag of an old name has nothing of it."""
    table.change("apply", _tests={"exclusive": {"shoes": 1}}, shoes=GIFT)
    before = table.who("gift")
    table.change("archive", gift=MOVED | {"archived": True})
    table.change("reuse", gift=MOVED)

    assert before != table.who("gift")


@pytest.mark.parametrize("part", [None, {}, {"salt": 1}, {"variants": 7}])
def test_damage(part: Any) -> None:
    """What can't be read was never drawn."""
    assert drawn("gift", part) is None
    assert flag_of("gift", part) is None
    assert slots_of("tests", part) is None
    assert drawn("segment:s", {"version": 1}) is None

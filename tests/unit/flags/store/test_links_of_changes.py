"""Changes of documents that lean on each other: gates, archives, lists, repairs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from flags.codec import decode
from flags.engine.ramping import split_at
from flags.errors import InvalidDocument
from flags.model import Ramp
from flags.store import planning
from flags.store.changes import Commit, Edit, Signature, State
from flags.store.planning import plan
from flags.testing import MemoryStore

GIFT: dict[str, Any] = {
    "variants": {"on": True, "off": False},
    "off": "off",
    "serve": {"on": 50, "off": 50},
}
SHOP: dict[str, Any] = {"release": {"services": ["web"]}}
ARCHIVED = {**GIFT, "archived": True}
IDS = [f"user-{number}" for number in range(300)]
SIGNED = Signature(author="ann")


def using(segment: str) -> dict[str, Any]:
    """A flag with a rule for a segment."""
    return {**GIFT, "rules": [{"when": {"segment": segment}, "serve": "on"}]}


def requiring(name: str) -> dict[str, Any]:
    """A flag that requires another."""
    return {**GIFT, "requires": [{"flag": name, "variant": "on"}]}


class Table:
    """A store that is changed a few documents at a time."""

    def __init__(self, **bodies: Any) -> None:
        self.store = MemoryStore()
        self.changes = 0
        self.commit = Commit(entries=(), based_on=0, snapshot=0, body="")
        if bodies:
            self.change(**bodies)

    @property
    def state(self) -> State:
        """All that is in it."""
        return self.store.load()

    def planned(self, action: str = "apply", **bodies: Any) -> Commit:
        """The commit of new bodies; `segment_x` is the document `segment:x`."""
        self.changes += 1
        state = self.state
        names = {name: name.replace("_", ":") for name in bodies}
        edits = [
            Edit(
                name=names[name],
                body=body,
                based_on=state.version(names[name]),
                action=action,
            )
            for name, body in bodies.items()
        ]
        salt = f"s{self.changes}"
        return plan(state, edits, SIGNED, at="2026-12-01T00:00:00Z", salt=salt)

    def change(self, action: str = "apply", **bodies: Any) -> dict[str, Any]:
        """Commit new bodies; gives the snapshot."""
        commit = self.planned(action, **bodies)
        self.commit = replace(commit, id=str(self.changes))
        self.store.commit(self.commit)
        found: dict[str, Any] = json.loads(commit.body)
        return found

    def refusal(self, action: str = "apply", **bodies: Any) -> str:
        """Why a change is refused."""
        with pytest.raises(InvalidDocument) as raised:
            self.planned(action, **bodies)
        return str(raised.value)


def test_salts() -> None:
    """Flags of one commit draw apart from each other, and keep their salts."""
    table = Table(a=GIFT, b=GIFT, group_q4={"holdout": 5, "flags": ["a"]})
    before = table.state
    table.change(b={**GIFT, "serve": "on"}, group_q4={"holdout": 9, "flags": ["a"]})
    after = table.state

    assert ("s1", "s1-1", "s1-2") == (
        before.compiled["a"]["salt"],
        before.compiled["b"]["salt"],
        before.groups["q4"]["salt"],
    )
    assert before.compiled["b"]["salt"] == after.compiled["b"]["salt"]
    assert before.groups["q4"]["salt"] == after.groups["q4"]["salt"]


def test_gates_follow_groups() -> None:
    """A change of a group reaches its flags, which keep their versions."""
    table = Table(a=GIFT, b=GIFT)
    found = table.change(
        group_tests={"exclusive": {"a": 30, "b": 30}},
        group_q4={"holdout": 5, "flags": ["a"]},
    )

    assert [
        {"group": "q4", "slots": ["in"]},
        {"group": "tests", "slots": ["a"]},
    ] == found["flags"]["a"]["gates"]
    assert [{"group": "tests", "slots": ["b"]}] == found["flags"]["b"]["gates"]
    assert [30_000, 60_000, 100_000] == found["groups"]["tests"]["ends"]
    assert ["a", "b", ""] == found["groups"]["tests"]["slots"]
    assert ["held-out", "in"] == found["groups"]["q4"]["slots"]
    assert 1 == found["flags"]["a"]["version"]

    found = table.change(group_tests={"exclusive": {"b": 40}})

    assert [{"group": "q4", "slots": ["in"]}] == found["flags"]["a"]["gates"]
    found = table.change(
        "archive", group_q4={"holdout": 5, "flags": ["a"], "archived": True}
    )
    assert "gates" not in found["flags"]["a"]
    assert {"tests"} == set(found["groups"])


def test_slots_move_the_fewest() -> None:
    """A share that grows takes from those who are in no flag."""
    table = Table(a=GIFT, b=GIFT, group_tests={"exclusive": {"a": 30, "b": 30}})
    found = table.change(group_tests={"exclusive": {"a": 40, "b": 30}})

    assert ["a", "b", "a", ""] == found["groups"]["tests"]["slots"]
    assert [30_000, 60_000, 70_000, 100_000] == found["groups"]["tests"]["ends"]


def test_lists() -> None:
    """Many ids are a list beside the snapshot, which is sent once."""
    table = Table(gift=using("beta"), segment_beta={"included": IDS, "excluded": ["x"]})
    (sha,) = table.commit.lists
    segment = json.loads(table.commit.body)["segments"]["beta"]

    assert {"version": 1, "included": {"list": sha}, "excluded": ["x"]} == segment
    assert tuple(IDS) == table.commit.lists[sha]
    lists = {sha: frozenset(IDS)}
    assert lists[sha] == decode(table.commit.body, lists).segments["beta"].included

    table.change(gift={**using("beta"), "enabled": False})
    assert {} == table.commit.lists
    table.change(segment_beta={"included": [*IDS, "new"], "by": "tenant"})
    assert [(*IDS, "new")] == list(table.commit.lists.values())
    assert "tenant" == json.loads(table.commit.body)["segments"]["beta"]["by"]


def test_too_many_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """More long lists than a reader takes are refused."""
    monkeypatch.setattr(planning, "MAX_LISTS", 1)
    table = Table(segment_a={"included": IDS})

    assert "segments: 2 long lists of ids; the limit is 1" == table.refusal(
        segment_b={"included": IDS[1:]}
    )


def test_a_lost_list_is_made_again() -> None:
    """A segment whose list is gone is compiled anew from its document."""
    table = Table(segment_beta={"included": IDS}, gift=using("beta"))
    state = replace(table.state, lists=frozenset())
    edit = Edit(name="other", body=GIFT, based_on=0, action="apply")

    commit = plan(state, [edit], SIGNED, at="2026-12-01", salt="s")

    assert [tuple(IDS)] == list(commit.lists.values())


def test_whole_files_may_lean_on_each_other() -> None:
    """Flag and segment may come in one change, whatever their order."""
    table = Table(gift=using("beta"), segment_beta={"included": ["ann"]})

    assert {"gift", "segment:beta"} == set(table.state.documents)
    assert (
        "flags.new.rules[0].when.segment: no segment 'bta'; did you mean beta?"
        == table.refusal(new=using("bta"))
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"cart": {**GIFT, "variants": {"yes": 1}, "off": "yes", "serve": "yes"}},
            "flags.gift.requires[0]: cart has no variant 'on'; defined: yes",
        ),
        ({"cart": SHOP}, "flags.gift.requires[0]: cart is a release; name a flag here"),
        (
            {"cart": requiring("gift")},
            (
                "flags.cart: these flags require each other: cart -> gift -> cart; "
                "open the circle"
            ),
        ),
    ],
)
def test_caused(change: dict[str, Any], expected: str) -> None:
    """What a change would break in other documents is held against it."""
    assert expected == Table(cart=GIFT, gift=requiring("cart")).refusal(**change)


def test_faults_of_yesterday() -> None:
    """What is wrong between others already does not stand in the way."""
    table = Table(cart=GIFT, gift=requiring("cart"), theme=GIFT)
    state = table.state
    documents = {n: stored for n, stored in state.documents.items() if n != "cart"}
    compiled = {n: part for n, part in state.compiled.items() if n != "cart"}
    state = replace(state, documents=documents, compiled=compiled)
    edit = Edit(
        name="theme", body={**GIFT, "enabled": False}, based_on=1, action="apply"
    )

    commit = plan(state, [edit], SIGNED, at="2026-12-01", salt="s")

    # No reader would accept a flag that leans on nothing: it is left out.
    assert ["theme"] == list(decode(commit.body).flags)


def test_archive_and_restore() -> None:
    """What is archived leaves the snapshot; its document and its name stay."""
    table = Table(gift=GIFT, theme=GIFT)
    found = table.change("archive", gift=ARCHIVED)

    assert {"theme"} == set(found["flags"])
    assert ARCHIVED == table.state.documents["gift"].body
    assert set() == table.state.lost()
    assert (
        "flags.gift: archived; `canary restore gift` brings it back, --force reuses "
        "the name" == table.refusal(gift=GIFT)
    )
    assert {"theme"} == set(table.change(theme={**GIFT, "enabled": False})["flags"])


@pytest.mark.parametrize(("action", "salt"), [("restore", "s1"), ("reuse", "s3")])
def test_revived(action: str, salt: str) -> None:
    """What is restored has its users back; a name used anew draws them anew."""
    table = Table(gift=GIFT)
    table.change("archive", gift=ARCHIVED)
    flag = table.change(action, gift=GIFT)["flags"]["gift"]

    assert (3, salt) == (flag["version"], flag["salt"])


@pytest.mark.parametrize(
    ("bodies", "archived", "expected"),
    [
        (
            {"gift": GIFT, "a": requiring("gift"), "b": requiring("gift")},
            {"gift": ARCHIVED},
            (
                "flags.gift: in use by flags.a, flags.b; take it out of there before "
                "it is archived"
            ),
        ),
        (
            {"gift": GIFT, "group_q4": {"holdout": 5, "flags": ["gift"]}},
            {"gift": ARCHIVED},
            (
                "flags.gift: in use by groups.q4; take it out of there before it is "
                "archived"
            ),
        ),
        (
            {"gift": using("beta"), "segment_beta": {}},
            {"segment_beta": {"archived": True}},
            (
                "segments.beta: in use by flags.gift; take it out of there before "
                "it is archived"
            ),
        ),
        (
            {"shop": {**SHOP, "weight": 0}},
            {"shop": {**SHOP, "weight": 0, "archived": True}},
            "flags.shop: has a live rollout; promote or abort it before it is archived",
        ),
    ],
)
def test_in_use(
    bodies: dict[str, Any], archived: dict[str, Any], expected: str
) -> None:
    """What others lean on can't be archived; they are named."""
    assert expected == Table(**bodies).refusal("archive", **archived)


def test_archived_together() -> None:
    """A flag and what it leans on can be archived in one change."""
    table = Table(gift=GIFT, a=requiring("gift"))

    found = table.change(
        "archive", gift=ARCHIVED, a={**requiring("gift"), "archived": True}
    )
    assert {} == found["flags"]


def test_stopped_ramp() -> None:
    """The time of a change decides where a ramp has come to; all stay there."""
    stages = [
        {"at": "2026-11-30", "split": {"on": 0, "off": 100}},
        {"at": "2026-12-02", "split": {"on": 50, "off": 50}},
    ]
    table = Table(gift={**GIFT, "serve": {"ramp": stages, "linear": True}})
    ramp = decode(table.commit.body).flags["gift"].serve
    table.change(gift={**GIFT, "serve": {"on": 25, "off": 75}})

    assert isinstance(ramp, Ramp)
    # The changes of these tests are made on the first of December, halfway.
    expected = split_at(ramp, datetime(2026, 12, 1, tzinfo=UTC).timestamp())
    assert expected == decode(table.commit.body).flags["gift"].serve


def test_all_problems_of_a_change_come_at_once() -> None:
    """Each document of a change has its say."""
    found = Table().refusal(a={**GIFT, "off": "x"}, segment_b={"included": [1]})

    assert [
        "flags.a.off: no variant 'x'; defined: on, off, $default",
        "segments.b.included[0]: ids are texts; put 1 in quotes",
    ] == found.split("\n")

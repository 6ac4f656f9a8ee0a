"""A change as one commit, computed before anything is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flags.codec import decode
from flags.errors import InvalidDocument, VersionConflict
from flags.store.changes import (
    MAX_DOCUMENT_BYTES,
    Commit,
    Edit,
    Entry,
    Signature,
    State,
    Stored,
    dumps,
)
from flags.store.planning import plan
from flags.testing import MemoryStore

GIFT: dict[str, Any] = {"variants": {"on": True}, "off": "on", "serve": "on"}
SHOP: dict[str, Any] = {"release": {"services": ["web"]}}
SIGNED = Signature(author="ann", reason="because")


def edit(name: str, body: dict[str, Any], based_on: int = 0) -> Edit:
    """A change of one document."""
    return Edit(name=name, body=body, based_on=based_on, action="apply")


def planned(state: State, *edits: Edit) -> Commit:
    """The commit of these changes."""
    return plan(state, list(edits), SIGNED, at="2030-01-01T00:00:00Z", salt="s")


def after(*edits: Edit) -> MemoryStore:
    """A store after one commit."""
    store = MemoryStore()
    store.commit(planned(store.load(), *edits))
    return store


def test_commit() -> None:
    """A commit holds an entry for each document, and the snapshot after it."""
    commit = planned(State(), edit("gift", GIFT), edit("routing", {"default": "web"}))
    ruleset = decode(commit.body)

    assert (0, 1) == (commit.based_on, commit.snapshot)
    assert (1, {"gift"}, {"default": "web"}) == (
        ruleset.version,
        set(ruleset.flags),
        ruleset.routing,
    )
    assert (
        Entry(
            name="gift",
            version=1,
            at="2030-01-01T00:00:00Z",
            author="ann",
            reason="because",
            action="apply",
            before=None,
            after=GIFT,
        )
        == commit.entries[0]
    )


def test_nothing_else_changes() -> None:
    """A change to one flag leaves the compiled others, and the routing, alone."""
    state = after(
        edit("gift", GIFT), edit("shop", SHOP), edit("routing", {"default": "web"})
    ).load()
    body = json.loads(planned(state, edit("gift", {**GIFT, "enabled": False}, 1)).body)

    assert state.compiled["shop"] == body["flags"]["shop"]
    assert {"default": "web"} == body["routing"]
    assert (2, False) == (
        body["flags"]["gift"]["version"],
        body["flags"]["gift"]["enabled"],
    )


@pytest.mark.parametrize(("based_on", "name"), [(0, "gift"), (2, "gift"), (1, "new")])
def test_conflict(based_on: int, name: str) -> None:
    """A change that was made from another version is refused."""
    state = after(edit("gift", GIFT)).load()

    with pytest.raises(VersionConflict) as raised:
        planned(state, edit(name, GIFT, based_on))

    assert (name, based_on, state.version(name)) == (
        raised.value.name,
        raised.value.expected,
        raised.value.actual,
    )


def refusal(state: State, *edits: Edit) -> str:
    """Why a change is refused."""
    with pytest.raises(InvalidDocument) as raised:
        planned(state, *edits)
    return str(raised.value)


def test_shared_service() -> None:
    """A service that a stored release has can't be claimed by another."""
    state = after(edit("shop", SHOP)).load()

    assert (
        "flags.other.release.services: web belongs to the release shop already"
        == refusal(state, edit("other", SHOP))
    )


def heavy(size: int, letter: str = "x") -> dict[str, Any]:
    """A document of exactly that many bytes."""
    body = {**GIFT, "variants": {"on": ""}}
    room = size - len(dumps(body).encode())
    return {**body, "variants": {"on": letter * (room // len(letter.encode()))}}


def test_document_too_large() -> None:
    """A history row holds a document twice: it must fit."""
    planned(State(), edit("gift", heavy(MAX_DOCUMENT_BYTES)))

    assert "flags.gift: 4000001 bytes are over the limit of 4000000" == refusal(
        State(), edit("gift", heavy(MAX_DOCUMENT_BYTES + 1))
    )
    assert "4000002 bytes" in refusal(
        State(), edit("gift", heavy(MAX_DOCUMENT_BYTES + 2, "é"))
    )


def test_snapshot_too_large() -> None:
    """A snapshot that no item could hold is refused, with its size."""
    sizes = {"small": 1_000, "a": 2_700_000, "b": 2_600_000, "c": 2_800_000}
    edits = [edit(name, heavy(size)) for name, size in sizes.items()]
    state = after(*edits[:2]).load()

    assert (
        "flags: the snapshot would be 8101323 bytes; the limit is 8000000; the "
        "biggest: c (2800064 bytes), a (2700064 bytes), b (2600062 bytes)"
        == refusal(state, *edits[2:])
    )


def test_bad_document() -> None:
    """What is wrong with a document is said before anything is written."""
    assert "flags.gift.serve: no variant 'no'; defined: on, $default" == refusal(
        State(), edit("gift", {**GIFT, "serve": "no"})
    )


def test_dumps() -> None:
    """A document is stored compactly, letters as they are."""
    assert '{"é":[1,null]}' == dumps({"é": [1, None]})


def test_a_document_of_another_grammar_does_not_block_an_abort() -> None:
    """A stored document that today's grammar refuses leaves others free to change."""
    old = Stored(name="old", version=1, body={"variants": {"a": 1}, "was": "allowed"})
    shop = Stored(name="shop", version=1, body=SHOP | {"weight": 10})
    state = State(documents={"old": old, "shop": shop}, snapshot=2)

    made = planned(state, edit("shop", SHOP, based_on=1))

    assert decode(made.body).flags["shop"].serve == "blue"


def test_a_damaged_flag_is_compiled_anew() -> None:
    """A compiled flag that can't be read is made from its document again."""
    store = after(edit("gift", GIFT), edit("shop", SHOP))
    state = store.load()
    compiled = {**state.compiled, "gift": {"version": 1}}
    damaged = State(
        documents=state.documents, snapshot=state.snapshot, compiled=compiled
    )

    made = planned(damaged, edit("shop", SHOP | {"weight": 10}, based_on=1))

    assert decode(made.body).flags["gift"].variants == {"on": True}


def test_what_no_reader_would_take() -> None:
    """A change that multiplies the work of an evaluation is refused, and says so."""
    file: dict[str, Any] = {"s0": {"included": ["ann"]}}
    for level in range(1, 8):
        uses = [{"segment": f"s{level - 1}"}] * 4
        file[f"s{level}"] = {"rules": [{"any": uses}]}
    flag = {
        "variants": {"on": True, "off": False},
        "off": "off",
        "rules": [{"when": {"segment": "s7"}, "serve": "on"}],
        "serve": "off",
    }
    edits = [
        Edit(name=f"segment:{n}", body=b, based_on=0, action="apply")
        for n, b in file.items()
    ]
    edits.append(Edit(name="gift", body=flag, based_on=0, action="apply"))

    with pytest.raises(InvalidDocument, match=r"gift leads to [0-9]+ tests") as raised:
        plan(State(), edits, Signature(author="ann"), at="t", salt="s")
    assert 2 == raised.value.exit_code

"""What a commit writes: which parts are new, which stay, and which may go."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from flags.errors import InvalidDocument
from flags.parts import (
    MAX_BYTES,
    MAX_LISTS,
    Manifest,
    Part,
    cut,
    digest,
    expand,
    list_text,
)
from flags.store.assembly import (
    KEPT_SECONDS,
    MOST_DELETED,
    MOST_RETIRED,
    PLAIN_BYTES,
    Assembly,
    Base,
    assemble,
)
from flags.store.changes import MAX_EDITS, State
from flags.store.items import INLINE_BYTES, Retired, manifest, retired
from flags.testing.commits import change

IDS = tuple(f"user-{number}" for number in range(300))
SHA = digest(list_text(IDS).encode())
NAMED = {"segment:beta": {"included": {"list": SHA}}}
WORDS = [f"{number * 7919:x}" for number in range(150_000)]


def body(made: Assembly) -> dict[str, Any]:
    """The item `snapshot`/`body` of an assembly."""
    item: dict[str, Any] = made.puts[-1]["Item"]
    return item


def assembled(bodies: Any, base: Base | None = None, **more: Any) -> Assembly:
    """A commit of these documents to an empty table, assembled."""
    commit = change(State(), bodies, token="id", **more)
    return assemble(commit, base or Base(), now=10_000)


def test_a_small_snapshot_is_plain() -> None:
    """People can read a small snapshot in the console."""
    made = assembled({"gift": {"is": "one"}})

    assert "gift" in body(made)["body"]["S"]
    assert {} == made.parts == made.blobs


def test_a_longer_snapshot_is_packed() -> None:
    """Beyond some kilobytes the text is compressed, in the same item."""
    made = assembled({"gift": {"is": "x" * PLAIN_BYTES}})
    item = body(made)

    text = expand([item["data"]["B"]], int(item["bytes"]["N"]))
    assert "x" * PLAIN_BYTES in text.decode()
    assert len(item["data"]["B"]) < 1_000
    assert "body" not in item


def test_a_big_snapshot_is_a_part() -> None:
    """What fills an item is written in slices before."""
    made = assembled({"segment:gift": {"is": WORDS}})
    item = body(made)

    assert ["snapshot#id"] == list(made.parts)
    slices = cut(made.parts["snapshot#id"])
    assert {"S": "id"} == item["id"]
    assert {"N": str(len(slices))} == item["slices"]
    text = expand(slices, int(item["bytes"]["N"]))
    assert WORDS == json.loads(text)["segments"]["gift"]["is"]


def test_a_new_list() -> None:
    """A list that no snapshot has named yet is written as a part."""
    made = assembled(NAMED, lists={SHA: IDS})
    name = f"{SHA[:16]}-id"

    assert [f"snapshot#{name}"] == list(made.parts)
    found = manifest(body(made))
    assert found is not None
    assert {SHA: Part(id=name, slices=1, size=len(list_text(IDS)))} == found.lists


def test_a_list_is_carried_over() -> None:
    """A list that the manifest names already stays where it is."""
    part = Part(id="old", slices=3, size=900)
    base = Base(manifest=Manifest(version=1, lists={SHA: part}))

    made = assembled(NAMED, base, lists={SHA: IDS})

    assert {} == made.parts
    found = manifest(body(made))
    assert found is not None
    assert {SHA: part} == found.lists
    assert () == retired(body(made))


def test_lists_that_nobody_names_are_not_written() -> None:
    """Only what the snapshot names is stored with it."""
    assert {} == assembled({"gift": {}}, lists={SHA: IDS}).parts


def test_lists_that_nobody_has() -> None:
    """A snapshot that no reader could read is not written."""
    with pytest.raises(ValueError, match=f"names lists that nobody has: {SHA}"):
        assembled(NAMED)


def test_lists_of_another_name() -> None:
    """A list whose name is not its content's is refused: readers would refuse it."""
    with pytest.raises(ValueError, match="is named after other content"):
        assembled(NAMED, lists={SHA: IDS[1:]})


def test_what_is_not_named_any_more_retires() -> None:
    """The parts of the manifest before are kept in mind with the time."""
    earlier = Retired(id="earlier", slices=1, at=7)
    before = Manifest(
        version=1,
        part=Part(id="text", slices=2, size=9),
        lists={"abc": Part(id="list", slices=3, size=9)},
    )
    made = assembled({"gift": {}}, Base(manifest=before, retired=(earlier,)))

    assert (
        earlier,
        Retired(id="text", slices=2, at=10_000),
        Retired(id="list", slices=3, at=10_000),
    ) == retired(body(made))


def test_due_after_an_hour() -> None:
    """Parts go when nobody can be reading them any more."""
    old = Retired(id="old", slices=1, at=0)
    young = Retired(id="young", slices=1, at=1)
    base = Base(retired=(old, young))

    assert (old,) == base.due(KEPT_SECONDS)
    assert Base(retired=(young,)) == base.without((old,))


def test_due_in_portions() -> None:
    """No commit deletes so much that it takes long."""
    parts = tuple(Retired(id=str(n), slices=30, at=0) for n in range(9))

    assert parts[: MOST_DELETED // 30] == Base(retired=parts).due(KEPT_SECONDS)


def test_due_for_lack_of_room() -> None:
    """When very many retire within an hour, the oldest go early."""
    parts = tuple(
        Retired(id=str(number), slices=1, at=0) for number in range(MOST_RETIRED + 2)
    )

    assert parts[:2] == Base(retired=parts).due(1)


@pytest.mark.parametrize(("count", "size"), [(MAX_LISTS + 1, 1), (17, MAX_BYTES)])
def test_more_lists_than_readers_take(count: int, size: int) -> None:
    """What readers would refuse is not written."""
    lists = {
        str(number): Part(id=str(number), slices=1, size=size)
        for number in range(count)
    }
    segments = {sha: {"included": {"list": sha}} for sha in lists}
    state = replace(State(), segments=segments)
    base = Base(manifest=Manifest(version=1, lists=lists))

    with pytest.raises(InvalidDocument, match="use fewer or shorter segments"):
        assemble(change(state, {"gift": {}}), base, now=0)


def test_a_long_document_is_a_blob() -> None:
    """A document that would fill an item is put elsewhere, once for all its rows."""
    long = {"is": WORDS}
    state = State()
    made = assemble(change(state, {"gift": long}, snapshot=False), Base(), now=0)

    (document, history, *_) = (put["Item"] for put in made.puts)
    ((name, packed),) = made.blobs.items()
    assert document["document"] == history["after"]
    assert {"S": name} == document["document"]["M"]["blob"]
    size = int(document["document"]["M"]["bytes"]["N"])
    assert long == json.loads(expand(cut(packed), size))


def test_documents_share_the_room_of_a_transaction() -> None:
    """What stays inline of one document does not if there are many."""
    fits = {"is": "x" * (INLINE_BYTES - 100)}
    names = [f"flag{number}" for number in range(MAX_EDITS)]

    alone = assemble(change(State(), {"gift": fits}), Base(), now=0)
    many = assemble(
        change(State(), dict.fromkeys(names, fits), snapshot=False), Base(), now=0
    )

    assert {} == alone.blobs
    assert 1 == len(many.blobs)


@pytest.mark.parametrize(
    ("count", "reason", "problem"),
    [
        (50, "", "50 documents change; apply at most 49 at a time"),
        (1, "x" * 400_000, "over DynamoDB's limit of 400000; give a shorter reason"),
        (20, "x" * 250_000, "of 4000000; change fewer documents at a time"),
    ],
)
def test_too_big_for_dynamodb(count: int, reason: str, problem: str) -> None:
    """What DynamoDB would refuse for its size is refused with a remedy."""
    bodies: dict[str, Any] = {f"flag{number}": {} for number in range(count)}

    with pytest.raises(InvalidDocument, match=problem):
        assembled(bodies, reason=reason)

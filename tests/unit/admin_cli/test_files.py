"""Files of documents, merged and exported."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.files import edits, export, live, ruleset, snapshot, unchanged
from admin_cli.traffic import merge
from flags.errors import InvalidDocument, NotFound, VersionConflict
from flags.store.changes import State, Stored
from flags.store.checks import File, read_file
from tests.unit.flags.store.wrong import read_flag

RELEASE = {"release": {"services": ["pay"]}}
PLAIN = {"variants": {"on": True, "off": False}, "off": "off", "serve": "on"}


def state(**bodies: dict[str, Any]) -> State:
    """A table with documents at version 3."""
    return State(
        documents={
            name: Stored(name=name, version=3, body=body)
            for name, body in bodies.items()
        }
    )


def file(**flags: dict[str, Any]) -> File:
    """A file of flags."""
    return read_file({"flags": flags})


@pytest.mark.parametrize(
    ("document", "stored", "merged"),
    [
        (RELEASE, None, RELEASE),
        (
            RELEASE,
            {"release": {"services": ["old"], "stable": "green"}, "weight": 0},
            {"release": {"services": ["pay"], "stable": "green"}, "weight": 0},
        ),
        (
            RELEASE | {"weight": 4},
            {"release": {"services": ["old"]}, "weight": 9},
            {"release": {"services": ["pay"], "stable": "blue"}, "weight": 4},
        ),
        (
            {"release": {"services": ["pay"], "stable": "green"}},
            {"release": {"services": ["pay"], "stable": "blue"}},
            {"release": {"services": ["pay"], "stable": "green"}},
        ),
        (RELEASE, PLAIN, RELEASE),
        (PLAIN, {"release": {"services": ["pay"]}, "weight": 9}, PLAIN),
    ],
)
def test_traffic_is_kept_and_the_rest_replaced(
    document: dict[str, Any], stored: dict[str, Any] | None, merged: dict[str, Any]
) -> None:
    """Absent weight and colour are the stored ones; a new release is on blue."""
    assert merged == merge(read_flag("pay", document), stored)


def test_the_same_in_another_spelling_is_no_edit() -> None:
    """Defaults, 1.0 for 1, and the order of keys make no difference."""
    stored = PLAIN | {"enabled": True, "serve": {"on": 50.0, "off": 50}}
    spelt = {"serve": {"off": 50.0, "on": 50}} | {
        key: PLAIN[key] for key in ("off", "variants")
    }

    assert [] == edits(file(a=spelt), state(a=stored))


def test_true_for_one_is_an_edit() -> None:
    """Values that Python holds equal are different for whoever reads the flag."""
    stored = {"variants": {"x": 1}, "off": "x", "serve": "x"}
    changed = {"variants": {"x": True}, "off": "x", "serve": "x"}

    (edit,) = edits(file(a=changed), state(a=stored))

    assert (3, "apply") == (edit.based_on, edit.action)


@pytest.mark.parametrize("version", [0, 2, 4])
def test_another_version_conflicts_even_without_a_change(version: int) -> None:
    """A version in the file must be the stored one."""
    with pytest.raises(VersionConflict) as caught:
        edits(file(a=PLAIN | {"version": version}), state(a=PLAIN))

    assert ("a", version, 3) == (
        caught.value.name,
        caught.value.expected,
        caught.value.actual,
    )


def test_version_zero_is_a_document_that_is_not_there() -> None:
    """A new document may say so."""
    (edit,) = edits(file(a=PLAIN | {"version": 0}), state())

    assert 0 == edit.based_on


def test_routing_is_merged_as_a_whole() -> None:
    """The routing document is one document beside the flags."""
    routing = {"default": "pay"}

    (edit,) = edits(read_file({"routing": routing}), state(routing={"default": "old"}))

    assert ("routing", routing) == (edit.name, edit.body)
    assert [] == edits(read_file({"routing": routing}), state(routing=routing))


def test_an_export_holds_versions_first() -> None:
    """All documents or those named, each with its version on top."""
    table = state(b=PLAIN, a=RELEASE, routing={"default": "pay"})

    assert ["a", "b"] == list(export(table, [])["flags"])
    assert ["version", "release"] == list(export(table, ["a"])["flags"]["a"])
    assert {"flags": {}, "routing": {"version": 3, "default": "pay"}} == export(
        table, ["routing"]
    )
    with pytest.raises(NotFound, match="no flag is named 'c'"):
        export(table, ["a", "c"])


def segmented(*ids: str) -> State:
    """A table with a segment, whose ids stand beside the snapshot."""
    compiled = {"version": 1, "included": {"list": "sha"}}
    stored = Stored(name="segment:beta", version=1, body={"included": [*ids]})
    return State(
        documents={"segment:beta": stored},
        segments={"beta": compiled},
        lists=frozenset({"sha"}),
    )


def test_a_snapshot_in_a_file_has_its_lists_within() -> None:
    """Both forms make the same rules."""
    table = segmented("ana", "bo")

    assert '"included":["ana","bo"]' in snapshot(table)
    assert {"ana", "bo"} == ruleset(table).segments["beta"].included


def test_a_snapshot_that_no_reader_takes_is_refused() -> None:
    """A file has no lists beside it, so there is a limit; the table has none."""
    table = segmented(*(f"{number:0100}" for number in range(90_000)))

    with pytest.raises(InvalidDocument, match="readers take 8000000; use fewer ids"):
        snapshot(table)
    assert 90_000 == len(ruleset(table).segments["beta"].included)


def test_a_rollout_at_zero_is_live() -> None:
    """A weight of 0 is a rollout for those who are named."""
    assert ["b"] == live(state(a=RELEASE, b=RELEASE | {"weight": 0}, c=PLAIN))


def test_what_cannot_be_read_is_another_body() -> None:
    """A damaged document is replaced, and not in the way."""
    damaged = RELEASE | {"rollout": {"phase": 5}}

    assert not unchanged("pay", RELEASE, damaged)
    assert unchanged("pay", RELEASE, RELEASE | {"enabled": True})

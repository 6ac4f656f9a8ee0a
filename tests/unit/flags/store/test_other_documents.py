"""Segments, groups, schedules and the rest, with the exact words that come back."""

from __future__ import annotations

from typing import Any

import pytest

from flags.errors import InvalidDocument
from flags.store.checks import read_document, read_file
from flags.store.groups import GroupDocument
from flags.store.routing import RoutingDocument
from flags.store.segments import SegmentDocument
from tests.unit.flags.store.wrong import (
    BOOLEAN,
    DICTIONARY,
    GIFT,
    NAME,
    SHOP,
    STRING,
    UNKNOWN,
    problems,
)

IDS = "give a text of 1 to 2048 characters"


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"include": []}, ".include", UNKNOWN),
        ({"included": "ann"}, ".included", "input should be a valid list"),
        ({"included": ["a", 7]}, ".included[1]", "ids are texts; put 7 in quotes"),
        ({"included": [True]}, ".included[0]", "ids are texts; put True in quotes"),
        ({"excluded": [""]}, ".excluded[0]", IDS),
        ({"excluded": ["\ud800"]}, ".excluded[0]", IDS),
        (
            {"included": list("abcdefg"), "excluded": list("gfedcba")},
            ".excluded",
            (
                "'a', 'b', 'c', 'd', 'e' and 2 more in `included` too; take each out "
                "of one of them"
            ),
        ),
        (
            {"rules": [{"segment": "a b"}]},
            ".rules[0].segment",
            NAME,
        ),
        ({"by": 7}, ".by", STRING),
        ({"owner": ""}, ".owner", "string should have at least 1 character"),
    ],
)
def test_segment(changes: dict[str, Any], place: str, message: str) -> None:
    """One thing wrong with a segment is one line."""
    assert [f"segments.beta{place}: {message}"] == problems(
        {"segments": {"beta": changes}}
    )


def test_only_the_first_wrong_ids_are_listed() -> None:
    """A list of ten thousand numbers does not make ten thousand lines."""
    found = problems({"segments": {"beta": {"included": list(range(10_000))}}})

    assert [f"segments.beta.included[{number}]" for number in range(5)] == [
        line.partition(":")[0] for line in found
    ]


def test_ids_stand_once() -> None:
    """An id that stands twice stands once, where it stood first."""
    segment = read_document("segment:beta", {"included": ["b", "a", "b"]})

    assert isinstance(segment, SegmentDocument)
    assert ["b", "a"] == segment.included


@pytest.mark.parametrize(
    ("group", "place", "message"),
    [
        ({}, "", "give either exclusive or holdout"),
        (
            {"exclusive": {"a": 1}, "holdout": 5, "flags": ["a"]},
            "",
            "give either exclusive or holdout",
        ),
        (
            {"exclusive": {"a": 60, "b": 40.001}},
            ".exclusive",
            "the percentages add up to 100.001, over 100",
        ),
        (
            {"exclusive": {"a": 60}, "flags": ["a"]},
            ".flags",
            "goes with holdout; exclusive names its flags itself",
        ),
        (
            {"holdout": 5},
            ".flags",
            "missing; name the flags that the holdout is kept out of",
        ),
        ({"holdout": 5, "flags": ["a", "a"]}, ".flags", "a flag is named twice"),
        ({"holdout": 5, "flags": ["a b"]}, ".flags[0]", NAME),
        ({"exclusive": {"a b": 5}}, ".exclusive.a b", NAME),
        ({"exclusive": ["a"]}, ".exclusive", DICTIONARY),
    ],
)
def test_group(group: dict[str, Any], place: str, message: str) -> None:
    """One thing wrong with a group is one line."""
    found = problems({"groups": {"q4": group}})

    assert f"groups.q4{place}: {message}" in found


TIME = "give a time like 2026-12-01T09:00:00+01:00, or a date"


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"temporary": "yes"}, "temporary", BOOLEAN),
        ({"expires": "soon"}, "expires", "give a date like 2026-12-31"),
        ({"expires": "2026-02-30"}, "expires", "give a date like 2026-12-31"),
        (
            {"temporary": False, "expires": "2026-12-31"},
            "expires",
            "a permanent flag has none; remove it, or say `temporary: true`",
        ),
        ({"tags": ["a", 1]}, "tags[1]", STRING),
        ({"requires": [{"flag": "a b", "variant": "on"}]}, "requires[0].flag", NAME),
        (
            {"requires": [{"flag": "cart"}]},
            "requires[0]",
            "give either a variant or a list of variants",
        ),
        (
            {"requires": [{"flag": "cart", "variant": "on", "variants": ["on"]}]},
            "requires[0]",
            "give either a variant or a list of variants",
        ),
        (
            {"schedule": {}},
            "schedule",
            "give at least one of from, until, days, hours",
        ),
        ({"schedule": {"from": "x"}}, "schedule.from", TIME),
        (
            {"schedule": {"from": "2026-12-01", "until": "2026-12-01"}},
            "schedule.until",
            "not after `from`: the flag would never be in force",
        ),
        (
            {"schedule": [{"days": ["mon"]}, {"days": ["monday"]}]},
            "schedule[1].days[0]",
            "input should be 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'",
        ),
        (
            {"schedule": {"hours": "09:00-09:00"}},
            "schedule.hours",
            "'09:00-09:00' starts where it ends; write 00:00-24:00 for the whole day",
        ),
        (
            {"schedule": {"days": ["mon"], "zone": "Mars"}},
            "schedule.zone",
            "give the name of a time zone, like Europe/Amsterdam",
        ),
        (
            {"targets": {"on": {"tenant": ["acme"]}, "off": {"tenant": ["acme"]}}},
            "targets.off",
            "'acme' of kind tenant is named for two variants",
        ),
        (
            {"targets": {"on": {"key": ["ann"]}, "off": ["ann"]}},
            "targets.off",
            "'ann' is named for two variants",
        ),
        (
            {"archived": True},
            "archived",
            "can't be set in a file; say `canary archive NAME`",
        ),
    ],
)
def test_flag(changes: dict[str, Any], place: str, message: str) -> None:
    """One thing wrong with the newer parts of a flag is one line."""
    assert [f"flags.gift.{place}: {message}"] == problems(
        {"flags": {"gift": {**GIFT, **changes}}}
    )


def test_one_key_for_two_kinds() -> None:
    """The same text may name a user and a tenant: they are two."""
    targets = {"on": {"tenant": ["acme"]}, "off": {"user": ["acme"], "key": ["acme"]}}

    assert read_file({"flags": {"gift": {**GIFT, "targets": targets}}}).flags


@pytest.mark.parametrize("part", ["requires", "schedule"])
def test_releases(part: str) -> None:
    """An operator begins and ends a rollout, no other flag and no calendar."""
    value: Any = {"from": "2026-12-01"}
    if part == "requires":
        value = [{"flag": "cart", "variant": "on"}]

    assert [
        (
            f"flags.shop.{part}: a release has none; an operator begins and ends its "
            "rollout"
        ),
    ] == problems({"flags": {"shop": {**SHOP, part: value}}})


def test_documents() -> None:
    """A file's documents go by the names that the table has for them."""
    file = read_file(
        {
            "flags": {"gift": GIFT},
            "segments": {"beta": {}},
            "groups": {"beta": {"holdout": 1, "flags": ["gift"]}},
            "routing": {"default": "web"},
        }
    )

    assert ["gift", "segment:beta", "group:beta", "routing"] == list(file.documents())
    for name, document in file.documents().items():
        assert document == read_document(name, document.body())


def test_read_document() -> None:
    """A stored document is read by its name, archived ones too."""
    group = read_document("group:q4", {"holdout": 1, "flags": ["a"], "archived": True})

    assert isinstance(group, GroupDocument)
    assert group.archived
    assert isinstance(read_document("routing", {}), RoutingDocument)
    with pytest.raises(InvalidDocument) as raised:
        read_document("segment:a b", {"included": [1]})
    assert [
        f"segments.a b: {NAME}",
        "segments.a b.included[0]: ids are texts; put 1 in quotes",
    ] == str(raised.value).split("\n")


def test_surrogates_are_shown() -> None:
    """A problem can be printed, whatever is wrong with the text that it is about."""
    assert ["flags.\\ud800: " + NAME] == problems({"flags": {"\ud800": GIFT}})

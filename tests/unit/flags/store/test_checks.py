"""Files of documents: all their problems come out at once."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given

from flags.errors import InvalidDocument
from flags.store.checks import read_file
from tests.property.strategies import json_values, many
from tests.unit.flags.store.wrong import GIFT, MAPPING, ROUTE, SHOP, problems, rule


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, "empty; expected a mapping with flags, segments, groups or routing"),
        ([], "expected a mapping with flags, segments, groups or routing"),
        ("text", "expected a mapping with flags, segments, groups or routing"),
        (
            {"flag": {}},
            "flag: unknown key; a file has flags, segments, groups and routing",
        ),
        ({"flags": []}, "flags: expected names with flags"),
        ({"flags": {"a": 3}}, f"flags.a: {MAPPING}"),
        ({"routing": []}, f"routing: {MAPPING}"),
    ],
)
def test_files(data: object, expected: str) -> None:
    """What is no file of documents says what one is."""
    assert [expected] == problems(data)


@pytest.mark.parametrize("data", [{}, {"flags": None}, {"flags": {}, "routing": None}])
def test_empty_files(data: object) -> None:
    """A file without documents is a file."""
    assert {} == read_file(data).flags


def test_all_at_once() -> None:
    """All problems of a file come out together, shape and sense alike."""
    found = problems(
        {
            "flags": {
                "shop": {**SHOP, "weight": 101, **rule({"attribute": "a"}, "purple")},
                "gift": {**GIFT, "off": "none", "extra": 1},
            },
            "routing": {"routes": [{**ROUTE, "service": ""}]},
            "zap": 1,
        }
    )

    assert [
        "zap",
        "flags.shop.weight",
        "flags.shop.rules[0].when",
        "flags.shop.rules[0].serve",
        "flags.gift.extra",
        "flags.gift.off",
        "routing.routes[0].service",
    ] == [line.partition(":")[0] for line in found]


@pytest.mark.property
@given(part=json_values, place=json_values)
@many
def test_total(part: Any, place: Any) -> None:
    """Any data is a file or a list of problems, and nothing else happens."""
    for data in (
        part,
        {"flags": part, "routing": place},
        {"flags": {"gift": part, "shop": {"release": place, "weight": part}}},
        {"flags": {"gift": {**GIFT, "targets": part, "rules": [part, place]}}},
        {"flags": {"gift": {"variants": part, "off": place, "serve": part}}},
        {"flags": {"gift": {**GIFT, **rule(part, place), "serve": {"on": part}}}},
        {"flags": {"gift": {**GIFT, **rule({"attribute": "a", "in": part})}}},
        {"routing": {"routes": [part, {**ROUTE, "identity": part, "match": place}]}},
    ):
        with suppress(InvalidDocument):
            read_file(data)

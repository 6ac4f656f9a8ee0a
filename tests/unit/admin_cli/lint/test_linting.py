"""Warnings about documents that the grammar allows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from admin_cli.lint.linting import warnings
from flags.store.checks import read_document

TODAY = date(2026, 6, 1)
PLAIN: dict[str, Any] = {
    "owner": "web",
    "variants": {"on": True, "off": False},
    "off": "off",
    "serve": "on",
}
RULE = {"when": {"segment": "beta"}, "serve": "on"}
SPLIT = {"on": 50, "off": 50}
RAMP = {"ramp": [{"at": "2026-01-01", "split": {"on": 100}}]}


def found(body: dict[str, Any], name: str = "f") -> list[tuple[str, str]]:
    """Place and check of all warnings about one document, a segment's use aside."""
    document = read_document(name, body).body()
    all_ = warnings({name: document}, {}, TODAY)
    return [(one.path, one.check) for one in all_]


@pytest.mark.parametrize(
    "body",
    [
        PLAIN,
        PLAIN | {"temporary": True, "expires": "2026-06-01"},
        PLAIN | {"temporary": False},
        PLAIN | {"serve": SPLIT},
        PLAIN | {"serve": RAMP},
        PLAIN | {"serve": "off", "targets": {"on": ["ana"]}},
        PLAIN | {"serve": "off", "rules": [RULE]},
        PLAIN | {"schedule": {"until": "2026-06-02"}},
        PLAIN | {"schedule": [{"until": "2026-01-01"}, {"from": "2027-01-01"}]},
        {"owner": "web", "release": {"services": ["pay"]}, "weight": 100},
    ],
)
def test_what_is_in_order_gets_no_warning(body: dict[str, Any]) -> None:
    """A flag as it should be is passed in silence."""
    assert [] == found(body)


@pytest.mark.parametrize(
    ("more", "place", "check"),
    [
        ({"owner": None}, "owner", "no-owner"),
        ({"temporary": True}, "expires", "no-expiry"),
        ({"expires": "2026-05-31"}, "expires", "expired"),
        ({"rules": [RULE, RULE]}, "rules[1]", "shadowed"),
        ({"serve": "off"}, "variants.on", "unserved"),
        ({"serve": {"on": 0, "off": 100}, "rules": [RULE]}, "serve", "lone-split"),
        (
            {"rules": [RULE | {"name": "r", "serve": {"split": {"on": 100}}}]},
            "rules[0].serve",
            "lone-split",
        ),
        ({"targets": {"on": ["a", "b", "a"]}}, "targets.on", "duplicate"),
        (
            {"targets": {"on": {"tenant": ["a", "a"]}}},
            "targets.on.tenant",
            "duplicate",
        ),
        ({"schedule": {"until": "2026-06-01"}}, "schedule", "over"),
    ],
)
def test_what_looks_like_a_mistake_has_a_warning(
    more: dict[str, Any], place: str, check: str
) -> None:
    """Each check names the place and itself."""
    assert [(f"flags.f.{place}", check)] == found(PLAIN | more)


def test_percentages_behind_a_wider_rule_reach_nobody() -> None:
    """The message names the rule before, and what it takes away."""
    rules = [RULE | {"name": "first"}, RULE | {"name": "second", "serve": SPLIT}]

    (warned,) = warnings({"f": PLAIN | {"rules": rules}}, {}, TODAY)

    assert (
        "never matches: whoever meets it meets first before, so its percentages reach "
        "nobody; remove one of them, or change their order" == warned.message
    )


def test_many_duplicates_are_told_in_short() -> None:
    """Three are named, the rest is counted."""
    keys = [f"u{number}" for number in range(5)] * 2

    (warned,) = warnings({"f": PLAIN | {"targets": {"on": keys}}}, {}, TODAY)

    assert (
        "'u0', 'u1', 'u2' and 2 more are named more than once; once is enough"
        == warned.message
    )


BETA: dict[str, Any] = {"included": ["ana"]}


@pytest.mark.parametrize(
    ("table", "unused"),
    [
        ({}, ["segments.beta"]),
        ({"f": PLAIN | {"rules": [RULE]}}, []),
        ({"f": PLAIN | {"rules": [RULE], "archived": True}}, ["segments.beta"]),
        ({"segment:all": {"rules": [{"any": [{"segment": "beta"}]}]}}, []),
    ],
)
def test_a_segment_that_no_rule_names_is_unused(
    table: dict[str, Any], unused: list[str]
) -> None:
    """Flags and segments of the table count, archived ones don't."""
    found = warnings({"segment:beta": BETA}, table, TODAY)

    assert unused == [one.path for one in found]

"""Conditions that the grammar takes and that hardly mean what they say."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.lint.conditions import doubtful_conditions


def found(*conditions: dict[str, Any], name: str = "gift") -> list[tuple[str, str]]:
    """Place and check of each doubt."""
    segment = name.startswith("segment")
    rules = [c if segment else {"when": c, "serve": "on"} for c in conditions]
    return [(d.path, d.check) for d in doubtful_conditions(name, {"rules": rules})]


def clause(**operator: Any) -> dict[str, Any]:
    """A comparison of the attribute `plan`."""
    return {"attribute": "plan", **operator}


@pytest.mark.parametrize(
    ("operator", "negated", "says"),
    [
        ("in", False, "never holds"),
        ("in", True, "holds always"),
        ("has_any", False, "never holds"),
        ("has_all", False, "holds for every array"),
        ("has_all", True, "never holds"),
        ("has_none", False, "holds for every array"),
    ],
)
def test_empty_list(*, operator: str, negated: bool, says: str) -> None:
    """A list without values is told, with what it comes to."""
    when = clause(**{operator: [], "not": negated})
    (doubt,) = doubtful_conditions("gift", {"rules": [{"when": when, "serve": "on"}]})

    assert f"an empty list {says}" in doubt.message


@pytest.mark.parametrize(
    "networks", ["10.0.0.5/8", ["10.0.0.0/8", "10.0.0.5/8"], ["2001:db8::1/32"]]
)
def test_host_bits(networks: Any) -> None:
    """A network that is written as one of its hosts is told."""
    assert [("rules[0].when.in_network", "host-bits")] == found(
        clause(in_network=networks)
    )


@pytest.mark.parametrize(
    "networks", ["10.0.0.0/8", "10.0.0.5", "10.0.0.5/32", "::1", "2001:db8::/32"]
)
def test_network(networks: str) -> None:
    """A network, or one address, is in order."""
    assert [] == found(clause(in_network=networks))


def test_inside_of_joins() -> None:
    """Joined conditions are looked into, those of segments as well."""
    when = {"all": [clause(equals=1), {"none": [clause(**{"in": []})]}]}
    segment = "segment:beta"

    assert [("rules[0].when.all[1].none[0].in", "empty-list")] == found(when)
    assert [("rules[0].all[1].none[0].in", "empty-list")] == found(when, name=segment)


def test_time_that_is_there() -> None:
    """Nobody has to ask whether there is a time."""
    when = {"attribute": "now", "exists": True}

    assert [("rules[0].when.exists", "always-there")] == found(when)

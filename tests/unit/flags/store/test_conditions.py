"""Conditions as people write them: every operator, good and wrong."""

from __future__ import annotations

from typing import Any

import pytest

from flags.engine.operators import OPERATORS as MAKERS
from flags.model import Clause, InSegment
from flags.parts import digest
from flags.store.clauses import compile_condition
from flags.store.comparison import OPERAND_KEYS
from tests.unit.flags.store.wrong import (
    GIFT,
    OPERATORS,
    UNKNOWN,
    problems,
    read_flag,
    rule,
)

GOOD = {
    "equals": "gold",
    "in": ["gold", 1, True],
    "starts_with": "a",
    "ends_with": ["a", "b"],
    "contains": "a",
    "matches": "^[a-z]+$",
    "greater_than": 1,
    "greater_or_equal": 1.5,
    "less_than": -1,
    "less_or_equal": 0,
    "exists": False,
    "version_equals": "1.2.3",
    "version_greater_than": "1.2.3-rc.1",
    "version_greater_or_equal": "1.2.3",
    "version_less_than": "1.2.3",
    "version_less_or_equal": "1.2.3",
    "version_in": "^1.2 || ~2.0.1 || >=3 <4 || 5.x",
    "before": "2026-12-01T09:00:00+01:00",
    "after": "2026-12-01",
    "weekday_in": ["mon", "sun"],
    "time_between": "22:00-06:00",
    "in_network": ["10.0.0.0/8", "2001:db8::/32", "1.2.3.4"],
    "has_any": ["a", 1],
    "has_all": ["a", 1],
    "has_none": ["a", 1],
    "modulo": {"divisor": 10, "from": 0, "to": 3},
}


def compiled(when: Any) -> Any:
    """A condition as a snapshot holds it."""
    return compile_condition(
        read_flag("gift", {**GIFT, **rule(when)}).rules[0].when, "salt"
    )


def test_every_operator_is_here() -> None:
    """What the engine can compare, people can write, and the other way round."""
    assert set(OPERAND_KEYS) == set(GOOD)
    assert {*MAKERS, "exists"} == set(GOOD)


@pytest.mark.parametrize(("operator", "operand"), GOOD.items())
def test_operators(operator: str, operand: Any) -> None:
    """A comparison keeps its operator and its operand as they were written."""
    found = compiled({"attribute": "tenant.plan", operator: operand})

    assert {
        "attribute": "tenant.plan",
        "operator": operator,
        "operand": operand,
    } == found


def test_options() -> None:
    """A comparison can be turned round, folded, and put into a time zone."""
    folded = {"attribute": "a", "has_any": ["X"], "ignore_case": True, "not": True}
    zoned = {"attribute": "now", "weekday_in": ["mon"], "zone": "Europe/Amsterdam"}

    assert {
        "attribute": "a",
        "operator": "has_any",
        "operand": ["X"],
        "negate": True,
        "ignore_case": True,
    } == compiled(folded)
    assert "Europe/Amsterdam" == compiled(zoned)["zone"]


def test_segments() -> None:
    """A segment is a condition, alone or among others."""
    found = compiled({"none": [{"segment": "beta"}, {"segment": "x", "not": True}]})

    assert {
        "join": "none",
        "members": [{"segment": "beta"}, {"segment": "x", "negate": True}],
    } == found


FOLDING = (
    "goes with equals, in, starts_with, ends_with, contains, matches, has_any, "
    "has_all, has_none only"
)


@pytest.mark.parametrize(
    ("clause", "place", "message"),
    [
        ({"equals": 1, "in": [1]}, "", OPERATORS),
        ({"like": "x"}, ".like", UNKNOWN),
        ({"equals": 1, "segment": "beta"}, ".segment", UNKNOWN),
        ({"less_than": 1, "ignore_case": True}, ".ignore_case", FOLDING),
        (
            {"equals": 1, "zone": "UTC"},
            ".zone",
            "goes with weekday_in, time_between only",
        ),
        (
            {"weekday_in": ["mon"], "zone": "europe/amsterdam"},
            ".zone",
            "give the name of a time zone, like Europe/Amsterdam",
        ),
        (
            {"weekday_in": ["mon"], "zone": "posix/Europe/Amsterdam"},
            ".zone",
            "give the name of a time zone, like Europe/Amsterdam",
        ),
        (
            {"weekday_in": ["mon"], "zone": "Mars/Base"},
            ".zone",
            "give the name of a time zone, like Europe/Amsterdam",
        ),
        (
            {"matches": "x" * 257},
            ".matches",
            "string should have at most 256 characters",
        ),
        ({"starts_with": []}, ".starts_with", "give a text, or a list of texts"),
        (
            {"before": "tomorrow"},
            ".before",
            "give a time like 2026-12-01T09:00:00+01:00, or a date",
        ),
        (
            {"modulo": {"divisor": 3, "from": 2, "to": 3}},
            ".modulo",
            "give remainders with 0 <= from <= to < divisor",
        ),
        ({"modulo": {"divisor": 3, "from": 2}}, ".modulo.to", "field required"),
    ],
)
def test_wrong(clause: dict[str, Any], place: str, message: str) -> None:
    """A wrong comparison is answered with its place and what would be right."""
    found = problems(
        {"flags": {"gift": {**GIFT, **rule({"attribute": "a", **clause})}}}
    )

    assert [f"flags.gift.rules[0].when{place}: {message}"] == found


@pytest.mark.parametrize(
    "clause",
    [
        {"matches": "("},
        {"version_equals": "one"},
        {"version_in": ">>1"},
        {"time_between": "25:00-26:00"},
        {"in_network": "10.0.0.0/33"},
        {"in_network": ["10.0.0.0/8", "x"]},
    ],
)
def test_operands_are_tried(clause: dict[str, Any]) -> None:
    """What its operator can't use is refused at the operator, however deep."""
    when = {"all": [{"attribute": "a", "exists": True}, {"attribute": "a", **clause}]}
    (found,) = problems({"flags": {"gift": {**GIFT, **rule(when)}}})

    assert found.startswith(f"flags.gift.rules[0].when.all[1].{next(iter(clause))}: ")


def test_the_models_of_both_paths_agree() -> None:
    """What is compiled here is named as the read path names it."""
    options = {"negate", "ignore_case", "zone", "read_as"}
    assert {"attribute", "operator", "operand", *options} == set(Clause.__fields__)
    assert {"segment", "negate"} == set(InSegment.__fields__)
    assert 32 == len(digest(b"[]"))

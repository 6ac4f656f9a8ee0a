"""Every operator against every kind of value."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from flags.conditions import OPERATORS, describe, holds
from flags.model import Clause, Condition, Context, Group

HUGE = 10**400
# operator, actual, operand, expected
TABLE: list[tuple[str, Any, Any, bool]] = [
    ("equals", "gold", "gold", True),
    ("equals", "gold", "Gold", False),
    ("equals", 1, 1.0, True),
    ("equals", True, 1, False),
    ("equals", 1, True, False),
    ("equals", False, 0, False),
    ("equals", True, True, True),
    ("equals", False, False, True),
    ("equals", False, True, False),
    ("equals", "true", True, False),
    ("equals", "1", 1, False),
    ("equals", None, "None", False),
    ("equals", None, False, False),
    ("equals", ["gold"], "gold", False),
    ("equals", {"plan": "gold"}, "gold", False),
    ("equals", HUGE, 1.0, False),
    ("equals", float("nan"), float("nan"), False),
    ("in", "gold", ["silver", "gold"], True),
    ("in", "go", ["gold"], False),
    ("in", 1, [True, 1], True),
    ("in", True, [1, "true"], False),
    ("in", True, [True], True),
    ("in", 2, [1.0, 2.0], True),
    ("in", "gold", [], False),
    ("in", None, ["gold"], False),
    ("in", ["gold"], ["gold"], False),
    ("starts_with", "gold-eu", "gold", True),
    ("starts_with", "gold-eu", "eu", False),
    ("starts_with", 12, "1", False),
    ("starts_with", True, "T", False),
    ("starts_with", ["gold"], "gold", False),
    ("starts_with", None, "N", False),
    ("ends_with", "ann@example.com", "@example.com", True),
    ("ends_with", "ann@example.com.evil", "@example.com", False),
    ("ends_with", 21, "1", False),
    ("ends_with", None, "e", False),
    ("contains", "ann@example.com", "@", True),
    ("contains", "ann", "b", False),
    ("contains", ["@"], "@", False),
    ("contains", {"@": 1}, "@", False),
    ("contains", 11, "1", False),
    ("greater_than", 2, 1, True),
    ("greater_than", 1, 1, False),
    ("greater_than", 1.5, 1, True),
    ("greater_than", True, 0, False),
    ("greater_than", "2", 1, False),
    ("greater_than", None, 0, False),
    ("greater_than", HUGE, 1.5, True),
    ("greater_than", float("nan"), 0, False),
    ("greater_or_equal", 1, 1, True),
    ("greater_or_equal", 0, 1, False),
    ("greater_or_equal", True, 1, False),
    ("greater_or_equal", [1], 1, False),
    ("less_than", 1, 2, True),
    ("less_than", 2, 2, False),
    ("less_than", False, 1, False),
    ("less_than", "1", 2, False),
    ("less_or_equal", 2, 2.0, True),
    ("less_or_equal", 3, 2, False),
    ("less_or_equal", False, 1, False),
    ("less_or_equal", {}, 1, False),
    ("exists", "gold", True, True),
    ("exists", None, True, True),
    ("exists", "gold", False, False),
]


def clause(operator: str, operand: Any, *, negate: bool = False) -> Clause:
    """A comparison of the attribute `plan`."""
    return Clause(attribute="plan", operator=operator, operand=operand, negate=negate)


def context(actual: Any) -> Context:
    """Somebody with that plan."""
    return Context(key="ann", attributes={"plan": actual})


@pytest.mark.parametrize(("operator", "actual", "operand", "expected"), TABLE)
def test_operator(*, operator: str, actual: Any, operand: Any, expected: bool) -> None:
    """Types never mix: what can't be compared does not match."""
    assert expected is holds(clause(operator, operand), context(actual))


@pytest.mark.parametrize(("operator", "actual", "operand", "expected"), TABLE)
def test_negate(*, operator: str, actual: Any, operand: Any, expected: bool) -> None:
    """`not` turns the answer round, whatever it rests on."""
    negated = clause(operator, operand, negate=True)

    assert expected is not holds(negated, context(actual))


def test_table_is_whole() -> None:
    """A new operator needs rows: one that matches and one that does not."""
    answers = {(row[0], row[3]) for row in TABLE}

    assert set(product([*OPERATORS, "exists"], [True, False])) == answers


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("negate", [True, False])
def test_missing(*, operator: str, negate: bool) -> None:
    """A missing attribute matches nothing, and so everything that is negated."""
    operand: Any = ["gold"] if operator == "in" else "gold"
    condition = clause(operator, operand, negate=negate)

    assert negate is holds(condition, Context(key="ann"))


@pytest.mark.parametrize("wanted", [True, False])
def test_exists_missing(*, wanted: bool) -> None:
    """`exists: false` is how to ask for an absence."""
    assert wanted is not holds(clause("exists", wanted), Context(key="ann"))


@pytest.mark.parametrize(
    ("key", "expected"), [("ann@example.com", True), ("bob", False), (None, False)]
)
def test_key_is_an_attribute(*, key: str | None, expected: bool) -> None:
    """`key` is the targeting key, even if an attribute has the same name."""
    condition = Clause(attribute="key", operator="contains", operand="@")

    assert expected is holds(condition, Context(key=key, attributes={"key": "a@b"}))


YES = clause("equals", "gold")
NO = clause("equals", "silver")


@pytest.mark.parametrize(
    ("join", "members", "expected"),
    [
        ("all", (YES, YES), True),
        ("all", (YES, NO), False),
        ("all", (NO, NO), False),
        ("any", (YES, NO), True),
        ("any", (NO, NO), False),
        ("none", (NO, NO), True),
        ("none", (NO, YES), False),
        ("all", (Group(join="none", members=(NO,)), YES), True),
        ("any", (Group(join="all", members=(YES, NO)), NO), False),
    ],
)
def test_groups(*, join: str, members: tuple[Condition, ...], expected: bool) -> None:
    """Groups say what their names say, nested too."""
    assert expected is holds(Group(join=join, members=members), context("gold"))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (YES, "plan ('gold') equals 'gold'"),
        (clause("in", ["a"], negate=True), "plan ('gold') not in ['a']"),
        (
            Group(
                join="any",
                members=(NO, Clause(attribute="age", operator="exists", operand=True)),
            ),
            "any of [plan ('gold') equals 'silver'; age (missing) exists True]",
        ),
    ],
)
def test_describe(condition: Condition, expected: str) -> None:
    """An explanation shows what was found and what was wanted."""
    assert expected == describe(condition, context("gold"))

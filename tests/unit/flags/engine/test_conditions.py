"""Conditions: where values come from, and how answers are joined."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flags.engine.conditions import Attributes, identify, predicate
from flags.engine.operators import OPERATORS
from flags.model import Clause, Condition, Group, InSegment, Ruleset, Segment

NOW = 1_800_000_000.0
NOBODY = Ruleset(version=1, flags={})
OPERANDS: dict[str, Any] = {
    "exists": True,
    "in": ["gold"],
    "has_any": ["gold"],
    "has_all": ["gold"],
    "has_none": ["gold"],
    "modulo": {"divisor": 2, "from": 0, "to": 0},
    "greater_than": 1,
    "greater_or_equal": 1,
    "less_than": 1,
    "less_or_equal": 1,
    "before": "2026-01-01",
    "after": "2026-01-01",
    "weekday_in": ["mon"],
    "time_between": "09:00-17:00",
    "in_network": "10.0.0.0/8",
}


def clause(operator: str, operand: Any, *, negate: bool = False) -> Clause:
    """A comparison of the attribute `plan`."""
    return Clause(attribute="plan", operator=operator, operand=operand, negate=negate)


def holds(
    condition: Condition,
    attributes: Attributes | None = None,
    key: str | None = "ann",
    rules: Ruleset = NOBODY,
) -> bool:
    """Whether the condition is true of somebody."""
    return bool(predicate(rules, condition)(key, attributes or {}, NOW))


@pytest.mark.parametrize("operator", [name for name in OPERATORS if name != "exists"])
@pytest.mark.parametrize("negate", [True, False])
def test_missing(*, operator: str, negate: bool) -> None:
    """A missing attribute matches nothing, and so everything that is negated."""
    operand = OPERANDS.get(operator, "1")

    assert negate is holds(clause(operator, operand, negate=negate))


@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize("negate", [True, False])
def test_existence(*, wanted: bool, negate: bool) -> None:
    """`exists: false` is how to ask for an absence; JSON's null is one."""
    condition = clause("exists", wanted, negate=negate)

    assert wanted is (holds(condition, {"plan": ""}) is not negate)
    assert wanted is not (holds(condition, {"plan": None}) is not negate)
    assert wanted is not (holds(condition) is not negate)


@pytest.mark.parametrize("operand", ["gold", 1, True])
@pytest.mark.parametrize("value", ["gold", 1, True, "1", None, ["gold"], {"gold": 1}])
@pytest.mark.parametrize("operator", ["equals", "in"])
def test_quick_comparison(operator: str, operand: Any, value: Any) -> None:
    """The short way for texts gives the operator's own answers."""
    made = clause(operator, [operand] if operator == "in" else operand)

    assert bool(OPERATORS[operator](made)(value)) is holds(made, {"plan": value})


@pytest.mark.parametrize("operand", ["go", ["go", "ld"], ["x"]])
@pytest.mark.parametrize("value", ["gold", "go", "", 1, None, ["go"], b"gold"])
@pytest.mark.parametrize("operator", ["starts_with", "ends_with"])
def test_quick_edges(operator: str, operand: Any, value: Any) -> None:
    """The short way for the edges of texts gives the operator's own answers."""
    made = clause(operator, operand)

    assert bool(OPERATORS[operator](made)(value)) is holds(made, {"plan": value})


@pytest.mark.parametrize(
    ("key", "expected"), [("ann@example.com", True), ("bob", False), (None, False)]
)
def test_key_is_an_attribute(*, key: str | None, expected: bool) -> None:
    """`key` is the targeting key, even if an attribute has the same name."""
    condition = Clause(attribute="key", operator="contains", operand="@")

    assert expected is holds(condition, {"key": "a@b"}, key)


def test_now_is_an_attribute() -> None:
    """`now` is the time of the evaluation, even if an attribute has the same name."""
    condition = Clause(attribute="now", operator="after", operand="2027-01-01")

    assert holds(condition, {"now": 0})
    assert not predicate(NOBODY, condition)("ann", {}, 0.0)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"tenant": {"plan": "gold"}}, True),
        ({"tenant.plan": "gold"}, True),
        ({"tenant.plan": "free", "tenant": {"plan": "gold"}}, False),
        ({"tenant": {"plan": {"x": 1}}}, False),
        ({"tenant": "acme"}, False),
        ({"tenant": None}, False),
        ({"tenant": ["plan"]}, False),
        ({}, False),
    ],
)
def test_path(*, attributes: dict[str, Any], expected: bool) -> None:
    """An attribute of just that name comes first; else dots lead into objects."""
    condition = Clause(attribute="tenant.plan", operator="equals", operand="gold")

    assert expected is holds(condition, attributes)


YES = clause("exists", operand=False)
NO = clause("exists", operand=True)


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
        ("all", (), True),
        ("any", (), False),
        ("none", (), True),
        ("all", (Group(join="none", members=(NO,)), YES), True),
        ("any", (Group(join="all", members=(YES, NO)), NO), False),
    ],
)
def test_groups(*, join: str, members: tuple[Condition, ...], expected: bool) -> None:
    """Groups say what their names say, nested too."""
    assert expected is holds(Group(join=join, members=members))


STAFF = Segment(
    name="staff",
    version=1,
    included=frozenset({"ann", "eve"}),
    excluded=frozenset({"ann", "mallory"}),
    rules=(clause("equals", "staff"),),
)
TENANTS = Segment(
    name="tenants",
    version=1,
    included=frozenset({"acme", "7"}),
    excluded=frozenset(),
    by="tenant",
)
NESTED = Segment(
    name="nested",
    version=1,
    included=frozenset(),
    excluded=frozenset({"eve"}),
    rules=(InSegment(segment="staff"),),
)
SEGMENTS = Ruleset(
    version=1,
    flags={},
    segments={s.name: s for s in (STAFF, TENANTS, NESTED)},
)


@pytest.mark.parametrize(
    ("segment", "key", "attributes", "expected"),
    [
        ("staff", "ann", {}, True),  # included comes before excluded
        ("staff", "bob", {}, False),
        ("staff", "bob", {"plan": "staff"}, True),
        ("staff", "mallory", {"plan": "staff"}, False),
        ("staff", None, {"plan": "staff"}, True),
        ("staff", None, {}, False),
        ("tenants", "acme", {}, False),
        ("tenants", None, {"tenant": "acme"}, True),
        ("tenants", None, {"tenant": {"key": "acme"}}, True),
        ("tenants", None, {"tenant": 7}, True),
        ("tenants", None, {"tenant": True}, False),
        ("tenants", None, {"tenant": ["acme"]}, False),
        ("nested", "ann", {}, True),
        ("nested", "eve", {}, False),
        ("nested", "mallory", {}, False),
    ],
)
def test_segment(
    *, segment: str, key: str | None, attributes: dict[str, Any], expected: bool
) -> None:
    """Included, then not excluded and fitting a rule; by whatever it is that counts."""
    inside = InSegment(segment=segment)
    outside = InSegment(segment=segment, negate=True)

    assert expected is holds(inside, attributes, key, SEGMENTS)
    assert expected is not holds(outside, attributes, key, SEGMENTS)


@pytest.mark.parametrize(
    ("by", "key", "attributes", "expected"),
    [
        (None, "ann", {"key": "bob"}, "ann"),
        ("key", "ann", {"key": "bob"}, "ann"),
        (None, None, {}, None),
        (None, 7, {}, "7"),
        (None, "", {}, None),
        (None, "x" * 1024, {}, "x" * 1024),
        (None, "x" * 1025, {}, None),
        ("tenant", "ann", {"tenant": ""}, None),
        ("tenant", "ann", {"tenant": 42.0}, "42"),
        ("tenant", "ann", {"tenant": Decimal(42)}, "42"),
        ("tenant", "ann", {"tenant": "acme"}, "acme"),
        ("tenant", "ann", {"tenant": {"key": "acme"}}, "acme"),
        ("tenant", "ann", {"tenant": {"name": "acme"}}, None),
        ("tenant", "ann", {"tenant": 42}, "42"),
        ("tenant", "ann", {"tenant": 2**63}, None),
        ("tenant", "ann", {"tenant": 10**5000}, None),
        ("tenant", "ann", {"tenant": False}, None),
        ("tenant", "ann", {"tenant": 4.2}, None),
        ("tenant.team", "ann", {"tenant": {"team": "red"}}, "red"),
        ("tenant", "ann", {}, None),
    ],
)
def test_identify(
    by: str | None, key: Any, attributes: dict[str, Any], expected: str | None
) -> None:
    """An identity is a text, a whole number, or the key of an object."""
    assert expected == identify(by)(key, attributes)

"""A value counts as the JSON value that it stands for, whatever its type."""

from __future__ import annotations

import enum
import subprocess
import sys
from collections import UserList, deque
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest

from flags.engine.conditions import predicate
from flags.engine.json_value import json_value
from flags.model import Clause, Ruleset

RULES = Ruleset(version=1, flags={})
UUID_TEXT = "6f1c0f0e-2a57-4d0f-9a51-5b0f6e1b7c11"


class Level(enum.IntEnum):
    """An enumeration of numbers."""

    HIGH = 3


class Plan(enum.Enum):
    """An enumeration that is of no JSON type by itself."""

    GOLD = "gold"


class Tier(enum.StrEnum):
    """An enumeration of texts."""

    GOLD = "gold"


class Scalar:
    """As numpy's scalars behave: no number to Python, and `tolist` gives one."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def tolist(self) -> Any:
        """The plain value."""
        return self._value


class Hostile:
    """A class that raises when it is asked."""

    @property
    def tolist(self) -> Any:
        """No list."""
        raise RuntimeError


class Text(str):
    """A text of another class."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("0.1"), 0.1),
        (Decimal(18), 18),
        (Decimal("18.0"), 18),
        (Decimal(2**60 + 1), 2**60 + 1),
        (Decimal("1E+300"), 10**300),
        (Fraction(1, 2), 0.5),
        (Level.HIGH, 3),
        (Plan.GOLD, "gold"),
        (Tier.GOLD, "gold"),
        (Scalar(3), 3),
        (Scalar([1, 2]), [1, 2]),
        (Text("gold"), "gold"),
        (UUID(UUID_TEXT), UUID_TEXT),
        (date(2026, 12, 1), "2026-12-01"),
        (datetime(2026, 12, 1, 9, tzinfo=UTC), "2026-12-01T09:00:00+00:00"),
        (datetime(2026, 12, 1, 9), "2026-12-01T09:00:00+00:00"),  # noqa: DTZ001
        (
            datetime(2026, 12, 1, 9, tzinfo=timezone(timedelta(hours=1))),
            "2026-12-01T09:00:00+01:00",
        ),
        (deque([1]), [1]),
        (UserList(["a"]), ["a"]),
        ({"a": 1}.keys(), ["a"]),
        (MappingProxyType({"a": 1}), {"a": 1}),
    ],
)
def test_value(value: Any, expected: Any) -> None:
    """By what it says, with the type that JSON has for it."""
    found = json_value(value)

    assert (expected, type(expected)) == (found, type(found))


@pytest.mark.parametrize(
    "value",
    [b"x", object(), Hostile(), Decimal("NaN"), Decimal("sNaN"), Decimal("1E+999999")],
)
def test_no_value(value: Any) -> None:
    """What stands for nothing in JSON stays what it is, without an error."""
    assert json_value(value) is value


CLAUSES: list[tuple[str, Any, Any]] = [
    ("equals", "gold", Plan.GOLD),
    ("equals", 3, Level.HIGH),
    ("equals", 3, Decimal("3.0")),
    ("equals", 0.1, Decimal("0.1")),
    ("equals", 3, Scalar(3)),
    ("equals", True, Scalar(True)),  # noqa: FBT003 - an attribute's value
    ("in", ["gold", "silver"], Plan.GOLD),
    ("equals", UUID_TEXT, UUID(UUID_TEXT)),
    ("starts_with", "6f1c", UUID(UUID_TEXT)),
    ("ends_with", "7c11", UUID(UUID_TEXT)),
    ("contains", "ol", Plan.GOLD),
    ("matches", "^g", Plan.GOLD),
    ("greater_than", 2, Level.HIGH),
    ("greater_than", 2, Decimal("2.5")),
    ("greater_than", 2, Scalar(3)),
    ("greater_than", 2, Fraction(5, 2)),
    ("modulo", {"divisor": 2, "from": 1, "to": 1}, Decimal(3)),
    ("version_equals", "1.2", Text("1.2.0")),
    ("before", "2026-12-02", date(2026, 12, 1)),
    ("after", "2026-12-01", datetime(2026, 12, 1, 9, tzinfo=UTC)),
    ("weekday_in", ["tue"], date(2026, 12, 1)),
    ("has_any", ["gold"], {"gold", "silver"}),
    ("has_any", ["gold"], deque(["gold"])),
    ("has_any", ["gold"], [Plan.GOLD]),
    ("has_all", [3, 0.5], (Level.HIGH, Decimal("0.5"))),
    ("has_any", [2], Scalar([1, 2])),
]


@pytest.mark.parametrize(("operator", "operand", "value"), CLAUSES)
@pytest.mark.parametrize("path", ["plan", "user.plan"])
def test_comparison(operator: str, operand: Any, value: Any, path: str) -> None:
    """Each operator compares what a value says, at the top and in a path."""
    clause = Clause(attribute=path, operator=operator, operand=operand)
    attributes = {"plan": value, "user": {"plan": value}}

    assert predicate(RULES, clause)(None, attributes, 0.0)


@pytest.mark.parametrize("value", [Plan.GOLD, Level.HIGH, Decimal(3), None, Hostile()])
def test_comparison_of_another(value: Any) -> None:
    """What says something else doesn't match, in the quick ways either."""
    for operator in ("equals", "in", "starts_with", "ends_with"):
        operand = ["silver"] if operator == "in" else "silver"
        clause = Clause(attribute="plan", operator=operator, operand=operand)

        assert not predicate(RULES, clause)(None, {"plan": value}, 0.0)


def test_imports_nothing() -> None:
    """Looking at a value loads no module for it."""
    code = (
        "import sys; from flags.engine.json_value import json_value; "
        "before = set(sys.modules); json_value(object()); json_value(b'x'); "
        "print(set(sys.modules) - before)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "set()"

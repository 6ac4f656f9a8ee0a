"""Every operator against every kind of value."""

from __future__ import annotations

import sys
from itertools import product
from typing import Any

import pytest

from flags.engine.operators import MISSING, OPERATORS, REMEMBERED, SHORT
from flags.engine.ternary import UNDECIDED
from flags.model import Clause

HUGE = 10**400
NAN = float("nan")
INFINITE = float("inf")
TENS = {"divisor": 10, "from": 2, "to": 4}
MONDAY = "2026-11-23T08:30:00Z"
# operator, actual, operand, expected: True, False, or None for another type
TABLE: list[tuple[str, Any, Any, bool | None]] = [
    ("equals", "gold", "gold", True),
    ("equals", "gold", "Gold", False),
    ("equals", 1, 1.0, True),
    ("equals", True, 1, False),
    ("equals", 1, True, False),
    ("equals", False, 0, False),
    ("equals", True, True, True),
    ("equals", False, True, False),
    ("equals", "true", True, False),
    ("equals", "1", 1, False),
    ("equals", None, "None", None),
    ("equals", ["gold"], "gold", None),
    ("equals", {"plan": "gold"}, "gold", None),
    ("equals", HUGE, 1.0, False),
    ("equals", NAN, 1.0, False),
    ("in", "gold", ["silver", "gold"], True),
    ("in", "go", ["gold"], False),
    ("in", 1, [True, 1], True),
    ("in", True, [1, "true"], False),
    ("in", True, [True], True),
    ("in", 2, [1.0, 2.0], True),
    ("in", None, ["gold"], None),
    ("in", ["gold"], ["gold"], None),
    ("starts_with", "gold-eu", "gold", True),
    ("starts_with", "gold-eu", ["eu", "gold"], True),
    ("starts_with", "gold-eu", "eu", False),
    ("starts_with", 12, "1", None),
    ("starts_with", True, "T", None),
    ("ends_with", "ann@example.com", "@example.com", True),
    ("ends_with", "ann@example.com", ["@a.com", "@example.com"], True),
    ("ends_with", "ann@example.com.evil", "@example.com", False),
    ("ends_with", 21, "1", None),
    ("contains", "ann@example.com", "@", True),
    ("contains", "ann@example.com", ["#", "@"], True),
    ("contains", "ann", "b", False),
    ("contains", ["@"], "@", None),
    ("contains", {"@": 1}, "@", None),
    ("matches", "release/42", "^release/[0-9]+$", True),
    ("matches", "release/x", "^release/[0-9]+$", False),
    ("matches", 42, "[0-9]+", None),
    ("greater_than", 2, 1, True),
    ("greater_than", 1, 1, False),
    ("greater_than", 1.5, 1, True),
    ("greater_than", True, 0, None),
    ("greater_than", "2", 1, None),
    ("greater_than", HUGE, 1.5, True),
    ("greater_than", NAN, 0, False),
    ("greater_or_equal", 1, 1, True),
    ("greater_or_equal", 0, 1, False),
    ("greater_or_equal", [1], 1, None),
    ("less_than", 1, 2, True),
    ("less_than", 2, 2, False),
    ("less_than", False, 1, None),
    ("less_or_equal", 2, 2.0, True),
    ("less_or_equal", 3, 2, False),
    ("less_or_equal", {}, 1, None),
    ("exists", "gold", True, True),
    ("exists", None, True, False),
    ("exists", "", True, True),
    ("exists", "gold", False, False),
    ("exists", MISSING, True, False),
    ("exists", MISSING, False, True),
    ("version_equals", "1.2.0", "1.2", True),
    ("version_equals", "1.2.1", "1.2", False),
    ("version_equals", 1.2, "1.2", None),
    ("version_greater_than", "1.10.0", "1.9.0", True),
    ("version_greater_than", "1.9.0", "1.10.0", False),
    ("version_greater_than", "new", "1.10.0", None),
    ("version_greater_or_equal", "1.9.0", "1.9.0", True),
    ("version_greater_or_equal", "1.9.0-rc.1", "1.9.0", False),
    ("version_less_than", "1.9.0-rc.1", "1.9.0", True),
    ("version_less_than", "1.9.0", "1.9.0", False),
    ("version_less_or_equal", "1.9.0", "1.9.0", True),
    ("version_less_or_equal", "2.0.0", "1.9.0", False),
    ("version_in", "1.4.2", "^1.2 || >=3 <4", True),
    ("version_in", "2.0.0", "^1.2 || >=3 <4", False),
    ("version_in", None, "^1.2", None),
    ("before", MONDAY, "2026-11-24", True),
    ("before", MONDAY, MONDAY, False),
    ("before", "tomorrow", MONDAY, None),
    ("after", 1_800_000_000, MONDAY, True),
    ("after", MONDAY, MONDAY, False),
    ("after", True, MONDAY, None),
    ("weekday_in", MONDAY, ["mon"], True),
    ("weekday_in", MONDAY, ["sun", "tue"], False),
    ("weekday_in", [], ["mon"], None),
    ("time_between", MONDAY, "08:00-09:00", True),
    ("time_between", MONDAY, "08:31-09:00", False),
    ("time_between", "08:30", "08:00-09:00", None),
    ("in_network", "10.1.2.3", ["192.168.0.0/16", "10.0.0.0/8"], True),
    ("in_network", "2001:db8::1", "2001:db8::/32", True),
    ("in_network", "11.1.2.3", ["10.0.0.0/8"], False),
    ("in_network", "localhost", ["10.0.0.0/8"], None),
    ("has_any", ["a", "b"], ["b", "c"], True),
    ("has_any", ["a"], ["b", "c"], False),
    ("has_any", [], ["b"], False),
    ("has_any", [1], [True], False),
    ("has_any", "b", ["b"], None),
    ("has_all", ["a", "b", "c"], ["c", "a"], True),
    ("has_all", ["a"], ["a", "b"], False),
    ("has_all", {"a": 1}, ["a"], None),
    ("has_none", ["a"], ["b", "c"], True),
    ("has_none", ["a", "c"], ["b", "c"], False),
    ("has_none", None, ["b"], None),
    ("modulo", 13, TENS, True),
    ("modulo", -7, TENS, True),
    ("modulo", 15, TENS, False),
    ("modulo", True, {"divisor": 2, "from": 1, "to": 1}, None),
    ("modulo", 3.0, TENS, True),
    ("modulo", 3.5, TENS, None),
    ("modulo", INFINITE, TENS, None),
    ("in", "gold", [], False),
    ("has_any", ["a"], [], False),
    ("has_all", ["a"], [], True),
    ("has_none", ["a"], [], True),
    ("equals", "", "", True),
    ("before", 1_700_000_000_000, "2026-11-24", True),
    ("after", 1_800_000_000_000, MONDAY, True),
]
BAD: list[tuple[str, Any]] = [
    ("equals", None),
    ("equals", ["a"]),
    ("in", "gold"),
    ("in", [["a"]]),
    ("starts_with", 1),
    ("starts_with", []),
    ("ends_with", ["a", 1]),
    ("contains", None),
    ("matches", "("),
    ("matches", 7),
    ("greater_than", "1"),
    ("less_than", True),
    ("exists", "yes"),
    ("version_equals", "new"),
    ("version_in", ">>1"),
    ("before", "tomorrow"),
    ("after", None),
    ("weekday_in", ["monday"]),
    ("time_between", "9-17"),
    ("time_between", None),
    ("in_network", ["10.0.0.0/33"]),
    ("has_any", "a"),
    ("has_none", [None]),
    ("modulo", 10),
    ("modulo", {"divisor": 0, "from": 0, "to": 0}),
    ("modulo", {"divisor": 5, "from": 3, "to": 2}),
    ("modulo", {"divisor": True, "from": 0, "to": 0}),
]
ANYTHING: list[Any] = [
    None,
    True,
    0,
    -1.5,
    NAN,
    HUGE,
    "",
    "\ud800",
    [],
    [[]],
    {},
    {"a": 1},
    b"x",
]


def clause(operator: str, operand: Any, **options: Any) -> Clause:
    """A comparison of the attribute `plan`."""
    return Clause(attribute="plan", operator=operator, operand=operand, **options)


@pytest.mark.parametrize(("operator", "actual", "operand", "expected"), TABLE)
def test_operator(
    *, operator: str, actual: Any, operand: Any, expected: bool | None
) -> None:
    """Types never mix: what can't be compared is neither a match nor an error."""
    assert expected is OPERATORS[operator](clause(operator, operand))(actual)


def test_table_is_whole() -> None:
    """A new operator needs rows: one that matches and one that does not."""
    answers = {(row[0], row[3]) for row in TABLE}

    assert set(product(OPERATORS, [True, False])) <= answers


@pytest.mark.parametrize(("operator", "operand"), BAD)
def test_bad_operand(operator: str, operand: Any) -> None:
    """What nothing can be compared with is refused when the test is made."""
    with pytest.raises(ValueError, match=r"\w"):
        OPERATORS[operator](clause(operator, operand))


@pytest.mark.parametrize(
    ("operator", "operand"), {row[0]: row[2] for row in TABLE}.items()
)
def test_total(operator: str, operand: Any) -> None:
    """No value that an attribute may have makes a comparison fail."""
    test = OPERATORS[operator](clause(operator, operand))

    assert {test(value) for value in ANYTHING} <= {True, False, None}


@pytest.mark.parametrize(
    ("operator", "actual", "operand"),
    [
        ("equals", "GOLD", "gold"),
        ("in", "straße", ["STRASSE"]),
        ("starts_with", "Gold-EU", "gOLD"),
        ("ends_with", "ann@EXAMPLE.com", ["@example.COM"]),
        ("contains", "aBc", "B"),
        ("matches", "RELEASE", "^rel"),
        ("has_any", ["A"], ["a"]),
        ("has_all", ["A", "b"], ["a", "B"]),
    ],
)
def test_ignore_case(operator: str, actual: Any, operand: Any) -> None:
    """Upper and lower case are the same where the rule says so."""
    made = OPERATORS[operator](clause(operator, operand, ignore_case=True))

    assert made(actual) is True


def test_zone() -> None:
    """A clock is read in the rule's time zone."""
    late = clause("time_between", "17:00-18:00", zone="Asia/Tokyo")

    assert OPERATORS["time_between"](late)(MONDAY) is True


@pytest.mark.parametrize(
    ("operator", "operand", "right", "wrong"),
    [
        ("version_greater_than", "0.9.9999", "1.0.{}", "0.9.{}"),
        ("version_in", "^1", "1.0.{}", "2.0.{}"),
        ("matches", "^a", "a{}", "b{}"),
    ],
)
def test_remembered(operator: str, operand: str, right: str, wrong: str) -> None:
    """Answers that are remembered are right, however many there are of them."""
    test = OPERATORS[operator](clause(operator, operand))

    for number in [*range(REMEMBERED + 10), *range(10)]:
        assert test(right.format(number)) is True
        assert test(wrong.format(number)) is False


def test_long_texts_are_not_kept() -> None:
    """What is remembered doesn't grow with what is sent."""
    test = OPERATORS["matches"](clause("matches", "x$"))
    long = ["a" * SHORT + f"{number}x" for number in range(3)]
    before = sys.getrefcount(long[0])

    answers = [test(text) for text in long]
    after = sys.getrefcount(long[0])

    assert [True, True, True] == answers
    assert before == after


@pytest.mark.parametrize(
    ("operator", "operand"), [("weekday_in", ["mon"]), ("time_between", "00:00-24:00")]
)
def test_zone_of_others(operator: str, operand: Any) -> None:
    """A zone that this machine hasn't is no match; the rest of the rules goes on."""
    far = clause(operator, operand, zone="Mars/Olympus")

    assert OPERATORS[operator](far)(MONDAY) is UNDECIDED

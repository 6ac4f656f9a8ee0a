"""Versions: their order, what is read as one, and ranges with npm's meaning."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from flags.engine.semver import comparison, parse
from flags.engine.version_ranges import in_range

# The standard's own example, and the lenient spellings in their places.
ASCENDING = [
    "0.0.0-0",
    "0.0.0",
    "0.9",
    "1.0.0-0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1",
    "1.0.1",
    "1.2",
    "1.10.0",
    "v2",
    "10.0.0",
    "99999999999999999999999.0.0",
]

NO_VERSIONS: list[Any] = [
    "",
    "v",
    "1.",
    "1.2.3.4",
    "01.2.3",
    "1.2.3-",
    "1.2.3-01",
    "1.2.3-a..b",
    "1.2.3+",
    "1.2.3-é",
    "\u0661.2.3",
    " 1.2.3",
    "1.2.3\n",
    "-1.2.3",
    "latest",
    "1" * 257,
    None,
    True,
    1,
    1.2,
    10**400,
    float("nan"),
    b"1.2.3",
    ["1.2.3"],
    {"1.2.3": 1},
]

# range, versions in it, versions that are not
RANGES: list[tuple[str, list[str], list[str]]] = [
    ("1.2.3", ["1.2.3", "v1.2.3", "1.2.3+build"], ["1.2.4", "1.2.3-a"]),
    ("=1.2.3", ["1.2.3"], ["1.2.2"]),
    ("^1.2.3", ["1.2.3", "1.9"], ["1.2.2", "2.0.0", "2.0.0-0", "1.3.0-a"]),
    ("^0.2.3", ["0.2.3", "0.2.9"], ["0.2.2", "0.3.0"]),
    ("^0.0.3", ["0.0.3"], ["0.0.4", "0.0.2"]),
    ("^1.2", ["1.2", "1.3"], ["1.1.9", "2"]),
    ("^1.x", ["1", "1.9.9"], ["0.9", "2"]),
    ("^0.x", ["0", "0.9.9"], ["1"]),
    ("^0.0", ["0.0.0", "0.0.9"], ["0.1.0"]),
    ("^0.0.0", ["0.0.0"], ["0.0.1"]),
    ("^1.2.3-beta.2", ["1.2.3-beta.4", "1.2.3", "1.9"], ["1.2.3-beta.1", "1.2.4-rc"]),
    ("~1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0"]),
    ("~1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
    ("~1", ["1.0.0", "1.9.9"], ["2.0.0"]),
    ("~> 2.0.1", ["2.0.5"], ["2.1.0"]),
    ("5.x", ["5", "5.9.1"], ["4.9", "6"]),
    ("5", ["5.9.1"], ["6"]),
    ("1.2.*", ["1.2.7"], ["1.3.0"]),
    ("*", ["0", "9.9.9"], ["1.0.0-a"]),
    ("", ["0", "9.9.9"], ["1.0.0-a"]),
    (">=3 <4", ["3", "3.9"], ["2.9", "4", "4.0.0-0"]),
    (">= 3  < 4", ["3.5"], ["4"]),
    (">1.2.3", ["1.2.4"], ["1.2.3"]),
    (">1.2", ["1.3"], ["1.2.9", "1.3.0-a"]),
    (">1", ["2"], ["1.9"]),
    ("<=1.2", ["1.2.9"], ["1.3"]),
    ("<1.2", ["1.1.9"], ["1.2"]),
    ("<=1.2.3", ["1.2.3"], ["1.2.4"]),
    (">*", [], ["0", "9"]),
    ("<x", [], ["0", "9"]),
    (">=*", ["0", "9"], []),
    ("1.2 - 2.3", ["1.2", "2.3.9"], ["1.1", "2.4"]),
    ("1.2.3 - 2.3.4", ["1.2.3", "2.3.4"], ["2.3.5"]),
    ("1 - 2", ["1", "2.9"], ["3"]),
    (">=1.0.0-rc.1 <2", ["1.0.0-rc.2", "1"], ["1.0.0-rc.0", "1.1.0-rc.2"]),
    (
        "^1.2 || ~2.0.1 || >=3 <4 || 5.x",
        ["1.2", "2.0.9", "3.5", "5.1"],
        ["1.1", "2.0.0", "2.1", "4"],
    ),
]


def test_order() -> None:
    """Versions come one after the other as the standard has it."""
    for low, high in pairwise(ASCENDING):
        assert (parse(low) or ()) < (parse(high) or ())


@pytest.mark.parametrize(
    ("text", "same"),
    [("v1.2", "1.2.0"), ("1-rc", "1.0.0-rc"), ("1.0.0+a", "1.0.0+b"), ("2", "2.0.0")],
)
def test_same(text: str, same: str) -> None:
    """A `v`, missing parts and the build make no difference."""
    assert parse(text) is not None
    assert parse(same) == parse(text)


@pytest.mark.parametrize("value", NO_VERSIONS, ids=lambda value: repr(value)[:20])
def test_no_version(value: Any) -> None:
    """What is no version is None to every test, and as an operand it is refused."""
    assert parse(value) is None
    assert comparison("version_equals", "1.2.3")(value) is None
    assert in_range("*")(value) is None
    with pytest.raises(ValueError, match=r"is no version; write one like 1\.2\.3"):
        comparison("version_equals", value)


@pytest.mark.parametrize(
    ("name", "below", "same", "above"),
    [
        ("version_equals", False, True, False),
        ("version_greater_than", False, False, True),
        ("version_greater_or_equal", False, True, True),
        ("version_less_than", True, False, False),
        ("version_less_or_equal", True, True, False),
    ],
)
def test_comparison(name: str, *, below: bool, same: bool, above: bool) -> None:
    """The attribute's version is compared with the operand, in that order."""
    test = comparison(name, "1.2.0-rc.1")

    assert below is test("1.2.0-beta")
    assert same is test("v1.2-rc.1+7")
    assert above is test("1.2")


@pytest.mark.parametrize(("text", "inside", "outside"), RANGES)
def test_range(text: str, inside: list[str], outside: list[str]) -> None:
    """A range holds what npm says that it holds."""
    test = in_range(text)

    assert inside == [version for version in inside + outside if test(version)]


@pytest.mark.parametrize(
    "text",
    [
        "latest",
        "^",
        ">=",
        "1.2-beta",
        "^1 || y",
        "01.x",
        "^1 - 2",
        ">>1",
        "1 -2",
        "1,2",
    ],
)
def test_bad_range(text: str) -> None:
    """What is no range is refused, with examples of some."""
    with pytest.raises(ValueError, match="is no part of a range of versions; write"):
        in_range(text)


@pytest.mark.parametrize("text", ["1" * 257, None, 1, ["*"]])
def test_no_range(text: Any) -> None:
    """A range is a text, and not a long one."""
    with pytest.raises(ValueError, match="a text of at most 256 characters"):
        in_range(text)

"""Laws of versions and ranges, for versions that nobody thought of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.engine.semver import comparison, parse
from flags.engine.version_ranges import in_range
from tests.property.strategies import json_values, many

pytestmark = pytest.mark.property

numbers = st.integers(0, 3).map(str) | st.integers(0, 10**30).map(str)
words = st.sampled_from(["0", "1", "2", "11", "a", "b", "alpha", "-", "-1", "1a", "Z"])
prereleases = st.lists(words, max_size=3)
releases = st.lists(numbers, min_size=3, max_size=3)
versions = st.tuples(releases, prereleases)
spelled = versions.map(lambda it: spell(*it))


def spell(release: list[str], prerelease: list[str]) -> str:
    """A version as text."""
    return ".".join(release) + ("-" + ".".join(prerelease) if prerelease else "")


def order(left: tuple[list[str], list[str]], right: tuple[list[str], list[str]]) -> int:
    """-1, 0 or 1, word by word as the standard puts it."""
    for one, other in zip(left[0], right[0], strict=True):
        if int(one) != int(other):
            return sign(int(one), int(other))
    if not left[1] or not right[1]:
        return bool(right[1]) - bool(left[1])
    for one, other in zip(left[1], right[1], strict=False):
        if one != other:
            return word_order(one, other)
    return sign(len(left[1]), len(right[1]))


def word_order(one: str, other: str) -> int:
    """Numbers by size and before words, words by their characters."""
    if one.isdigit() and other.isdigit():
        return sign(int(one), int(other))
    if one.isdigit() or other.isdigit():
        return -1 if one.isdigit() else 1
    return -1 if one < other else 1


def sign(one: int, other: int) -> int:
    """-1, 0 or 1."""
    return (one > other) - (one < other)


@given(left=versions, right=versions)
@many
def test_precedence(
    left: tuple[list[str], list[str]], right: tuple[list[str], list[str]]
) -> None:
    """The order is total, and it is the standard's."""
    one, other = parse(spell(*left)), parse(spell(*right))

    assert one is not None
    assert other is not None
    assert order(left, right) == (one > other) - (one < other)


@given(first=spelled, second=spelled, third=spelled)
@many
def test_transitive(first: str, second: str, third: str) -> None:
    """Of three versions, sorted by pairs, the first is not after the last."""
    below = "version_less_or_equal"
    if comparison(below, second)(first) and comparison(below, third)(second):
        assert comparison(below, third)(first)


@given(text=spelled, limit=spelled)
@many
def test_ranges_follow_the_order(text: str, limit: str) -> None:
    """A release is in a range of one comparison exactly when the comparison holds."""
    release = text.partition("-")[0]
    for symbol, name in {
        "=": "version_equals",
        ">": "version_greater_than",
        ">=": "version_greater_or_equal",
        "<": "version_less_than",
        "<=": "version_less_or_equal",
    }.items():
        expected = comparison(name, limit)(release)

        assert expected is in_range(f"{symbol}{limit}")(release)


@given(
    value=json_values | st.text("0123456789.-+vx^~<>=|* ", max_size=12), limit=spelled
)
@many
def test_total(value: object, limit: str) -> None:
    """Any value has an answer or None, and any operand is read or refused."""
    read = parse(value) is not None

    assert read == (comparison("version_equals", limit)(value) is not None)
    assert read == (in_range(f"^{limit}")(value) is not None)
    try:
        assert in_range(value)(limit) in {True, False}
    except ValueError as problem:
        assert str(problem)  # noqa: PT017 - either is fine, anything else is not

"""What changed between two bodies."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.differences import differences, same


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1}, {"a": 1}, []),
        (None, {"a": 1}, ["a: (none) -> 1"]),
        ({"a": 1}, {}, ["a: 1 -> (none)"]),
        ({"a": 1}, {"a": True}, ["a: 1 -> true"]),
        (
            {"a": {"b": "x"}},
            {"a": {"b": "y", "c": []}},
            ["a.b: x -> y", "a.c: (none) -> []"],
        ),
        ({"r": [{"s": 1}, 2]}, {"r": [{"s": 3}, 2]}, ["r[0].s: 1 -> 3"]),
        ({"r": [1]}, {"r": [1, 2]}, ["r: [1] -> [1, 2]"]),
        ({"a": {"b": 1}}, {"a": "b"}, ['a: {"b": 1} -> b']),
    ],
)
def test_fields_are_told_with_their_place(
    before: dict[str, Any] | None, after: dict[str, Any], told: list[str]
) -> None:
    """A change names the innermost field that differs, old and new."""
    assert told == [str(difference) for difference in differences(before, after)]


LONG = [f"u{number}" for number in range(200)]


@pytest.mark.parametrize(
    ("before", "after", "told", "data"),
    [
        (LONG, [*LONG, "x"], "i: +1 (x)", (["x"], [])),
        (LONG, LONG[2:], "i: -2 (u0, u1)", ([], ["u0", "u1"])),
        (LONG, ["x", *LONG[1:]], "i: +1 (x), -1 (u0)", (["x"], ["u0"])),
        (LONG, LONG[::-1], "i: in another order", ([], [])),
        (None, LONG, "i: +200 (u0, u1, u2, u3, u4, ...)", (LONG, [])),
        (LONG, None, "i: -200 (u0, u1, u2, u3, u4, ...)", ([], LONG)),
    ],
)
def test_of_a_long_list_only_what_came_and_went_is_told(
    before: list[str] | None,
    after: list[str] | None,
    told: str,
    data: tuple[list[str], list[str]],
) -> None:
    """Nobody reads ten thousand ids twice."""
    old, new = ({} if side is None else {"i": side} for side in (before, after))

    (found,) = differences(old, new)

    assert told == str(found)
    assert {"path": "i", "added": data[0], "removed": data[1]} == found.data()


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        (1, True, False),
        (0, False, False),
        ([1, 2], [2, 1], False),
    ],
)
def test_sameness_is_that_of_json(one: object, other: object, *, equal: bool) -> None:
    """The order of keys doesn't matter; the order of a list and the type do."""
    assert same(one, other) is equal

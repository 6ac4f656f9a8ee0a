"""Where a text names flags."""

from __future__ import annotations

import pytest

from admin_cli.debt.references import Place, places

NAMES = frozenset({"free-gift", "gift", "a.b"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('use("gift")', [(1, 6, "gift")]),
        ("use('gift')", [(1, 6, "gift")]),
        ("use(`gift`)", [(1, 6, "gift")]),
        ("\n\n  'free-gift'\n", [(3, 4, "free-gift")]),
        ("it's 'gift'", [(1, 7, "gift")]),
        ("['gift', 'a.b']", [(1, 3, "gift"), (1, 11, "a.b")]),
        (r'"{\"flag\": \"gift\"}"', [(1, 15, "gift")]),
        ("'gift'\r\n'gift'", [(1, 2, "gift"), (2, 2, "gift")]),
        ("'ü' 'gift'", [(1, 6, "gift")]),
        ("'gift\"", []),
        ("'my gift'", []),
        ("'gifts'", []),
        ("'gift/free'", []),
        ("gift", []),
        ("flag: gift", []),
        ("", []),
    ],
)
def test_a_whole_quoted_text_is_a_reference(
    text: str, found: list[tuple[int, int, str]]
) -> None:
    """Any kind of quote, at its line and column; part of a text is none."""
    assert [Place(*place) for place in found] == places(text, NAMES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("flag: gift", [(1, 7, "gift")]),
        ("flag: gift  # the flag", [(1, 7, "gift")]),
        ("flag: gift\r\n", [(1, 7, "gift")]),
        ("- gift\n-  free-gift", [(1, 3, "gift"), (2, 4, "free-gift")]),
        ("a: [gift, free-gift]", [(1, 5, "gift"), (1, 11, "free-gift")]),
        ("{flag: gift, x: gift}", [(1, 8, "gift"), (1, 17, "gift")]),
        ('flag: "gift"', [(1, 8, "gift")]),
        ("gift: 1", []),
        ("text: my gift", []),
        ("text: gift of mine", []),
    ],
)
def test_a_whole_value_of_yaml_is_a_reference(
    text: str, found: list[tuple[int, int, str]]
) -> None:
    """Values and items of lists count, keys and parts of sentences don't."""
    assert [Place(*place) for place in found] == places(text, NAMES, yaml=True)

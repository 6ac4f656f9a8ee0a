"""What a text says, why not, and what several agree on."""

from __future__ import annotations

import pytest

from flags import carriers
from flags.carriers.tokens import agreed, only, read
from flags.token import MAX_LENGTH, Token

SEALED = f"v1~shop.green.o.k1.1800000000.{'ab' * 8}.{'cd' * 16}"
LATER = f"v1~shop.green.o.k1.1900000000.{'ab' * 8}.{'cd' * 16}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (7, "type"),
        (["v1~shop.green.1"], "type"),
        (b"v1~shop.green.1", "type"),
        ("", "foreign"),
        ("green", "foreign"),
        ("1-67891233-abcdef012345678912345678", "foreign"),
        ("dd=s:1;t.dm:-0", "foreign"),
        ("v1", "malformed"),
        ("v1~", "malformed"),
        ("v1~shop.green", "malformed"),
        ("v1~shop.green.1 ", "malformed"),
        ("v1~shop.green.o.k1.1800000000.ab.cd", "malformed"),
        ("v1~shop.green.1~shop.blue.2", "duplicated"),
        ("v1~" + "~".join(f"r{n}.green.1" for n in range(17)), "oversized"),
        ("v1~" + "x" * MAX_LENGTH, "oversized"),
        ("v2~shop.green.1", "version"),
        ("v12~whatever comes", "version"),
    ],
)
def test_what_is_no_token_is_counted(text: object, reason: str) -> None:
    """It reads as absent, and the counter says what was wrong, each time."""
    assert read(text) is None
    assert {reason: 1} == carriers.unread

    assert read(text) is None
    assert {reason: 2} == carriers.unread


@pytest.mark.parametrize("text", [None, "v1~shop.green.1", SEALED])
def test_the_others_are_not_counted(text: str | None) -> None:
    """A token, with or without a seal, and nothing at all are as they should be."""
    assert Token.parse(text) == read(text)
    assert not carriers.unread


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["v1~shop.green.1"], "v1~shop.green.1"),
        (["v1~shop.green.1", "v1~shop.green.1"], "v1~shop.green.1"),
        (["v1~shop.green.1, v1~shop.green.1"], "v1~shop.green.1"),
        (["v1~shop.green.1", "v1~shop.blue.1"], None),
        (["v1~shop.green.1,v1~shop.blue.1"], None),
        (["v1~shop.green.1", None], None),
        ([], None),
    ],
)
def test_a_place_that_is_filled_twice(
    texts: list[object], expected: str | None
) -> None:
    """The same twice is one; of two that differ, nobody knows which one is right."""
    assert Token.parse(expected) == only(texts)
    assert ({} if expected or not texts else {"duplicated": 1}) == carriers.unread


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([SEALED, SEALED], SEALED),
        ([SEALED, "v1~shop.green.7"], "v1~shop.green.7"),
        (["v1~shop.green.7", SEALED], "v1~shop.green.7"),
        (["v1~shop.green.8", "v1~shop.green.7"], "v1~shop.green.7"),
        ([SEALED, "v1~shop.blue.7"], None),
        ([SEALED, LATER], SEALED),
    ],
)
def test_agreement_is_no_more_than_all_of_them_have(
    texts: list[str], expected: str | None
) -> None:
    """A tester's override among others is no override for all, and old stays old."""
    found = agreed([Token.parse(text) for text in texts])

    assert Token.parse(expected) == found

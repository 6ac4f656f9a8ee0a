"""Times as people type them."""

from __future__ import annotations

import pytest

from admin_cli.clock import moment
from flags.errors import InvalidDocument


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1970-01-02", 86_400), ("1970-01-01T01:00+01:00", 0), ("1970-01-01T00:00:05", 5)],
)
def test_without_an_offset_it_is_utc(text: str, seconds: float) -> None:
    """A date is its midnight."""
    assert seconds == moment(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("noon", "'noon' is no time such as"),
        ("0001-01-01T00:00+14:00", "in the years 2 to 9998"),
        ("9999-12-31T23:59-14:00", "in the years 2 to 9998"),
    ],
)
def test_times_that_can_not_be_are_refused(text: str, message: str) -> None:
    """At the ends of the calendar no zone may lead beyond them."""
    with pytest.raises(InvalidDocument, match=message):
        moment(text)

"""Moments and spans."""

from __future__ import annotations

import pytest

from admin_cli.rollouts.times import iso, length, moment, span
from flags.errors import InvalidDocument


def test_moments_there_and_back() -> None:
    """A stored moment is read as the second that it names."""
    assert 1_772_442_840 == moment("2026-03-02T09:14:00Z")
    assert "2026-03-02T09:14:00Z" == iso(1_772_442_840.9)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0s"),
        (-5, "0s"),
        (45, "45s"),
        (540, "9m"),
        (545, "9m 5s"),
        (5400, "1h 30m"),
        (3605, "1h"),
        (86_405, "1d"),
        (190_800, "2d 5h"),
    ],
)
def test_spans_have_their_two_largest_units(seconds: float, told: str) -> None:
    """Nobody asks for the seconds of a day."""
    assert told == span(seconds)


def test_a_length_that_is_none_is_told_with_its_option() -> None:
    """What people typed comes back with what to type instead."""
    assert 1800 == length("--timeout", "30m")
    with pytest.raises(InvalidDocument, match="--timeout: '30' is no length of time"):
        length("--timeout", "30")

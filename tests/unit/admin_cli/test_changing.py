"""Writing changes."""

from __future__ import annotations

import re

import pytest

from admin_cli.changing import ATTEMPTS, Moved, insist, salt
from admin_cli.clock import timestamp
from flags.errors import VersionConflict


def test_a_salt_is_a_random_word() -> None:
    """Eight letters and digits, another each time."""
    salts = {salt() for _ in range(50)}

    assert 50 == len(salts)
    assert all(re.fullmatch("[a-z0-9]{8}", word) for word in salts)


def test_a_timestamp_is_utc() -> None:
    """Seconds are exact enough for people."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", timestamp())


def test_insisting_gives_up_at_last() -> None:
    """A conflict that never ends comes out as a conflict."""
    tries = []

    def attempt() -> Moved:
        tries.append(1)
        raise VersionConflict("a", 1, 2)

    with pytest.raises(VersionConflict):
        insist(attempt)

    assert ATTEMPTS == len(tries)

"""Settings are on by one word."""

from __future__ import annotations

import pytest

from flags.switches import is_on


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("true", True),
        ("True", True),
        (" TRUE\n", True),
        ("", False),
        (None, False),
        ("1", False),
        ("yes", False),
        ("truely", False),
        ("false", False),
    ],
)
def test_is_on(setting: str | None, *, expected: bool) -> None:
    """It is `true` in any case; nothing else is on."""
    assert expected is is_on(setting)

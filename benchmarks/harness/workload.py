"""What all engines are asked: three flags among a hundred, and their users.

`on-off` is on for all, `split` for 30 % of users, and `rules` for those who match one
of five rules, the last of which is a segment: `COUNTRIES` has the country, the plan
is `PLAN`, the version is `VERSION` or later, the address ends with `DOMAIN`, or the
user is among the segment's ids. Nobody here matches the first four, so that every
engine goes through all five.
"""

from __future__ import annotations

from typing import Any, NamedTuple

ON_OFF, SPLIT, RULES = "on-off", "split", "rules"
OTHERS = [f"other-{index}" for index in range(100)]
PERCENT = 30
COUNTRIES = ["AT", "BE", "CH", "DE", "DK", "ES", "FR", "LU", "NL", "NO"]
PLAN = "enterprise"
VERSION = "5.0.0"
DOMAIN = "@example.org"
SEGMENT = "beta"
SEGMENT_SIZE = 1_000
USERS = 240


class User(NamedTuple):
    """Who asks; what every engine makes its context of."""

    key: str
    attributes: dict[str, Any]


def segment(size: int = SEGMENT_SIZE) -> list[str]:
    """The ids in the segment."""
    return [f"user-{index}" for index in range(size)]


def members() -> list[User]:
    """Users whom only the segment matches."""
    return [_user(index) for index in range(USERS)]


def strangers() -> list[User]:
    """Users whom no rule matches."""
    return [_user(10_000_000 + index) for index in range(USERS)]


def crowd(size: int) -> list[User]:
    """As many users, to count who is in the split."""
    return [_user(index) for index in range(size)]


def _user(index: int) -> User:
    attributes = {
        "country": ("US", "CA", "MX")[index % 3],
        "plan": ("free", "pro")[index % 2],
        "version": f"4.{index % 10}.2",
        "email": f"user-{index}@example.com",
    }
    return User(key=f"user-{index}", attributes=attributes)

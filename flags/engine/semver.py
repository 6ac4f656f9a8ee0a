"""Versions as Semantic Versioning 2.0.0 orders them.

Laws
1. Precedence is the standard's: prereleases come before their release, numbers
   before words, and what was built (`+build`) counts for nothing.
2. Reading is lenient in two things only: a `v` may stand in front, and a minor or a
   patch that is missing counts as 0 (`v2` is 2.0.0, `1.2-beta` is 1.2.0-beta).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, NamedTuple

MAX_TEXT = 256

Test = Callable[[Any], bool | None]
Identifier = tuple[int, int, str]

# After every prerelease: a number is (0, number, ""), a word is (1, 0, word).
RELEASED: tuple[Identifier, ...] = ((2, 0, ""),)

NUMBER = r"(?:0|[1-9][0-9]*)"
_WORD = rf"(?:{NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
TAIL = rf"(?:-({_WORD}(?:\.{_WORD})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
_VERSION = re.compile(rf"v?({NUMBER})(?:\.({NUMBER}))?(?:\.({NUMBER}))?{TAIL}")

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "version_equals": operator.eq,
    "version_greater_than": operator.gt,
    "version_greater_or_equal": operator.ge,
    "version_less_than": operator.lt,
    "version_less_or_equal": operator.le,
}


class Version(NamedTuple):
    """A version; two of them compare by precedence."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[Identifier, ...] = RELEASED


def parse(text: object) -> Version | None:
    """The version that a text spells, or None."""
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        return None
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    major, minor, patch, prerelease = found.groups()
    return Version(int(major), int(minor or 0), int(patch or 0), rank(prerelease))


def comparison(name: str, operand: object) -> Test:
    """The test of one of the `version_...` operators; None for what is no version."""
    compare = _COMPARE[name]
    limit = parse(operand)
    if limit is None:
        raise ValueError(f"{operand!r} is no version; write one like 1.2.3")

    def holds(value: Any) -> bool | None:
        version = parse(value)
        return None if version is None else compare(version, limit)

    return holds


def rank(prerelease: str | None) -> tuple[Identifier, ...]:
    """A prerelease as something to compare."""
    if prerelease is None:
        return RELEASED
    return tuple(
        (0, int(word), "") if word.isdigit() else (1, 0, word)
        for word in prerelease.split(".")
    )

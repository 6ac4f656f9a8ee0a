"""Ranges of versions as npm's: `^1.2 || ~2.0.1 || >=3 <4 || 5.x`.

Law: in a range, a prerelease matches only where a comparison of the same set names a
prerelease of the same major.minor.patch: `>=1.2.3-beta.2` takes 1.2.3-beta.4 but not
1.3.0-beta. So `*` takes no prerelease.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from flags.engine.semver import (
    MAX_TEXT,
    NUMBER,
    RELEASED,
    TAIL,
    Identifier,
    Test,
    Version,
    parse,
    rank,
)

# Before every other prerelease: `-0`.
_FIRST: tuple[Identifier, ...] = ((0, 0, ""),)

_PART = rf"({NUMBER}|[xX*])"
_COMPARISON = re.compile(
    rf"(\^|~>?|[<>]?=?)v?{_PART}(?:\.{_PART}(?:\.{_PART}{TAIL})?)?"
)
_GAP = re.compile(r"([\^~<>=])\s+")
_HYPHEN = re.compile(r"\s+-\s+")

Bound = tuple[Callable[[Any, Any], bool], Version]


def in_range(text: object) -> Test:
    """Whether a version is in a range like `^1.2 || ~2.0.1 || >=3 <4 || 5.x`."""
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise ValueError(
            f"a range of versions is a text of at most {MAX_TEXT} characters"
        )
    sets = [_set(alternative.strip()) for alternative in text.split("||")]

    def holds(value: Any) -> bool | None:
        version = parse(value)
        if version is None:
            return None
        return any(_within(version, bounds) for bounds in sets)

    return holds


def _within(version: Version, bounds: list[Bound]) -> bool:
    if not all(compare(version, limit) for compare, limit in bounds):
        return False
    return version.prerelease == RELEASED or any(
        limit[:3] == version[:3] and limit.prerelease != RELEASED for _, limit in bounds
    )


def _set(text: str) -> list[Bound]:
    """What must all hold in one alternative."""
    ends = _HYPHEN.split(text)
    if len(ends) == 2:  # noqa: PLR2004 - from and to
        return [*_comparison(">=", ends[0]), *_comparison("<=", ends[1])]
    words = _GAP.sub(r"\1", text).split() or ["*"]
    return [bound for word in words for bound in _comparison("", word)]


def _comparison(sign: str, text: str) -> list[Bound]:
    """The bounds that one comparison comes to."""
    found = _COMPARISON.fullmatch(text)
    if found is None or (sign and found[1]):
        raise ValueError(
            f"{text!r} is no part of a range of versions; write one like ^1.2, ~1.2.3, "
            ">=1 <3, 1.x or 1.2 - 2.3"
        )
    sign = sign or found[1]
    numbers: list[int] = []
    for part in found.group(2, 3, 4):
        if part is None or part in "xX*":
            break
        numbers.append(int(part))
    if len(numbers) < 3:  # noqa: PLR2004 - major, minor, patch
        return _partial(sign, numbers)
    major, minor, patch = numbers
    return _full(sign, Version(major, minor, patch, rank(found[5])))


def _full(sign: str, version: Version) -> list[Bound]:
    """The bounds of a comparison with a whole version."""
    if sign == "^":
        numbers = version[:3]
        first = next((at for at, number in enumerate(numbers) if number), 2)
        return [(operator.ge, version), (operator.lt, _next(version[: first + 1]))]
    if sign in {"~", "~>"}:
        return [(operator.ge, version), (operator.lt, _next(version[:2]))]
    return [(_SIGNS[sign], version)]


def _partial(sign: str, numbers: list[int]) -> list[Bound]:
    """The bounds of a comparison with a version that leaves something open."""
    low = _lowest(numbers)
    if not numbers:
        # Nothing is above or below everything.
        return [(operator.lt, low)] if sign in {"<", ">"} else []
    if sign == "^" and not numbers[0] and len(numbers) > 1:
        high = _next(numbers)
    else:
        high = _next(numbers[:1] if sign == "^" else numbers)
    released = low._replace(prerelease=RELEASED)
    return {
        ">": [(operator.ge, high._replace(prerelease=RELEASED))],
        ">=": [(operator.ge, released)],
        "<": [(operator.lt, low)],
        "<=": [(operator.lt, high)],
    }.get(sign, [(operator.ge, released), (operator.lt, high)])


def _lowest(numbers: tuple[int, ...] | list[int]) -> Version:
    """The first prerelease of a version that is not written out."""
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    return Version(major, minor, patch, _FIRST)


def _next(numbers: Any) -> Version:
    """The first prerelease after all versions that begin with these numbers."""
    return _lowest([*numbers[:-1], numbers[-1] + 1])


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

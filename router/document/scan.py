"""Finds where JSON values end, at the speed of C and without building them.

Laws
1. Total for texts that are JSON: `skip(text, at)` is the index after the value that
   begins at `at`, however deep it is nested. For other texts it raises `Malformed`,
   or finds some end: what is only skipped goes to the target as it came, and is for
   the target to judge.
2. Linear: no expression here backtracks, and nothing recurs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

# Containers of this depth are matched by one expression. Others are counted.
DEPTH = 6

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_scalar = re.compile(r"[^\s,\]}\[{\"]++").match
_string = re.compile(_STRING, re.DOTALL).match
_space = re.compile(r"[ \t\n\r]*+").match
_brackets = re.compile(rf"{_STRING}|[\[\]{{}}]", re.DOTALL).finditer
# The C scanner that `json.loads` itself uses; it also tells where a value ends.
_lenient: Callable[[str, int], tuple[Any, int]] = vars(
    json.JSONDecoder(strict=False, parse_int=float)
)["scan_once"]
_decoder = vars(json.JSONDecoder(strict=False))
_parse: Callable[[str, int], tuple[Any, int]] = _decoder["scan_once"]


def _nested(depth: int) -> str:
    """An expression for containers of at most this depth."""
    inside = _STRING if depth == 1 else f"(?:{_STRING}|{_nested(depth - 1)})"
    return rf'[\[{{][^\[\]{{}}"]*+(?:{inside}[^\[\]{{}}"]*+)*+[\]}}]'


# A member with what ends it, where neither name nor value is out of the ordinary.
member = re.compile(
    rf'[ \t\n\r]*+"([^"\\]*+)"[ \t\n\r]*+:[ \t\n\r]*+'
    rf"({_STRING}|{_nested(DEPTH)}|[^\s,\]}}\[{{\"]++)[ \t\n\r]*+([,}}])",
    re.DOTALL,
)
_container = re.compile(_nested(DEPTH), re.DOTALL).match


class Malformed(ValueError):
    """The text is not JSON, as far as it was looked at."""

    def __init__(self, at: int) -> None:
        super().__init__(f"not JSON at character {at}")
        self.at = at


def skip(text: str, at: int) -> int:
    """The index after the value at `at`; raises `Malformed`."""
    first = text[at : at + 1]
    if first == '"':
        return _after_string(text, at)
    if first and first in "{[":
        found = _container(text, at)
        return found.end() if found else _after_container(text, at)
    found = _scalar(text, at)
    if found is None:
        raise Malformed(at)
    return found.end()


def parse(text: str, at: int) -> tuple[Any, int]:
    """The value at `at`, and the index after it; raises `Malformed`."""
    try:
        try:
            return _parse(text, at)
        except ValueError:
            # Also raised for numbers longer than Python reads, which JSON allows.
            return _lenient(text, at)
    except (StopIteration, ValueError, RecursionError) as error:
        raise Malformed(at) from error


def spaced(text: str, at: int) -> int:
    """The index of what comes after white space."""
    # The services send none.
    if text[at : at + 1] not in (" ", "\n", "\t", "\r"):
        return at
    found = _space(text, at)
    return found.end() if found else at


def _after_string(text: str, at: int) -> int:
    end = text.find('"', at + 1)
    if end < 0:
        raise Malformed(at)
    # A body of megabytes without any escape is passed in one go.
    if text.find("\\", at + 1, end) < 0:
        return end + 1
    try:
        # Twice as fast as an expression, though it builds the string.
        return _parse(text, at)[1]
    except ValueError:
        found = _string(text, at)
    if found is None:
        raise Malformed(at)
    return found.end()


def _after_container(text: str, at: int) -> int:
    depth = 0
    for found in _brackets(text, at):
        bracket = text[found.start()]
        if bracket in "{[":
            depth += 1
        elif bracket != '"':
            depth -= 1
            if depth == 0:
                return found.end()
    raise Malformed(at)

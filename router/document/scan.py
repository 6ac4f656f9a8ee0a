"""Finds where JSON values end, at the speed of C and mostly without building them.

A text here has one character for each byte of the JSON (Latin-1), so that to take
bytes in and out costs nothing, and places are places in the bytes.

Laws
1. Total for texts that are JSON: `skip(text, at)` is the index after the value that
   begins at `at`, however deep it is nested. For other texts it raises `Malformed`,
   or finds some end: what is only skipped goes to the target as it came, and is for
   the target to judge.
2. No expression here backtracks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache

from flags.hints import Any

# Containers of this depth are matched by one expression: quicker than to parse them.
DEPTH = 3

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SCALAR = r"[^\s,\]}\[{\"]++"


def _nested(depth: int) -> str:
    """An expression for containers of at most this depth."""
    inside = _STRING if depth == 1 else f"(?:{_STRING}|{_nested(depth - 1)})"
    return rf'[\[{{][^\[\]{{}}"]*+(?:{inside}[^\[\]{{}}"]*+)*+[\]}}]'


_scalar = re.compile(_SCALAR).match
_space = re.compile(r"[ \t\n\r]*+").match
_Scan = Callable[[str, int], tuple[Any, int]]
# The C scanner that `json.loads` itself uses; it also tells where a value ends.
_parse: _Scan = vars(json.JSONDecoder(strict=False))["scan_once"]
# As an HTTP event ends, behind its body.
_TAILS = ('","isBase64Encoded":false}', '","isBase64Encoded":true}')
# Characters from which on it pays to look there.
_LARGE = 16_384


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
        return _after_container(text, at)
    found = _scalar(text, at)
    if found is None:
        raise Malformed(at)
    return found.end()


def ended(text: str, at: int) -> int:
    """As `skip`, and quicker for what is small: it is built, and thrown away."""
    try:
        return _parse(text, at)[1]
    except (StopIteration, ValueError, RecursionError):
        return skip(text, at)


def value(text: str) -> Any:
    """What a text says that is one value and nothing else; raises `Malformed`."""
    if not text.isascii():
        text = text.encode("latin-1").decode("utf-8", "surrogateescape")
    try:
        found, end = _parse(text, 0)
    except ValueError:
        # Also for numbers longer than Python reads, which JSON allows.
        found, end = _lenient(text)
    except (StopIteration, RecursionError) as error:
        raise Malformed(0) from error
    if end != len(text):
        raise Malformed(end)
    return found


def spaced(text: str, at: int) -> int:
    """The index of what comes after white space."""
    # The services send none.
    if text[at : at + 1] not in (" ", "\n", "\t", "\r"):
        return at
    found = _space(text, at)
    return found.end() if found else at


def body_end(text: str, at: int) -> int | None:
    """The index after the body of an HTTP event, quickly; None if that is unknown.

    API Gateway, Function URLs and load balancers write the body last but for
    `isBase64Encoded`. It may have megabytes, and most of the router's time with them.
    """
    for tail in _TAILS:
        end = len(text) - len(tail)
        # A quote behind a backslash would be the body's own.
        if end - at < _LARGE or not text.endswith(tail) or text[end - 1] == "\\":
            continue
        # Were there another member between, its name's quote would follow one that ends
        # the body; in a text all quotes have backslashes.
        if text[at] == '"' and text.find('","', at + 1, end) < 0:
            return end + 1
    return None


def _lenient(text: str) -> tuple[Any, int]:
    scan: _Scan = vars(json.JSONDecoder(strict=False, parse_int=float))["scan_once"]
    try:
        return scan(text, 0)
    except (StopIteration, ValueError, RecursionError) as error:
        raise Malformed(0) from error


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
    except ValueError as error:
        raise Malformed(at) from error


def _after_container(text: str, at: int) -> int:
    found = _container()(text, at)
    if found is not None:
        return found.end()
    try:
        return _parse(text, at)[1]
    except StopIteration as error:
        raise Malformed(at) from error
    except (ValueError, RecursionError):
        return _counted(text, at)


def _counted(text: str, at: int) -> int:
    """The end of a container that is too deep to parse, or has too long a number."""
    depth = 0
    for found in re.finditer(rf"{_STRING}|[\[\]{{}}\"]", text[at:], re.DOTALL):
        bracket = found[0]
        if bracket in "{[":
            depth += 1
        elif bracket in "]}":
            depth -= 1
            if depth == 0:
                return at + found.end()
        elif bracket == '"':
            break  # a string without end
    raise Malformed(at)


@cache
def _container() -> Callable[[str, int], re.Match[str] | None]:
    # Compiled when it is first met: few events are so large as to need it.
    return re.compile(_nested(DEPTH), re.DOTALL).match

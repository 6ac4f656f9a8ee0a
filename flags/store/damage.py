"""What stands in the table and can't be read.

Laws
1. A row is read by itself: what is wrong with one says nothing of another.
2. Whatever is wrong is one error, `Unreadable`, in words that say what.
3. A body that this package could not have written is damage: not JSON, not a mapping,
   deeper than a parser goes, or with numbers that no reader could hold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from flags.parts import expand
from flags.store.values import MAX_INT

Found = Mapping[str, list[bytes]]
# What reading of anything may raise.
UNREADABLE = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
    OverflowError,
)


class Unreadable(ValueError):
    """A row, or a part of one, can't be read; the message says what is wrong."""


def body_in(item: Mapping[str, Any], name: str, found: Found) -> Any:
    """The body that an attribute holds or names; raises `Unreadable`."""
    if name not in item:
        msg = f"its {name} is missing"
        raise Unreadable(msg)
    try:
        body = _parsed(_text(item[name], found))
    except UNREADABLE as error:
        msg = f"its {name} can't be read: {_said(error)}"
        raise Unreadable(msg) from None
    if not isinstance(body, dict):
        msg = f"its {name} is not a mapping"
        raise Unreadable(msg)
    return body


def _text(attribute: Mapping[str, Any], found: Found) -> str | bytes:
    if "S" in attribute:
        text: str = attribute["S"]
        return text
    slices = found.get(attribute["M"]["blob"]["S"], [])
    return expand(slices, int(attribute["M"]["bytes"]["N"]))


def _parsed(text: str | bytes) -> Any:
    return json.loads(
        text, parse_int=_whole, parse_float=_finite, parse_constant=_finite
    )


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) > MAX_INT:
        msg = "a number is too big"
        raise ValueError(msg)
    return number


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        msg = f"{text} is not a number"
        raise ValueError(msg)
    return number


def _said(error: Exception) -> str:
    """In one line: what a parser quotes may be long."""
    said = str(error) if isinstance(error, ValueError) else repr(error)
    return " ".join(said.split())[:200]

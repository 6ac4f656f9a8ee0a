"""JSON texts compared by what every reader of any language might see.

Independent of the router on purpose: the standard library parses whole documents.
Order, duplicates and the spelling of numbers count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)


def depth(text: str) -> int:
    """How deep brackets are nested, found without recursion."""
    deepest = level = 0
    for found in _BRACKETS.finditer(text):
        level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        deepest = max(deepest, level)
    return deepest


class Members(list[tuple[str, Any]]):
    """An object's members in their order, duplicates too."""

    def last(self, name: str) -> Any:
        """The value that most readers take."""
        return next((value for key, value in reversed(self) if key == name), None)

    def mapped(self, name: str, change: Callable[[Any], Any]) -> Members:
        """With the values of all members of a name changed."""
        return Members((k, change(v) if k == name else v) for k, v in self)


class Number(str):
    """A number as it was spelled."""

    __slots__ = ()


def load(text: str | bytes) -> Any:
    """A document; raises `ValueError` or `RecursionError`."""
    return json.loads(
        text,
        object_pairs_hook=Members,
        parse_float=Number,
        parse_int=Number,
        parse_constant=Number,
    )


def dump(tree: Any, *, ascii_only: bool = False) -> str:
    """A document's text, without spaces."""
    if isinstance(tree, Members):
        inside = (
            f"{json.dumps(name, ensure_ascii=ascii_only)}:"
            f"{dump(value, ascii_only=ascii_only)}"
            for name, value in tree
        )
        return "{" + ",".join(inside) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(dump(one, ascii_only=ascii_only) for one in tree) + "]"
    if isinstance(tree, Number):
        return str(tree)
    return json.dumps(tree, ensure_ascii=ascii_only)

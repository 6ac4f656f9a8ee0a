"""Patterns of `matches` that say something else here than where they come from.

Regular expressions have dialects, and a pattern of another one mostly runs, with
another meaning: `[[:alpha:]]` is one of six characters and a bracket to Python. Such
patterns are refused when a file is read. What the table holds runs on as it did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flags.engine.regex.syntax import Reader, read
from flags.errors import Problem
from flags.store.names import place
from flags.store.shares import mapping, sequence

# What to write instead of each, inside of a class.
_CLASSES = {
    "alpha": "A-Za-z",
    "alnum": "A-Za-z0-9",
    "ascii": r"\x00-\x7f",
    "blank": r"a space and \t",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "punct": "!-/:-@\\[-`{-~",
    "space": r"\s",
    "word": r"\w",
    "xdigit": "0-9A-Fa-f",
}
_POSIX = re.compile(r"\[:\^?([A-Za-z]+):\]")
_COUNTS = re.compile(r"\{\s*(\d*)\s*(,?)\s*(\d*)\s*\}", re.ASCII)
_JOINS = ("all", "any", "none")
_ITEMS = ("any_item", "all_items")


def doubtful_patterns(name: str, body: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the patterns of a flag's or segment's rules."""
    part, short = place(name)
    if part not in {"flags", "segments"}:
        return
    for number, rule in enumerate(sequence(body.get("rules"))):
        path = f"{part}.{short}.rules[{number}]"
        when = rule if part == "segments" else mapping(rule).get("when")
        yield from _of(when, path if part == "segments" else f"{path}.when")


def _of(when: Any, path: str) -> Iterator[Problem]:
    if not isinstance(when, Mapping):
        return
    if isinstance(when.get("matches"), str) and (message := doubt(when["matches"])):
        yield Problem(path=f"{path}.matches", message=message)
    for join in _ITEMS:
        yield from _of(when.get(join), f"{path}.{join}")
    for join in _JOINS:
        for number, member in enumerate(sequence(when.get(join))):
            yield from _of(member, f"{path}.{join}[{number}]")


def doubt(pattern: str) -> str | None:
    """What a pattern may not mean, with what to write; None if all is clear."""
    try:
        read(pattern)
    except ValueError:
        return None  # it is refused by itself, with another message
    try:
        _Strict(pattern, ignore_case=False).whole()
    except ValueError as error:
        return str(error)
    return None


class _Strict(Reader):
    """Refuses what dialects read in different ways."""

    def _counts(self) -> Any:
        found = _COUNTS.match(self._pattern, self._place)
        if found and (found[1] or found[2] or found[3]):
            least, comma, most = found.groups()
            meant = f"{{{least or 0}{comma}{most}}}"
            if found[0] != meant:
                self._refuse(f"dialects read {found[0]} in two ways; write {meant}")
        return super()._counts()

    def _escape(self, start: int) -> Any:
        follows = self._pattern[self._place : self._place + 1]
        if follows and follows in "<>":
            self._refuse(
                f"\\{follows} is the edge of a word elsewhere; write \\b, or "
                f"{follows} without the backslash",
                start,
            )
        return super()._escape(start)

    def _class(self, start: int) -> Any:
        self._refuse_posix(start)
        return super()._class(start)

    def _member(self, start: int) -> tuple[str, str]:
        self._refuse_posix(self._place)
        if self._at("&&"):
            self._refuse(
                "&& is what classes have in common elsewhere; write out the characters"
            )
        # `[[]` is how many write a bracket.
        first = self._pattern[start + 1 : self._place] in {"", "^"}
        if first and self._at("[") and not self._at("[]"):
            self._refuse("no class goes into another; write \\[ for a bracket")
        return super()._member(start)

    def _refuse_posix(self, place: int) -> None:
        if found := _POSIX.match(self._pattern, place):
            instead = _CLASSES.get(found[1], "out the characters")
            self._refuse(f"{found[0]} is not supported; write {instead}", place)

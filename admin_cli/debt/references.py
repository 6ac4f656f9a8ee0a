"""Where a text names flags: quoted, or as a value in YAML.

Laws
1. Pure: a text and the names in, places out.
2. A name counts where it is the whole of a quoted text or of a value. Part of a
   longer text is no reference, and no key of a mapping is one.
3. The time it takes doesn't grow with the number of names: words are looked up.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_WORD = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
# A backslash before the closing quote: a quoted text within a quoted text.
_QUOTED = re.compile(rf"(['\"`])({_WORD})(?=\\?\1)")
# After a colon, a dash or a bracket, and up to the end of the value.
_VALUE = re.compile(
    rf"(:[ \t]+|^[ \t]*(?:-[ \t]+)+|[\[{{,][ \t]*)({_WORD})"
    r"(?=[ \t]*(?:[,\]}]|\r?$|[ \t]\#))",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column, from 1, and the flag that is named there."""

    line: int
    column: int
    flag: str


def places(text: str, names: Collection[str], *, yaml: bool = False) -> list[Place]:
    """Where the text names one of these flags, in order."""
    starts: list[int] = []
    found = set()
    for match in _matches(text, yaml=yaml):
        if match[2] in names:
            starts = starts or _starts(text)
            line = bisect_right(starts, match.start(2))
            column = match.start(2) - starts[line - 1] + 1
            found.add(Place(line, column, match[2]))
    return sorted(found)


def _matches(text: str, *, yaml: bool) -> Iterator[re.Match[str]]:
    yield from _QUOTED.finditer(text)
    if yaml:
        yield from _VALUE.finditer(text)


def _starts(text: str) -> list[int]:
    """Where the lines of a text begin."""
    return [0, *(found.end() for found in re.finditer("\n", text))]

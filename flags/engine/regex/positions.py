"""From a pattern's tree to its positions: which may come first, and after which.

Every character (and every mark, like ^) that a pattern spells out, repeats written
out, is a position. A set of positions is an integer with their bits. This is
Glushkov's construction, which has no empty steps to follow later.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

from flags.engine.regex.characters import Characters
from flags.engine.regex.tree import Choice, Mark, Node, Repeat, Sequence

MAX_POSITIONS = 500


class Layout(NamedTuple):
    """A pattern as positions; `accept` is the one beyond its end."""

    first: int
    accept: int
    follow: tuple[int, ...]
    sets: dict[Characters, int]
    marks: dict[Mark, int]


class _Part(NamedTuple):
    """A part of the pattern: may it be empty, and where it starts and ends."""

    empty: bool
    first: int
    last: int


_NOTHING = _Part(empty=True, first=0, last=0)


def lay_out(tree: Node) -> Layout:
    """The positions of a pattern, or ValueError if they are too many."""
    if _size(tree) > MAX_POSITIONS:
        raise ValueError(
            "the pattern is too large: with its repeats written out it has more than "
            f"{MAX_POSITIONS} positions; lower the counts"
        )
    return _Builder().build(tree)


def bits(positions: int) -> Iterator[int]:
    """The numbers of the positions in a set."""
    while positions:
        lowest = positions & -positions
        yield lowest.bit_length() - 1
        positions ^= lowest


def _size(node: Node) -> int:
    if isinstance(node, Sequence | Choice):
        return sum(map(_size, node.items))
    if isinstance(node, Repeat):
        return _size(node.item) * _copies(node)
    return 1


def _copies(node: Repeat) -> int:
    return max(node.least, 1) if node.most is None else node.most


class _Builder:
    def __init__(self) -> None:
        self._follow: list[int] = []
        self._sets: dict[Characters, int] = {}
        self._marks: dict[Mark, int] = {}

    def build(self, tree: Node) -> Layout:
        part = self._part(tree)
        end = self._position()
        part = self._join(part, end)
        return Layout(
            first=part.first,
            accept=end.last,
            follow=tuple(self._follow),
            sets=self._sets,
            marks=self._marks,
        )

    def _part(self, node: Node) -> _Part:
        if isinstance(node, Sequence):
            return reduce(self._join, map(self._part, node.items), _NOTHING)
        if isinstance(node, Choice):
            return self._choice(node)
        if isinstance(node, Repeat):
            return self._repeat(node)
        part = self._position()
        if isinstance(node, Mark):
            self._marks[node] = self._marks.get(node, 0) | part.last
        else:
            self._sets[node] = self._sets.get(node, 0) | part.last
        return part

    def _position(self) -> _Part:
        bit = 1 << len(self._follow)
        self._follow.append(0)
        return _Part(empty=False, first=bit, last=bit)

    def _join(self, left: _Part, right: _Part) -> _Part:
        for position in bits(left.last):
            self._follow[position] |= right.first
        return _Part(
            empty=left.empty and right.empty,
            first=left.first | (right.first if left.empty else 0),
            last=right.last | (left.last if right.empty else 0),
        )

    def _choice(self, node: Choice) -> _Part:
        parts = [self._part(item) for item in node.items]
        return _Part(
            empty=any(part.empty for part in parts),
            first=reduce(int.__or__, (part.first for part in parts)),
            last=reduce(int.__or__, (part.last for part in parts)),
        )

    def _repeat(self, node: Repeat) -> _Part:
        if not _size(node):
            return _NOTHING
        copies = [self._part(node.item) for _ in range(_copies(node))]
        if node.most is None:
            self._join(copies[-1], copies[-1])
        # From the right, so that each optional copy leads on to the next only.
        whole = _NOTHING
        for number, copy in reversed(list(enumerate(copies))):
            whole = self._join(copy, whole)
            if number >= node.least:
                whole = whole._replace(empty=True)
        return whole

"""Splices into a JSON text; every byte outside of them stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence

from router.document.node import Member, Node
from router.document.scan import spaced


def quoted(text: str) -> str:
    """A text as JSON string, in ASCII."""
    return json.dumps(text)


def member(name: str, value: str) -> str:
    """A member for an object: a name with a text."""
    return f"{quoted(name)}:{quoted(value)}"


class Edits:
    """Changes to one text, collected first and made at once.

    Changes of one text must not overlap: give each object one `rewrite`.
    """

    __slots__ = ("_changes", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._changes: list[tuple[int, int, str]] = []

    def replace(self, node: Node, text: str) -> None:
        """Put another text in a value's place."""
        self._changes.append((node.start, node.end, text))

    def rewrite(
        self,
        node: Node,
        drop: Callable[[str], bool],
        add: Sequence[str] = (),
        values: Mapping[int, str] = {},
    ) -> None:
        """Drop an object's members by name, and add some (see `member`) at its end.

        `values` has new texts for values, by where the old ones start. What is no
        object stays as it is.
        """
        if not node.is_object:
            return
        members = node.members()
        kept = [one for one in members if not drop(one.name)]
        if len(kept) < len(members):
            texts = [self._renewed(one, values) for one in kept]
            self.replace(node, "{" + ",".join((*texts, *add)) + "}")
            return
        for one in members:
            if one.value.start in values:
                self.replace(one.value, values[one.value.start])
        self.add(node, add)

    def add(self, node: Node, members: Sequence[str]) -> None:
        """Add some members (see `member`) to an object, at its end."""
        if not members:
            return
        end = node.end - 1
        lead = "" if spaced(self._text, node.start + 1) == end else ","
        self._changes.append((end, end, lead + ",".join(members)))

    def keep(self, array: Node, indexes: Collection[int]) -> None:
        """Drop the elements of an array but those at `indexes`."""
        elements = array.elements()
        if len(indexes) == len(elements):
            return
        # One change for each run, so that kept elements can be changed as well.
        kept = sorted(indexes)
        if not kept:
            self.replace(array, "[]")
            return
        at = array.start + 1
        for position, index in enumerate(kept):
            start = elements[index].start
            lead = "," if position else ""
            if self._text[at:start] != lead:
                self._changes.append((at, start, lead))
            at = elements[index].end
        if self._text[at : array.end - 1]:
            self._changes.append((at, array.end - 1, ""))

    def text(self) -> str:
        """The text with all changes made; the same object if there are none."""
        if not self._changes:
            return self._text
        parts, at = [], 0
        for start, end, new in sorted(self._changes, key=lambda change: change[:2]):
            parts += [self._text[at:start], new]
            at = end
        parts.append(self._text[at:])
        return "".join(parts)

    def _renewed(self, one: Member, values: Mapping[int, str]) -> str:
        value = values.get(one.value.start)
        if value is None:
            return self._text[one.start : one.value.end]
        return self._text[one.start : one.value.start] + value

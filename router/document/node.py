"""One JSON value within a text, parsed no further than it is asked.

Laws
1. To read is total: `dig`, `string` and `in` find nothing where there is nothing, and
   where the text is not JSON.
2. To look at places is strict: `members`, `elements` and `get` raise `Malformed`,
   since whoever edits a text must know it.
3. Reading and places agree: of members with the same name, the last one counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from flags.hints import Any
from router.document.scan import Malformed, body_end, ended, skip, spaced, value

# Characters up to which a value is parsed as a whole when it is first read: quicker
# than to look for places, but for what a large value is made of.
SMALL = 16_384

_name = re.compile(r'[ \t\n\r]*+"([^"\\]*+)"[ \t\n\r]*+:[ \t\n\r]*+').match
_NOTHING = object()


class Member:
    """A member of an object: its name, where it begins, and its value."""

    __slots__ = ("name", "start", "value")

    def __init__(self, name: str, start: int, value: Node) -> None:
        self.name = name
        self.start = start
        self.value = value


class Node:
    """A value, from `start` to `end` of `text`, which has a character for each byte."""

    __slots__ = (
        "_elements",
        "_known",
        "_members",
        "_names",
        "_once",
        "end",
        "start",
        "text",
    )

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end
        self._known: Any = _NOTHING
        self._members: tuple[Member, ...] | None = None
        self._names: dict[str, Node] | None = None
        self._elements: tuple[Node, ...] | None = None
        self._once: dict[Callable[[Node], Any], Any] | None = None

    @classmethod
    def of(cls, data: bytes) -> Node:
        """The value that is all of the JSON; nothing is looked at yet."""
        text = data.decode("latin-1")
        return cls(text, spaced(text, 0), len(text.rstrip(" \n\r\t")))

    @property
    def raw(self) -> str:
        """The text of the value, as it came."""
        return self.text[self.start : self.end]

    @property
    def is_object(self) -> bool:
        """Whether it is an object."""
        return self.text.startswith("{", self.start)

    @property
    def is_array(self) -> bool:
        """Whether it is an array."""
        return self.text.startswith("[", self.start)

    def once(self, make: Callable[[Node], Any]) -> Any:
        """What a function makes of the value, made once however often it is asked."""
        if self._once is None:
            self._once = {}
        if make not in self._once:
            self._once[make] = make(self)
        return self._once[make]

    def value(self) -> Any:
        """The value as `json` reads it; raises `Malformed`."""
        if self._known is _NOTHING:
            self._known = value(self.raw)
        return self._known

    def members(self) -> tuple[Member, ...]:
        """The members of an object in their order, duplicates too; () for others."""
        if self._members is None:
            self._members = tuple(self._walk()) if self.is_object else ()
        return self._members

    def elements(self) -> tuple[Node, ...]:
        """The elements of an array; () for others."""
        if self._elements is None:
            self._elements = tuple(self._listed()) if self.is_array else ()
        return self._elements

    def first(self) -> Node | None:
        """The first element of an array, without a look at the others; or None."""
        if not self.is_array:
            return None
        at = spaced(self.text, self.start + 1)
        if self.text[at : at + 1] == "]":
            return None
        return Node(self.text, at, skip(self.text, at))

    def get(self, name: str) -> Node | None:
        """The place of a member's value, or None."""
        if self._names is None:
            self._names = {member.name: member.value for member in self.members()}
        return self._names.get(name)

    def at(self, *path: str) -> Node | None:
        """The place at the end of a path of names, or None."""
        found: Node | None = self
        for name in path:
            if found is None:
                return None
            found = found.get(name)
        return found

    def dig(self, *path: str) -> Any:
        """What stands at the end of a path of names, as `json` reads it, or None."""
        try:
            if self._known is not _NOTHING or self.end - self.start <= SMALL:
                return _dug(self.value(), path)
            if not path:
                return self.value()
            found = self.get(path[0])
        except Malformed:
            return None
        return None if found is None else found.dig(*path[1:])

    def string(self, *path: str) -> str:
        """As `dig`, for texts: empty if there is none, or something else."""
        found = self.dig(*path)
        return found if isinstance(found, str) else ""

    def __contains__(self, name: str) -> bool:
        try:
            if self._known is not _NOTHING or self.end - self.start <= SMALL:
                found = self.value()
                return isinstance(found, dict) and name in found
            return self.get(name) is not None
        except Malformed:
            return False

    def _walk(self) -> Iterator[Member]:
        text, at = self.text, self.start
        first = spaced(text, at + 1)
        if text[first : first + 1] == "}":
            self._must_end(first)
            return
        after = ended if self.end - at <= SMALL else skip
        while True:
            name, start, at = self._named(at + 1)
            end = (name == "body" and self._body_end(at)) or after(text, at)
            yield Member(name, start, Node(text, at, end))
            at = spaced(text, end)
            if text[at : at + 1] != ",":
                break
        if text[at : at + 1] != "}":
            raise Malformed(at)
        self._must_end(at)

    def _body_end(self, at: int) -> int | None:
        return body_end(self.text, at) if self.end == len(self.text) else None

    def _named(self, at: int) -> tuple[str, int, int]:
        """A member's name, where that begins, and where its value does."""
        text = self.text
        quick = _name(text, at)
        if quick is not None:
            return _read(quick[1]), quick.start(1) - 1, quick.end()
        start = spaced(text, at)
        if text[start : start + 1] != '"':
            raise Malformed(start)
        end = skip(text, start)
        name, at = value(text[start:end]), spaced(text, end)
        if text[at : at + 1] != ":":
            raise Malformed(at)
        return str(name), start, spaced(text, at + 1)

    def _listed(self) -> Iterator[Node]:
        text, at = self.text, spaced(self.text, self.start + 1)
        if text[at : at + 1] == "]":
            self._must_end(at)
            return
        while True:
            end = skip(text, at)
            yield Node(text, at, end)
            at = spaced(text, end)
            if text[at : at + 1] != ",":
                break
            at = spaced(text, at + 1)
        if text[at : at + 1] != "]":
            raise Malformed(at)
        self._must_end(at)

    def _must_end(self, at: int) -> None:
        if at + 1 != self.end:
            raise Malformed(at + 1)


def _dug(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _read(name: str) -> str:
    if name.isascii():
        return name
    return name.encode("latin-1").decode("utf-8", "surrogateescape")

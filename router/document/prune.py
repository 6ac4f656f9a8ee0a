"""Takes places out of a JSON text, those inside of texts that it holds too.

Laws
1. What is not on the way to such a place stays, byte for byte. A text that is JSON or
   base64 is written again only if something of it goes.
2. Total for ways that lead nowhere: nothing is taken out.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable, Iterable

from flags.carriers.places import BASE64, JSON, Place
from router.document.node import Node


class _Cut:
    """What goes of one value: members or elements, entries of lists, and deeper."""

    __slots__ = ("drop", "inside", "listed")

    def __init__(self) -> None:
        self.drop: set[str | int] = set()
        self.listed: set[str | int] = set()
        self.inside: dict[str | int, _Cut] = {}


def pruned(
    node: Node, places: Iterable[Place], unlisted: Callable[[object], str]
) -> str:
    """The text of a value without these places; raises `Malformed`.

    `unlisted` writes the value of a header that is a list, without our entry.
    """
    cut = _Cut()
    for place in places:
        here = cut
        for step in place.way:
            here = here.inside.setdefault(step, _Cut())
        (here.listed if place.listed else here.drop).update(place.names)
    return _written(node, cut, unlisted)


def _written(node: Node, cut: _Cut, unlisted: Callable[[object], str]) -> str:
    if node.is_object:
        members = [
            node.text[one.start : one.value.start]
            + _part(one.value, one.name, cut, unlisted)
            for one in node.members()
            if one.name not in cut.drop
        ]
        return "{" + ",".join(members) + "}"
    if node.is_array:
        elements = [
            _part(one, at, cut, unlisted)
            for at, one in enumerate(node.elements())
            if at not in cut.drop
        ]
        return "[" + ",".join(elements) + "]"
    return _text(node, cut, unlisted)


def _part(
    node: Node, step: str | int, cut: _Cut, unlisted: Callable[[object], str]
) -> str:
    if step in cut.listed:
        return unlisted(node.value())
    inside = cut.inside.get(step)
    return _written(node, inside, unlisted) if inside else node.raw


def _text(node: Node, cut: _Cut, unlisted: Callable[[object], str]) -> str:
    """A text, whose contents are written again."""
    held = node.value()
    if isinstance(held, str) and JSON in cut.inside:
        inner = Node.of(held.encode("utf-8", "surrogatepass"))
        written = _written(inner, cut.inside[JSON], unlisted).encode("latin-1")
        return json.dumps(written.decode("utf-8", "surrogatepass"))
    if isinstance(held, str) and BASE64 in cut.inside:
        inner = Node.of(binascii.a2b_base64(held))
        written = _written(inner, cut.inside[BASE64], unlisted).encode("latin-1")
        return json.dumps(binascii.b2a_base64(written, newline=False).decode())
    return node.raw

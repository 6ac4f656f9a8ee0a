"""What a pattern is made of, once it is read."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from flags.engine.regex.characters import Characters


class Mark(Enum):
    """A condition on a place between two characters."""

    START = "A"
    END = "Z"
    LINE_END = "$"
    EDGE = "b"
    NO_EDGE = "B"


class Sequence(NamedTuple):
    """One after the other; none at all is the empty pattern."""

    items: tuple[Node, ...]


class Choice(NamedTuple):
    """One of these."""

    items: tuple[Node, ...]


class Repeat(NamedTuple):
    """At least `least` times, at most `most` times (None: any number)."""

    item: Node
    least: int
    most: int | None


Node = Characters | Mark | Sequence | Choice | Repeat

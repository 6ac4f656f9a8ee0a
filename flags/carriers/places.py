"""A place where something stands under the name, and the way there.

A way is a sequence of steps from an event down: a text is a member's name, a number an
element, and `JSON` or `BASE64` what the text at that place says.
"""

from __future__ import annotations

from flags.carriers.tokens import agreed

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeAlias

    from flags.token import Token

    Way: TypeAlias = tuple[str | int, ...]

# Elements are counted from 0, so these are nobody's.
JSON = -1
BASE64 = -2


class Place:
    """What stands there in our name.

    `way` leads to what holds it: an object, whose members of these `names` it is, or
    an array with such elements. `listed` says that each is a list in which ours is an
    entry: W3C baggage, which is others' as well.
    """

    __slots__ = ("_read", "_text", "listed", "names", "way")

    def __init__(
        self,
        way: Way,
        names: Iterable[str | int],
        text: Any,
        read: Callable[[Any], Token | None],
        *,
        listed: bool = False,
    ) -> None:
        self.way = way
        self.names = tuple(names)
        self.listed = listed
        self._text = text
        self._read = read

    def token(self) -> Token | None:
        """The decision; None if it is none, which is counted."""
        return self._read(self._text)


class Batch:
    """Records, each with places of its own; for all of them counts what they agree on.

    `walk` gives a record's places.
    """

    __slots__ = ("_records", "_walk")

    def __init__(
        self,
        records: list[tuple[Way, Any]],
        walk: Callable[[Any, Way], Iterator[Place | Batch]],
    ) -> None:
        self._records = records
        self._walk = walk

    def token(self) -> Token | None:
        """What all records agree on."""
        return agreed(first(self._walk(record, ())) for _, record in self._records)

    def all(self) -> Iterator[Place]:
        """The places of all records."""
        for way, record in self._records:
            for found in self._walk(record, way):
                yield from found.all() if isinstance(found, Batch) else (found,)


def first(found: Iterable[Place | Batch]) -> Token | None:
    """The decision of the first place that has one."""
    for one in found:
        token = one.token()
        if token is not None:
            return token
    return None

"""Lists of records that put each record's decision in force while they are looped over.

For code that does not know of us, in batches whose records carry different decisions.

Laws
1. No decision is better than a wrong one. It is put in force where a loop is seen to
   handle one record after the other (`flags.invocation.frames`): in a `for` or a
   comprehension right over the list, with or without `enumerate`, and right over the
   records of Powertools' data classes. Whatever else takes records out of the list (an
   index, `list`, `sorted`, `map`, generators, what reads ahead) goes on with what all
   records agree on.
2. After the loop, however it is left, is in force what was before.
3. The list is a list, equal to the one that came; its copies are plain.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from flags.current import in_force, own
from flags.token import Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, TypeAlias

    from flags.carriers.batches import Place

    _Carried: TypeAlias = tuple[Any, Token | None]


def follow(event: Any, places: Sequence[Place], tokens: Sequence[Token | None]) -> Any:
    """The event with lists that are looped over with these decisions."""
    left = iter(tokens)
    for holder, key in places:
        records = holder[key]
        holder[key] = _Records(records, [(record, next(left)) for record in records])
    # An event that is a list has a holder of ours.
    return places[0][0][0] if isinstance(event, list) else event


class _Records(list[object]):
    """A list of records, each with its decision.

    Made like any list, without decisions, by libraries that make one like the other.
    """

    __slots__ = ("_carried",)

    def __init__(
        self, records: Iterable[Any] = (), carried: Sequence[_Carried] = ()
    ) -> None:
        super().__init__(records)
        # By identity, and with the record, which keeps the identity: the list may be
        # sorted or emptied.
        self._carried = {id(entry[0]): entry for entry in carried}

    def __iter__(self) -> Iterator[Any]:
        from flags.invocation import frames  # noqa: PLC0415 - some only take an index

        if frames.begins(sys._getframe(1)):  # noqa: SLF001 - law 1: only that knows
            return self._each(frames.handles)
        return super().__iter__()

    def __reduce__(self) -> tuple[Any, ...]:
        return list, ([*super().__iter__()],)

    def _each(self, handles: Callable[[FrameType], bool]) -> Iterator[Any]:
        if not handles(sys._getframe(1)):  # noqa: SLF001 - as above
            yield from super().__iter__()
            return
        before = token = in_force.get()
        try:
            for record in super().__iter__():
                entry = self._carried.get(id(record))
                token = own(entry[1]) if entry else before
                in_force.set(token)
                yield record
        finally:
            # A loop that was left may end late, when something else is in force.
            if in_force.get() is token:
                in_force.set(before)

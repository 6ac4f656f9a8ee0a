"""Lists of records that put each record's decision in force while they are looped over.

For code that does not know of us, in batches whose records carry different decisions.

Laws
1. No decision is better than a wrong one. It is put in force where a loop is seen to
   handle one record after the other: in a `for` or a comprehension right over the list,
   with or without `enumerate`, and in the loops of Powertools. Whatever else takes
   records out of the list (an index, `list`, `sorted`, `map`, what reads ahead) goes on
   with what all records agree on.
2. After the loop, however it is left, is in force what was before.
3. The list is a list, equal to the one that came; its copies are plain.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from types import CodeType, FrameType

from flags.current import in_force
from flags.token import Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from flags.carriers.batches import Place

    _Carried: TypeAlias = tuple[Any, Token | None]

# inspect.CO_GENERATOR and CO_ASYNC_GENERATOR: who knows who takes what they yield.
_GENERATOR = 0x20 | 0x200


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
        if _is_loop(sys._getframe(1)):  # noqa: SLF001 - law 1: only the frame knows
            return self._each()
        return super().__iter__()

    def __reduce__(self) -> tuple[Any, ...]:
        return list, ([*super().__iter__()],)

    def _each(self) -> Iterator[Any]:
        before = token = in_force.get()
        try:
            for record in super().__iter__():
                entry = self._carried.get(id(record))
                token = (entry[1] or Token()) if entry else before
                in_force.set(token)
                yield record
        finally:
            # A loop that was left may end late, when something else is in force.
            if in_force.get() is token:
                in_force.set(before)


def _is_loop(frame: FrameType) -> bool:
    """Whether the code in this frame handles the records one after the other."""
    code = frame.f_code
    if code.co_flags & _GENERATOR:
        name = str(frame.f_globals.get("__name__", ""))
        if not name.startswith("aws_lambda_powertools."):
            return False
    return _loops_at(code, frame.f_lasti)


@cache
def _loops_at(code: CodeType, at: int) -> bool:
    """Whether the instruction begins a loop, or a loop with numbers."""
    from opcode import opmap  # noqa: PLC0415 - for batches of several decisions only

    instructions = code.co_code
    # A Python that has other instructions shows us no loops.
    get_iter, call, load_global, extended_arg = (
        opmap.get(name) for name in ("GET_ITER", "CALL", "LOAD_GLOBAL", "EXTENDED_ARG")
    )
    if instructions[at] == get_iter:
        return True
    if instructions[at] != call or load_global is None:
        return False
    # What is called is the global that was loaded last: then come its arguments.
    operations, operands = instructions[:at:2], instructions[1:at:2]
    load = operations.rfind(load_global)
    if load < 0 or (load > 0 and operations[load - 1] == extended_arg):
        return False
    return code.co_names[operands[load] >> 1] == "enumerate"

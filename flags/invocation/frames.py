"""Which record of a batch the running code is at, as its frames show.

A frame is at a record while it is in the body of a `for` or of a comprehension whose
variable holds that record.

Laws
1. The body of a loop is what can't be reached but through its first instruction:
   handlers of errors that are raised in it belong to it, code behind the loop doesn't.
2. The innermost frame counts, and in it the innermost loop. Generators count while
   they run, and so never for what they have handed out.
3. A variable that holds two records, of which one was read ahead, shows none.
4. Of code that can't be read nothing is believed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import CodeType, FrameType

from flags.token import Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from dis import Instruction
    from typing import Any, TypeAlias

    # The names that a loop sets, and the numbers of the instructions in its body.
    Loop: TypeAlias = tuple[tuple[str, ...], frozenset[int]]
    # A record, by which its identity is kept, and its decision.
    Carried: TypeAlias = tuple[Any, Token | None]

_ENDS = {"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE"}
_BETWEEN = {"EXTENDED_ARG", "NOP", "NOT_TAKEN"}


def record_at(
    frame: FrameType | None, carried: Mapping[int, Carried]
) -> Carried | None:
    """The record that the code of this frame, or of one that called it, is at."""
    while frame is not None:
        offsets, loops = _loops(frame.f_code)
        # A frame that waits may be past the beginning of its instruction.
        at = bisect_right(offsets, frame.f_lasti) - 1 if loops else 0
        for names, body in loops:
            found = _held(frame, names, carried) if at in body else None
            if found is not None:
                return found
        frame = frame.f_back
    return None


def _held(
    frame: FrameType, names: Sequence[str], carried: Mapping[int, Carried]
) -> Carried | None:
    """The only record among what these variables hold."""
    variables = frame.f_locals
    found: dict[int, Carried] = {}
    for name in names:
        value = variables.get(name)
        # What `enumerate` and `zip` give may be left as it is.
        for part in value if type(value) is tuple else (value,):
            # Powertools' data classes have the record inside.
            entry = carried.get(id(getattr(part, "raw_event", part)))
            if entry is not None:
                found[id(entry)] = entry
    return next(iter(found.values())) if len(found) == 1 else None


@lru_cache(maxsize=1024)
def _loops(code: CodeType) -> tuple[Sequence[int], Sequence[Loop]]:
    """Where each instruction begins, and the loops, those inside of others first."""
    import dis  # noqa: PLC0415 - for batches of several decisions only

    steps = list(dis.get_instructions(code))
    heads = [at for at, step in enumerate(steps) if step.opname == "FOR_ITER"]
    if not heads:
        return (), ()
    read: Any = dis.Bytecode(code)
    after = _successors(steps, read.exception_entries)
    everything = frozenset(range(len(steps)))
    loops = [
        (tuple(_names(steps[at + 1 :])), everything - _reached(after, at + 1))
        for at in heads
    ]
    # A loop inside of another has the smaller body.
    loops.sort(key=lambda loop: len(loop[1]))
    return [step.offset for step in steps], loops


def _successors(
    steps: Sequence[Instruction], handlers: Sequence[Any]
) -> Sequence[set[int]]:
    """For each instruction the numbers of those that can run after it."""
    import dis  # noqa: PLC0415 - as above

    numbers = {step.offset: at for at, step in enumerate(steps)}
    jumps = {*dis.hasjrel, *dis.hasjabs}
    after: list[set[int]] = []
    for at, step in enumerate(steps):
        follows = {
            numbers[handler.target]
            for handler in handlers
            if handler.start <= step.offset < handler.end
        }
        always = step.opname.startswith("JUMP_") and "_IF_" not in step.opname
        if step.opcode in jumps:
            follows.add(numbers[step.argval])
        if not always and step.opname not in _ENDS and at + 1 < len(steps):
            follows.add(at + 1)
        after.append(follows)
    return after


def _reached(after: Sequence[set[int]], without: int) -> set[int]:
    """What can be reached from the beginning, but not through this instruction."""
    reached, left = {without}, [0]
    while left:
        at = left.pop()
        if at not in reached:
            reached.add(at)
            left.extend(after[at])
    return reached - {without}


def _names(steps: Sequence[Instruction]) -> Iterator[str]:
    """The variables that a loop's first instructions set."""
    for step in steps:
        if step.opname.startswith("STORE_"):
            argument = step.argval
            stored = argument if isinstance(argument, tuple) else (argument,)
            loads = step.opname == "STORE_FAST_LOAD_FAST"
            yield from stored[:1] if loads else stored
            if loads:
                return
        elif not step.opname.startswith("UNPACK_") and step.opname not in _BETWEEN:
            return

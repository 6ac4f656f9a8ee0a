"""What the code in a frame is doing: whether it handles one record after the other.

Laws
1. Only what is proven by the instructions is believed; of a Python with others nothing.
2. A loop begins right over the list, or right over `enumerate` of it, and it is code in
   that very frame that takes each record: no generator, of which nobody knows who takes
   what it yields.
3. But Powertools' own, if what it yields is taken by a loop right over an attribute of
   the data class that it is of: `event.records`, `SQSEvent(event).records`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from types import CodeType, FrameType

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from dis import Instruction

# inspect.CO_GENERATOR and CO_ASYNC_GENERATOR.
_GENERATOR = 0x20 | 0x200
# Python 3.11 has two for a call, and may be done at the first.
_CALLS = {"PRECALL", "CALL", "CALL_KW", "CALL_FUNCTION_EX"}
_VARIABLES = {"LOAD_FAST", "LOAD_DEREF", "LOAD_NAME", "LOAD_GLOBAL"}
# What can stand among a call's arguments, and belongs to no other call.
_ARGUMENTS = {"BINARY_SUBSCR", "BUILD_LIST", "BUILD_TUPLE", "KW_NAMES"}
# What a comprehension does between GET_ITER and FOR_ITER.
_PREPARATIONS = {
    "BUILD_LIST",
    "BUILD_MAP",
    "BUILD_SET",
    "LOAD_FAST_AND_CLEAR",
    "SWAP",
}


def begins(frame: FrameType) -> bool:
    """Whether the frame begins a loop, or one with numbers."""
    steps, at = _steps_to(frame)
    if _at(steps, at) == "GET_ITER":
        return True
    begun = _at(steps, at) in _CALLS and _at(steps, at + 1) == "GET_ITER"
    return begun and _called(frame, steps, at) is enumerate


def handles(frame: FrameType) -> bool:
    """Whether the frame that takes the first record handles it before the next."""
    if not _is_at_loop(frame):
        return False
    if not frame.f_code.co_flags & _GENERATOR:
        return True
    taker = frame.f_back
    if not _is_powertools(frame) or taker is None or not _is_at_loop(taker):
        return False
    if taker.f_code.co_flags & _GENERATOR:
        return False
    return _loops_over(taker, frame.f_code.co_name, frame.f_locals.get("self"))


def _is_at_loop(frame: FrameType) -> bool:
    return _at(*_steps_to(frame)) == "FOR_ITER"


def _is_powertools(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return name.startswith("aws_lambda_powertools.")


def _loops_over(frame: FrameType, attribute: str, owner: object) -> bool:
    """Whether the loop here is right over this attribute of this object."""
    steps, at = _steps_to(frame)
    at -= 1
    while _at(steps, at) in _PREPARATIONS:
        at -= 1
    if at >= 0 and steps[at].argval == ".0" and frame.f_back is not None:
        # Python 3.11: a comprehension has a frame of its own, and gets an iterator.
        frame = frame.f_back
        steps, at = _steps_to(frame)
        at -= 1
    if _at(steps, at) != "GET_ITER" or _at(steps, at - 1) != "LOAD_ATTR":
        return False
    return steps[at - 1].argval == attribute and _is(frame, steps, at - 2, owner)


def _is(frame: FrameType, steps: Sequence[Instruction], at: int, owner: object) -> bool:
    """Whether this object is what the instruction leaves, as far as one can tell."""
    if _at(steps, at) in _CALLS:
        return _called(frame, steps, at) is type(owner)
    if _at(steps, at) not in _VARIABLES:
        return False
    name = steps[at].argval
    return frame.f_locals.get(name, frame.f_globals.get(name)) is owner


def _called(frame: FrameType, steps: Sequence[Instruction], at: int) -> object:
    """The global that is called there; None for anything else.

    Each call has a mark that stands where its callee is loaded: as with brackets, the
    first that is not closed again is its own.
    """
    closed = 0
    for step in reversed(steps[:at]):
        name = step.opname
        if name in _CALLS:
            closed += 1
        elif name in {"PUSH_NULL", "LOAD_METHOD"} or _has_mark(step):
            if closed == 0:
                if name != "LOAD_GLOBAL":
                    return None
                return frame.f_globals.get(
                    step.argval, frame.f_builtins.get(step.argval)
                )
            closed -= 1
        elif not name.startswith("LOAD_") and name not in _ARGUMENTS:
            return None
    return None


def _has_mark(step: Instruction) -> bool:
    """Whether the mark of its call is loaded with a callee: only its text shows."""
    loads = step.opname in {"LOAD_GLOBAL", "LOAD_ATTR"}
    return loads and step.argrepr != step.argval


def _at(steps: Sequence[Instruction], at: int) -> str | None:
    return steps[at].opname if 0 <= at < len(steps) else None


def _steps_to(frame: FrameType) -> tuple[Sequence[Instruction], int]:
    """All instructions of the frame's code, and the number of the one it is at."""
    steps, offsets = _steps(frame.f_code)
    # While it asks a generator, a frame may be past the beginning of its instruction.
    return steps, bisect_right(offsets, frame.f_lasti) - 1


@lru_cache(maxsize=64)
def _steps(code: CodeType) -> tuple[tuple[Instruction, ...], tuple[int, ...]]:
    """The instructions, without what only belongs to others, and where each begins."""
    import dis  # noqa: PLC0415 - for batches of several decisions only

    nothing = {"EXTENDED_ARG", "NOP", "CALL" if "PRECALL" in dis.opmap else ""}
    steps = tuple(s for s in dis.get_instructions(code) if s.opname not in nothing)
    return steps, tuple(step.offset for step in steps)

"""The frame around a function's handler.

The file has the name of the runtime's own, since the runtime leaves frames of files of
that name out of stack traces: an error looks as it does without us.

Laws
1. The decision is in force while the handler runs, and when it has ended what was
   before: nothing, or that of the handler which called it.
2. The handler gets the event that came, and what it answers or raises comes out.
3. No event makes this fail: one that can't be read has no decision.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from flags import carriers
from flags.carriers import batches
from flags.carriers.tokens import agreed, unread
from flags.current import held, in_force, own, put_back, read, set_current

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from flags.token import Token

    Handler = TypeVar("Handler", bound=Callable[..., Any])

_COROUTINE = 0x80  # inspect.CO_COROUTINE, without an import that takes as long as ours


def handler(function: Handler) -> Handler:
    """Decorate a Lambda handler, synchronous or not: it runs with its decision.

    Code that loops over the event's records has each record's own decision in force.
    For functions of an event and a context; a generator's code runs after its call, and
    so without a decision.
    """
    code = getattr(function, "__code__", None)
    if code is not None and code.co_flags & _COROUTINE:

        async def awaited(event: Any, context: Any = None, *more: Any) -> Any:
            before = held()
            _begin(event, context)
            try:
                return await function(event, context, *more)
            finally:
                put_back(before)

        return functools.wraps(function)(awaited)  # type: ignore[return-value]

    def invoked(event: Any, context: Any = None, *more: Any) -> Any:
        before = held()
        _begin(event, context)
        begun = held()
        try:
            answer = function(event, context, *more)
        finally:
            put_back(before)
        # Others' decorators hide that what they are around is asynchronous.
        return _rest(answer, begun) if _is_coroutine(answer) else answer

    return functools.wraps(function)(invoked)  # type: ignore[return-value]


def _is_coroutine(answer: Any) -> bool:
    """Whether code of the handler's is still to run; a task has its context already.

    The type is asked, as `await` does it: an answer's own attributes are its business.
    """
    kind = type(answer)
    return hasattr(kind, "__await__") and hasattr(kind, "send")


async def _rest(answer: Any, begun: Any) -> Any:
    """What is left of a handler that turned out to be asynchronous."""
    before = held()
    put_back(begun)
    try:
        return await answer
    finally:
        put_back(before)


def _begin(event: Any, context: Any) -> None:
    """Put the event's decision in force."""
    carried = _read(event, context)
    in_force.set(own(in_force.get()))
    if carried:
        # Batches of one colour, which a router makes, are most.
        from flags.invocation.loops import follow_records  # noqa: PLC0415 - see above

        follow_records(carried)


def _read(event: Any, context: Any) -> list[tuple[Any, Token | None]]:
    """Read an event; returns the records of a batch that carry different decisions."""
    try:
        event = getattr(event, "raw_event", event)
        places = batches.places(event)
        if places is None or carriers.beside(event, context) is not None:
            read(event, context)
            return []
        records = list(batches.records(places))
        tokens = [carriers.from_record(record) for record in records]
        set_current(agreed(tokens))
        if all(token == tokens[0] for token in tokens):
            return []
        return list(zip(records, tokens, strict=True))
    except Exception:  # noqa: BLE001 - law 3
        unread["error"] += 1
        set_current(None)
        return []

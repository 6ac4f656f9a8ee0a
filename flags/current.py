"""The decision that is in force here.

Laws
1. What is in force belongs to the code that runs: an asyncio task has what was in force
   where it was made, and no task or loop changes what is in force elsewhere.
2. A thread that was given nothing has what the whole invocation agrees on, and so never
   what belongs to one record among others.
3. Whatever was in force before a loop or a `with` is in force after it.
"""

from __future__ import annotations

# `contextvars` only hands this on, and is another file to find and read.
from _contextvars import ContextVar
from collections.abc import Iterator, Mapping

from flags import carriers
from flags.carriers import batches
from flags.carriers.tokens import agreed
from flags.token import Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

in_force: ContextVar[Token | None] = ContextVar("canary_decision", default=None)
# Threads don't inherit context variables. A process serves one invocation at a time,
# so the invocation's decision is right for its threads.
_latest: list[Token] = [Token()]
# Whether that came beside the event, and so holds for each of its records.
_for_all: list[bool] = [False]


def current() -> Token:
    """The decisions in force here; an empty token if there are none."""
    found = in_force.get()
    return _latest[0] if found is None else found


def set_current(token: Token | None) -> Token:
    """Put these decisions in force for the whole invocation, or none; returns them."""
    token = token or Token()
    in_force.set(token)
    _latest[0] = token
    _for_all[0] = False
    return token


def read(event: Any, context: Any = None) -> Token:
    """Find the event's decision, make it current, and return it.

    Call it first in every handler: what is current lasts until it is called again.
    """
    beside = carriers.beside(event, context)
    token = set_current(beside or carriers.within(event, context))
    _for_all[0] = beside is not None
    return token


def of_record(record: Any) -> Token | None:
    """The decision of a record in an event that was read; None if it has no own."""
    return None if _for_all[0] else carriers.from_record(record)


def records(event: Any, context: Any = None) -> Iterator[Any]:
    """The event's records, each with its own decision current while in the loop.

    Any batch will do: of SNS, SQS, Kinesis, DynamoDB, Kafka, MQ, Firehose, S3 or
    AppSync. Raises `KeyError` for an event that is none.
    """
    places = batches.places(event)
    if places is None:
        raise KeyError("Records")
    found = list(batches.records(places))
    for_all = carriers.beside(event, context)
    tokens = [for_all or carriers.from_record(record) for record in found]
    _latest[0] = agreed(tokens) or Token()
    before = token = in_force.get()
    try:
        for record, carried in zip(found, tokens, strict=True):
            token = carried or Token()
            in_force.set(token)
            yield record
    finally:
        # A loop that was left may end late, when something else is in force.
        if in_force.get() is token:
            in_force.set(before)


class carrying:  # noqa: N801 - a verb, to be read after `with`
    """While in the `with`, what the code sends carries this decision.

    `source` is a token or its text, an event or a record of any source (a Powertools
    data class too), or None for no decision. Threads that are started inside have what
    is in force for the whole invocation.
    """

    __slots__ = ("_before", "_token")

    def __init__(self, source: Any) -> None:
        self._token = _token_of(source) or Token()
        self._before: Token | None = None

    def __enter__(self) -> Token:
        self._before = in_force.get()
        in_force.set(self._token)
        return self._token

    def __exit__(self, *_: object) -> None:
        in_force.set(self._before)


def _token_of(source: Any) -> Token | None:
    if source is None or isinstance(source, Token):
        return source
    if isinstance(source, str):
        return Token.parse(source)
    source = getattr(source, "raw_event", source)
    if isinstance(source, Mapping) and batches.places(source) is None:
        found = carriers.from_record(source)
        if found is not None:
            return found
    return carriers.from_event(source)

"""The decision that is in force here.

Laws
1. What is in force belongs to the code that runs: an asyncio task has what was in force
   where it was made, and no task or loop changes what is in force elsewhere.
2. A thread that was given nothing has what the whole invocation agrees on, and so never
   what belongs to one record among others.
3. Whatever was in force before a loop or a `with` is in force after it, for threads
   too.
4. A record that carries nothing has nothing; in a loop within a loop or a `with` it has
   what is in force there.
"""

from __future__ import annotations

# `contextvars` only hands this on, and is another file to find and read.
from _contextvars import ContextVar
from collections.abc import Callable, Iterator

from flags import carriers
from flags.carriers import batches
from flags.carriers.tokens import agreed
from flags.token import Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

in_force: ContextVar[Token | None] = ContextVar("canary_decision", default=None)


class _Whole:
    """What a whole invocation has.

    `for_all`: it came beside the event, and so holds for each of its records. `loop`:
    it is what the records agree on that `records` goes through. `begun` is in force
    where nothing else was put in force; `resolve` then finds a record's own.
    """

    __slots__ = ("begun", "for_all", "loop", "resolve", "token")

    def __init__(self, token: Token, *, for_all: bool, loop: bool) -> None:
        self.token = token
        self.for_all = for_all
        self.loop = loop
        self.begun: Token | None = None
        self.resolve: Callable[[Token], Token] | None = None


_NOTHING = _Whole(Token(), for_all=False, loop=False)
# Threads don't inherit context variables. A process serves one invocation at a time,
# so the invocation's decision is right for its threads.
_whole = [_NOTHING]


def current() -> Token:
    """The decisions in force here; an empty token if there are none."""
    found, whole = in_force.get(), _whole[0]
    if found is None:
        return whole.token
    resolve = whole.resolve
    return found if resolve is None or found is not whole.begun else resolve(found)


def set_current(token: Token | None, *, for_all: bool = False) -> Token:
    """Put these decisions in force for the whole invocation, or none; returns them."""
    token = token or Token()
    in_force.set(token)
    _whole[0] = _Whole(token, for_all=for_all, loop=False)
    return token


def follow(resolve: Callable[[Token], Token]) -> None:
    """Ask this for what is in force, while that is what the invocation began with."""
    whole = _whole[0]
    whole.begun, whole.resolve = in_force.get(), resolve


def held() -> tuple[Token | None, _Whole]:
    """All that is in force here, for `put_back`."""
    return in_force.get(), _whole[0]


def put_back(before: tuple[Token | None, _Whole]) -> None:
    """Put in force what was in force at another time."""
    token, whole = before
    in_force.set(token)
    # Where nothing was, another invocation may have begun, and ended, in between.
    _whole[0] = _NOTHING if token is None else whole


def own(token: Token | None) -> Token:
    """The same decisions as an object of its own: by it one knows who put it in force.

    `Token.parse` remembers, so that equal texts of two invocations are one object.
    """
    return Token(members=token.members if token else ())


def read(event: Any, context: Any = None) -> Token:
    """Find the event's decision, make it current, and return it.

    Call it first in every handler: what is current lasts until it is called again.
    """
    beside = carriers.beside(event, context)
    found = beside or carriers.within(event, context)
    return set_current(found, for_all=beside is not None)


def of_record(record: Any) -> Token | None:
    """The decision of a record in an event that was read; None if it has no own."""
    if _whole[0].for_all:
        return None
    try:
        return carriers.from_record(record)
    except Exception:  # noqa: BLE001 - others' code asks, and no record makes it fail
        carriers.unread["error"] += 1
        return None


def records(event: Any, context: Any = None) -> Iterator[Any]:
    """The event's records, each with its own decision current while in the loop.

    Any batch will do: of SNS, SQS, Kinesis, DynamoDB, Kafka, MQ, Firehose, S3 or
    AppSync. Raises `KeyError` for an event that is none.
    """
    places = batches.places(event)
    if places is None:
        raise KeyError("Records")
    found = list(batches.records(places))
    before, whole = held()
    known = whole.token if whole.for_all else None
    for_all = carriers.beside(event, context) or known
    tokens = [for_all or carriers.from_record(record) for record in found]
    # What `read` left may be of an invocation before: see its docstring.
    kept = None if before is whole.token else before
    # Of loops in loops the outermost is about the whole invocation.
    mine = _Whole(agreed(tokens) or Token(), for_all=whole.for_all, loop=True)
    _whole[0] = whole if whole.loop else mine
    token = before
    try:
        for record, carried in zip(found, tokens, strict=True):
            token = own(carried or kept)
            in_force.set(token)
            yield record
    finally:
        # A loop that was left may end late, when something else is in force.
        if in_force.get() is token:
            in_force.set(before)
        if _whole[0] is mine:
            _whole[0] = whole


class carrying:  # noqa: N801 - a verb, to be read after `with`
    """While in the `with`, what the code sends carries this decision.

    `source` is a token or its text, an event or a record of any source (a Powertools
    data class too), or None for no decision. Threads that are started inside have what
    is in force for the whole invocation.
    """

    __slots__ = ("_entered", "_token")

    def __init__(self, source: Any) -> None:
        self._token = _token_of(source)
        # One object may be entered more than once.
        self._entered: list[tuple[Token, Token | None, _Whole]] = []

    def __enter__(self) -> Token:
        token = own(self._token)
        self._entered.append((token, *held()))
        in_force.set(token)
        return token

    def __exit__(self, *_: object) -> None:
        token, before, whole = self._entered.pop()
        # A generator that was left may end late, in another invocation.
        if in_force.get() is token or _whole[0] is whole:
            in_force.set(before)


def _token_of(source: Any) -> Token | None:
    if source is None or isinstance(source, Token):
        return source
    if isinstance(source, str):
        return Token.parse(source)
    source = getattr(source, "raw_event", source)
    if batches.is_record(source):
        return carriers.from_record(source)
    return carriers.from_event(source)

"""The parcels: the carriers that each takes, one after the other, and who fails where.

Laws
1. A parcel by DynamoDB comes from a queue whose messages have their attributes: the
   depot files those with it. Nothing else brings a decision into an item.
2. A parcel that is handed over in a call goes no further: the emulator drops the
   ClientContext, and with it the decision that the next hop would need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# What a tour and a round go through, each from another place on.
_TOUR = (
    ("sns",),
    ("sqs", "dynamodb"),
    ("http",),
    ("eventbridge",),
    ("sqs-fifo",),
    ("kinesis",),
    ("invoke",),
    ("sns-wrapped",),
    ("eventbridge-sqs",),
    ("stepfunctions",),
    ("sqs-mixed",),
    ("sns-raw",),
)
_LAST = "invoke-direct"
_ROUND = (
    ("sqs",),
    ("sqs-mixed",),
    ("sns-wrapped",),
    ("sqs-fifo",),
    ("eventbridge-sqs",),
    ("sns-raw",),
    ("sqs-mixed",),
)
# Of the rounds, these few go by stream: batches there are invoked in order.
_STREAMS = (("kinesis",), ("sqs-fifo", "dynamodb"))
_EVERY = 4

CARRIERS = tuple(sorted({by for part in (*_TOUR, *_ROUND) for by in part} | {_LAST}))
# Nobody fails there: the sender of the first two waits, so that a failure would be its
# own, and the others don't deliver again in the emulator.
_SPARED = {"http", _LAST, "sns", "eventbridge"}
# One parcel in so many fails once, and as many rounds so often that they end up dead.
_FAILING = 12
# The maxReceiveCount of the standard queue.
DEADLY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel; it fails `fails` times when it arrives by carrier number `fails_at`."""

    id: str
    way: tuple[str, ...]
    fails_at: int = 0
    fails: int = 0

    def body(self) -> dict[str, Any]:
        """What the functions get to see: nothing about its user."""
        body: dict[str, Any] = {"parcel": self.id, "way": self.way, "step": 0}
        if self.fails:
            body |= {"fails_at": self.fails_at, "fails": self.fails}
        return body


def tours(count: int) -> Iterator[Parcel]:
    """Parcels by every carrier, which come in over HTTP."""
    for number in range(count):
        way = (*_rotated(_TOUR, number), _LAST)
        yield _failing(Parcel(id=f"tour-{number}", way=way), number)


def rounds(count: int) -> Iterator[Parcel]:
    """Parcels by what comes in batches, many in each; they come in by queue."""
    for number in range(count):
        way = _rotated(_ROUND, number)
        if number % _EVERY == 0:
            way = (*way, *(by for part in _STREAMS for by in part))
        parcel = Parcel(id=f"round-{number}", way=way)
        # Not among the last: to die and to rise takes them long.
        if number % (5 * _FAILING) == 1 and number <= count // 2:
            at = way.index("sqs") + 1
            yield Parcel(id=parcel.id, way=way, fails_at=at, fails=DEADLY)
        else:
            yield _failing(parcel, number)


def _rotated(parts: tuple[tuple[str, ...], ...], by: int) -> tuple[str, ...]:
    start = by % len(parts)
    return tuple(one for part in parts[start:] + parts[:start] for one in part)


def _failing(parcel: Parcel, number: int) -> Parcel:
    if number % _FAILING:
        return parcel
    # Each that fails does so one step further than the one before.
    at = [n + 1 for n, by in enumerate(parcel.way) if by not in _SPARED]
    step = at[number // _FAILING % len(at)]
    return Parcel(id=parcel.id, way=parcel.way, fails_at=step, fails=1)

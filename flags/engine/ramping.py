"""Which variant owns a bucket at a moment of a ramp.

Laws
1. From stage to stage only those buckets move that the two splits disagree on.
2. Between the stages of a linear ramp they move one by one, in the order of their
   numbers, each once: who has arrived at a growing variant stays.
3. Nobody owns anything before the first stage.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from math import ceil

from flags.bucketing import owner
from flags.hints import TypeAlias
from flags.model import Ramp, Split, Stage
from flags.record import Record

# Of a bucket and the time; None before the ramp begins.
OwnerAt: TypeAlias = Callable[[int, float], str | None]


class _Move(Record):
    """A range of buckets on its way; `before` counts those that move before it."""

    start: int
    end: int
    old: str
    new: str
    before: int


def owners(ramp: Ramp) -> OwnerAt:
    """The owner of a bucket at a time."""
    times = [stage.at for stage in ramp.stages]
    between = [_between(one, two) for one, two in _steps(ramp)] if ramp.linear else []

    def owner_at(number: int, now: float) -> str | None:
        place = bisect_right(times, now) - 1
        if place < 0:
            return None
        if place < len(between):
            return between[place](number, now)
        return owner(ramp.stages[place].split, number)

    return owner_at


def split_at(ramp: Ramp, now: float) -> Split | None:
    """The ranges in force at a time, as `owners` sees them; None before the ramp."""
    place = bisect_right([stage.at for stage in ramp.stages], now) - 1
    if place < 0:
        return None
    if not ramp.linear or place == len(ramp.stages) - 1:
        return ramp.stages[place].split
    one, two = ramp.stages[place : place + 2]
    moves = list(_moves(one.split, two.split))
    ends: list[int] = []
    variants: list[str] = []
    arrived = _arrived(moves, one, two, now)
    for move in moves:
        cut = move.start + min(max(arrived - move.before, 0), move.end - move.start)
        for end, variant in ((cut, move.new), (move.end, move.old)):
            if end > (ends[-1] if ends else 0):
                if variants and variants[-1] == variant:
                    ends[-1] = end
                else:
                    ends.append(end)
                    variants.append(variant)
    return Split(ends=tuple(ends), variants=tuple(variants), by=ramp.by)


def _steps(ramp: Ramp) -> Iterator[tuple[Stage, Stage]]:
    return zip(ramp.stages, ramp.stages[1:], strict=False)


def _between(one: Stage, two: Stage) -> OwnerAt:
    moves = list(_moves(one.split, two.split))
    ends = [move.end for move in moves]

    def owner_at(number: int, now: float) -> str:
        move = moves[bisect_right(ends, number)]
        place = move.before + number - move.start
        return move.new if place < _arrived(moves, one, two, now) else move.old

    return owner_at


def _moves(old: Split, new: Split) -> Iterator[_Move]:
    """Both splits cut at all their ends; where the owner is the same, nothing moves."""
    start = before = 0
    for end in sorted({*old.ends, *new.ends}):
        was, will = owner(old, start), owner(new, start)
        yield _Move(start=start, end=end, old=was, new=will, before=before)
        before += end - start if was != will else 0
        start = end


def _arrived(moves: list[_Move], one: Stage, two: Stage, now: float) -> int:
    """How many of the buckets that move have moved."""
    last = moves[-1]
    total = last.before + (last.end - last.start if last.old != last.new else 0)
    return ceil(total * (now - one.at) / (two.at - one.at))

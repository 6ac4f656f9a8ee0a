"""Whether each hop was made and honoured, out of what the functions told; pure.

Laws
1. A hop is made when the function before it has handed the parcel on. It is lost if no
   function then tells of having handled it.
2. It is honoured if every function that got the parcel there, be it in vain or again,
   has the colour that took the parcel in.
3. A decision that a router did not find on the parcel is a hop not honoured, even if
   the colour came out the same.
4. A parcel is of one user. If two colours saw it, its user saw both in one chain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from examples.hops.ways import CARRIERS, Parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a function told of a parcel that came by carrier number `step`."""

    parcel: str
    step: int
    colour: str
    failed: bool


@dataclass(slots=True, kw_only=True)
class Count:
    """Hops of one carrier; what is neither honoured nor lost ran on the wrong one."""

    made: int = 0
    honoured: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All that was seen; `repeats` counts arrivals beside the one of each hop."""

    counts: Mapping[str, Count]
    # Parcels that nobody took in: no chain began.
    absent: int
    mixed_chains: int
    chains: Mapping[str, int]
    repeats: Counter[str]

    def total(self) -> Count:
        """All carriers together."""
        counts = self.counts.values()
        return Count(
            made=sum(count.made for count in counts),
            honoured=sum(count.honoured for count in counts),
            lost=sum(count.lost for count in counts),
        )


def judge(
    parcels: Iterable[Parcel],
    receipts: Iterable[Receipt],
    undecided: Mapping[str, int],
) -> Verdict:
    """Judge all hops; `undecided` counts by carrier what law 3 is about."""
    told: dict[str, dict[int, list[Receipt]]] = {}
    for receipt in receipts:
        steps = told.setdefault(receipt.parcel, {})
        steps.setdefault(receipt.step, []).append(receipt)
    counts = {carrier: Count() for carrier in CARRIERS}
    repeats: Counter[str] = Counter()
    colours: Counter[str | None] = Counter()
    for parcel in parcels:
        steps = told.get(parcel.id, {})
        colours[steps[0][0].colour if 0 in steps else None] += 1
        _count(parcel, steps, counts, repeats)
    for carrier, number in undecided.items():
        count = counts[carrier]
        # Some of them may have been found lost or on the wrong colour already.
        count.honoured = max(count.honoured - number, 0)
        count.lost = min(count.lost + number, count.made)
    return Verdict(
        counts=counts,
        absent=colours.pop(None, 0),
        mixed_chains=sum(_mixed(steps) for steps in told.values()),
        chains={colour: n for colour, n in colours.items() if colour},
        repeats=repeats,
    )


def _count(
    parcel: Parcel,
    steps: Mapping[int, list[Receipt]],
    counts: Mapping[str, Count],
    repeats: Counter[str],
) -> None:
    for number, carrier in enumerate(parcel.way):
        if not _handled(steps.get(number, ())):
            return
        count, arrivals = counts[carrier], steps.get(number + 1, [])
        count.made += 1
        count.lost += not _handled(arrivals)
        edge = steps[0][0].colour
        count.honoured += _handled(arrivals) and all(
            arrival.colour == edge for arrival in arrivals
        )
        repeats["failed"] += sum(arrival.failed for arrival in arrivals)
        repeats["again"] += max(sum(not arrival.failed for arrival in arrivals) - 1, 0)


def _handled(arrivals: Iterable[Receipt]) -> bool:
    return any(not arrival.failed for arrival in arrivals)


def _mixed(steps: Mapping[int, list[Receipt]]) -> bool:
    return len({one.colour for arrivals in steps.values() for one in arrivals}) > 1

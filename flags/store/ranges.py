"""From percentages to bucket ranges, near the ranges that are in use.

Laws
1. An edit moves as few users as arithmetic allows, whatever form a serve had before
   and has now: shares, a split, or a ramp at any point of its way.
2. An edit of something else moves nobody: stages of a ramp that stay keep their ranges.
3. Another `by` is another draw: it starts anew, since nobody's bucket is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from flags.bucketing import BUCKETS, reallocate
from flags.engine.ramping import split_at
from flags.model import Ramp, Serve, Split, Stage
from flags.store.serving import RampDocument, ServeDocument, SplitDocument
from flags.store.values import epoch

Compiled = dict[str, Any]
Names = Mapping[str, str]


def compile_serve(
    serve: ServeDocument, names: Names, previous: Serve | None, now: float
) -> str | Compiled:
    """What a snapshot says of a serve; `names` maps variants on those compiled."""
    if isinstance(serve, str):
        return names[serve]
    if isinstance(serve, RampDocument):
        return _ramp(serve, names, previous, now)
    split = serve.split if isinstance(serve, SplitDocument) else serve
    by = _by(serve.by if isinstance(serve, SplitDocument) else None)
    made = reallocate(in_force(previous, by, now), weights(split, names))
    return compiled_split(made) | ({"by": by} if by else {})


def weights(shares: Mapping[str, float], names: Names) -> dict[str, int]:
    """Buckets by variant."""
    return {names[name]: buckets(percent) for name, percent in shares.items()}


def buckets(percent: float) -> int:
    """How many of all buckets a percentage is, without a loss to binary fractions."""
    return int(Decimal(str(percent)) * BUCKETS / 100)


def in_force(previous: Serve | None, by: str | None, now: float) -> Split | None:
    """The ranges that decide now, if they draw by the same attribute."""
    if previous is None or isinstance(previous, str) or previous.by != by:
        return None
    return split_at(previous, now) if isinstance(previous, Ramp) else previous


def compiled_split(split: Split) -> Compiled:
    """Ranges as a snapshot holds them."""
    return {"ends": list(split.ends), "variants": list(split.variants)}


def _by(by: str | None) -> str | None:
    return None if by == "key" else by


def _ramp(
    serve: RampDocument, names: Names, previous: Serve | None, now: float
) -> Compiled:
    by = _by(serve.by)
    wanted = [(epoch(s.at), weights(s.split, names)) for s in serve.ramp]
    kept: tuple[Stage, ...] = ()
    if isinstance(previous, Ramp) and previous.by == by:
        kept = previous.stages
    stages = [
        {"at": at, **compiled_split(split)}
        for at, split in _stages(wanted, kept, in_force(previous, by, now), now)
    ]
    linear = {"linear": True} if serve.linear else {}
    return {"stages": stages, **linear, **({"by": by} if by else {})}


def _stages(
    wanted: list[tuple[int, dict[str, int]]],
    kept: tuple[Stage, ...],
    current: Split | None,
    now: float,
) -> Iterator[tuple[int, Split]]:
    """Each stage from the one before it; those that were there already stay.

    Stages of the past are made from what is in force `now`, whatever was before
    them: of these only the last one decides.
    """
    places = {stage.at: place for place, stage in enumerate(kept)}
    last, expected = current, None
    for number, (at, sizes) in enumerate(wanted):
        place = places.get(at)
        same = place is not None and _sizes(kept[place].split) == _held(sizes)
        follows = number == 0 or at <= now or place == expected
        if place is not None and same and follows:
            last, expected = kept[place].split, place + 1
        else:
            last, expected = reallocate(current if at <= now else last, sizes), None
        yield at, last


def _held(sizes: Mapping[str, int]) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if size}


def _sizes(split: Split) -> dict[str, int]:
    found: dict[str, int] = {}
    for start, end, name in zip(
        (0, *split.ends), split.ends, split.variants, strict=False
    ):
        found[name] = found.get(name, 0) + end - start
    return found

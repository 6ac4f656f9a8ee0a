"""Ramps: who is where at which moment."""

from __future__ import annotations

from itertools import pairwise

import pytest

from flags.bucketing import BUCKETS, owner, reallocate
from flags.engine.ramping import owners, split_at
from flags.model import Ramp, Split, Stage

TEN = Split(ends=(10_000, BUCKETS), variants=("on", "off"))
HALF = Split(ends=(50_000, BUCKETS), variants=("on", "off"))
STEPS = Ramp(stages=(Stage(at=100, split=TEN), Stage(at=200, split=HALF)))
LINEAR = Ramp(stages=STEPS.stages, linear=True)
SAMPLE = range(0, BUCKETS, 997)


def share(ramp: Ramp, now: float) -> int:
    """How many buckets are on at a time."""
    split = split_at(ramp, now)
    assert split is not None
    starts = (0, *split.ends)
    pairs = zip(starts, split.ends, split.variants, strict=False)
    return sum(end - start for start, end, name in pairs if name == "on")


@pytest.mark.parametrize("ramp", [STEPS, LINEAR])
def test_before(ramp: Ramp) -> None:
    """Nobody owns anything before the first stage."""
    assert owners(ramp)(0, 99.9) is None
    assert split_at(ramp, 99.9) is None


@pytest.mark.parametrize(
    ("ramp", "now", "expected"),
    [
        (STEPS, 100, 10_000),
        (STEPS, 199.9, 10_000),
        (STEPS, 200, 50_000),
        (STEPS, 10**9, 50_000),
        (LINEAR, 100, 10_000),
        (LINEAR, 125, 20_000),
        (LINEAR, 150, 30_000),
        (LINEAR, 199.99999, 50_000),
        (LINEAR, 200, 50_000),
        (LINEAR, 10**9, 50_000),
    ],
)
def test_share(ramp: Ramp, now: float, expected: int) -> None:
    """Steps jump; a linear ramp is half-way at half the time."""
    assert expected == share(ramp, now)


def test_nobody_is_lost() -> None:
    """On the way up, who is on stays on."""
    owner_at = owners(LINEAR)
    for number in SAMPLE:
        seen = [str(owner_at(number, now)) for now in range(100, 211, 5)]
        assert seen == sorted(seen)  # off, then on: never back


def three() -> Ramp:
    """Three variants, in two stages that are as near as may be."""
    first = reallocate(None, {"a": 34_000, "b": 33_000, "c": 33_000})
    second = reallocate(first, {"a": 50_000, "b": 25_000, "c": 25_000})
    stages = (Stage(at=0, split=first), Stage(at=1_000, split=second))
    return Ramp(stages=stages, linear=True)


@pytest.mark.parametrize("now", [0, 1, 333, 500.5, 999, 1_000])
def test_two_views(now: float) -> None:
    """The ranges at a time are the owners at that time, bucket by bucket."""
    ramp = three()
    split = split_at(ramp, now)

    assert split is not None
    assert [owner(split, n) for n in SAMPLE] == [owners(ramp)(n, now) for n in SAMPLE]


def test_each_moves_once() -> None:
    """Only those whom the stages disagree on move, and each of them once."""
    ramp = three()
    owner_at = owners(ramp)
    for number in SAMPLE:
        seen = [owner_at(number, now) for now in range(0, 1_001, 50)]
        changes = sum(a != b for a, b in pairwise(seen))
        assert (seen[0] != seen[-1]) == changes


def test_by() -> None:
    """The ranges keep the attribute by which users are told apart."""
    by = Split(ends=TEN.ends, variants=TEN.variants, by="tenant")
    ramp = Ramp(
        stages=(Stage(at=0, split=by), Stage(at=9, split=HALF)),
        linear=True,
        by="tenant",
    )
    split = split_at(ramp, 5)

    assert split is not None
    assert "tenant" == split.by

"""Laws of buckets and ranges, for weights that nobody thought of."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flags.bucketing import BUCKETS, bucket, hasher, limits, owner, reallocate
from flags.model import Split
from tests.property.strategies import many, texts, weights

pytestmark = pytest.mark.property

Weights = dict[str, int]
EDGES = st.integers(0, BUCKETS)


def moves(before: Split, after: Split) -> Counter[tuple[str, str]]:
    """How many buckets have which owner before and after."""
    edges = sorted({0, *before.ends, *after.ends})
    found: Counter[tuple[str, str]] = Counter()
    for start, end in pairwise(edges):
        found[owner(before, start), owner(after, start)] += end - start
    return found


def shares(split: Split) -> dict[str, int]:
    """How many buckets each variant owns."""
    return {name: size for (name, _), size in moves(split, split).items()}


def walk(steps: list[Weights]) -> list[Split]:
    """The ranges after each of these weights."""
    found: list[Split] = []
    for step in steps:
        found.append(reallocate(found[-1] if found else None, step))
    return found


@given(salt=texts, key=texts)
@many
def test_bucket_is_total(salt: str, key: str) -> None:
    """Any text at all has a bucket, always the same one."""
    number = bucket(salt, key)

    assert 0 <= number < BUCKETS
    assert number == bucket(salt, key)


@given(step=weights(), salt=texts, key=texts)
@many
def test_whole_hashes(step: Weights, salt: str, key: str) -> None:
    """Comparing whole hashes with the limits finds the owner of the bucket."""
    split = reallocate(None, step)
    place = bisect_right(limits(split), hasher(salt)(key))

    assert owner(split, bucket(salt, key)) == split.variants[place]


@given(end=st.integers(1, BUCKETS), shift=st.integers(-2, 2))
@many
def test_limits_are_exact(end: int, shift: int) -> None:
    """To the last hash: below the limit is in the range, and on it is outside."""
    (limit, *_) = limits(Split(ends=(end,), variants=("on",)))
    digest = min(max(limit + shift, 0), 2**32 - 1)

    assert (digest * BUCKETS >> 32 < end) == (digest < limit)


@given(number=st.integers(0, BUCKETS - 1), given_weights=weights())
@many
def test_every_bucket_has_its_owner(number: int, given_weights: Weights) -> None:
    """The search over the ends finds the range that holds the bucket."""
    split = reallocate(None, given_weights)
    starts = (0, *split.ends[:-1])
    ranges = zip(starts, split.ends, split.variants, strict=True)
    holding = [name for start, end, name in ranges if start <= number < end]

    assert holding == [owner(split, number)]


@given(steps=st.lists(weights(), min_size=1, max_size=5))
@many
def test_shares_are_exact(steps: list[Weights]) -> None:
    """After any changes each variant owns exactly its buckets, and all are owned."""
    for step, split in zip(steps, walk(steps), strict=True):
        expected = {name: size for name, size in step.items() if size}

        assert expected == shares(split)
        assert BUCKETS == split.ends[-1]
        assert all(a < b for a, b in pairwise((0, *split.ends)))
        assert all(a != b for a, b in pairwise(split.variants))


@given(steps=st.lists(weights(), min_size=2, max_size=5))
@many
def test_as_few_as_possible_move(steps: list[Weights]) -> None:
    """No more buckets change hands than the new weights ask for."""
    for (old, new), (before, after) in zip(
        pairwise(steps), pairwise(walk(steps)), strict=True
    ):
        least = sum(max(0, size - old.get(name, 0)) for name, size in new.items())
        moved = moves(before, after)

        assert least == sum(moved[pair] for pair in moved if len(set(pair)) == 2)


@given(steps=st.lists(weights(), min_size=2, max_size=5))
@many
def test_who_grows_loses_nobody(steps: list[Weights]) -> None:
    """A variant whose weight does not fall keeps every bucket that it had."""
    for (old, new), (before, after) in zip(
        pairwise(steps), pairwise(walk(steps)), strict=True
    ):
        growing = {name for name, size in new.items() if size >= old.get(name, 0)}

        assert not [(a, b) for a, b in moves(before, after) if a in growing - {b}]


@given(canary=st.lists(EDGES, min_size=1, max_size=8))
@many
def test_two_variants_stay_contiguous(canary: list[int]) -> None:
    """However a ramp goes, the canary owns one range from 0, stable the rest."""
    for share, split in zip(
        canary, walk([{"green": c, "blue": BUCKETS - c} for c in canary]), strict=True
    ):
        expected = [("green", share), ("blue", BUCKETS)]
        if share == 0:
            expected = expected[1:]
        if share == BUCKETS:
            expected = expected[:1]

        assert expected == list(zip(split.variants, split.ends, strict=True))


@given(first=EDGES, then=st.lists(EDGES, max_size=4))
@many
def test_ramps_are_repeatable(first: int, then: list[int]) -> None:
    """Down and up again, by any way, restores the same users."""
    ramp = [first, *then, first]
    found = walk([{"green": c, "blue": BUCKETS - c} for c in ramp])

    assert found[0] == found[-1]


@given(step=weights(), order=st.randoms(use_true_random=False))
@many
def test_the_order_of_names_moves_nobody(step: Weights, order: Random) -> None:
    """The same weights in another order leave the ranges as they are."""
    split = reallocate(None, step)
    names = list(step)
    order.shuffle(names)

    assert split == reallocate(split, {name: step[name] for name in names})


@given(first=weights(), grower=st.integers(0, 3), share=st.floats(0, 0.99))
@many
def test_what_was_borrowed_goes_back(first: Weights, grower: int, share: float) -> None:
    """One variant of many that grows and shrinks again gives back the same users."""
    assume(all(first.values()))
    name = list(first)[grower % len(first)]
    taken = {n: int(size * share) for n, size in first.items() if n != name}
    grown = {n: size - taken.get(n, 0) for n, size in first.items()}
    grown[name] += sum(taken.values())
    before, _, after = walk([first, grown, first])

    assert before == after

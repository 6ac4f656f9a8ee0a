"""Laws of the judge, for counts that nobody thought of."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.record import replace
from rollouts.judge import (
    Count,
    Settings,
    Tally,
    advance,
    begin,
    dumps,
    loads,
    observe,
    verdict,
)
from rollouts.judge.process import evidence, started, taken
from rollouts.judge.state import evidence as whole_evidence
from rollouts.judge.tally import NOTHING, plus
from tests.property.strategies import many

pytestmark = pytest.mark.property

SETTINGS = Settings(measures=(("errors",), ("slow:1", "slow:2")))


@st.composite
def counts(draw: st.DrawFn, most: int = 6) -> Count:
    """Any count that can be."""
    canary, stable = draw(st.integers(0, most)), draw(st.integers(0, most))
    return Count(
        canary=canary,
        canary_failed=draw(st.integers(0, canary)),
        stable=stable,
        stable_failed=draw(st.integers(0, stable)),
    )


strata = st.dictionaries(st.sampled_from(["cold", "warm"]), counts(40))
measured = st.dictionaries(st.sampled_from(SETTINGS.names), strata)
tallies = st.builds(lambda found: Tally(counts=found), measured)


def splits(count: Count, odds: Fraction) -> list[tuple[Fraction, Count]]:
    """How the same failures may fall, with exact chances at an odds ratio."""
    n, m = count.canary, count.stable
    k = count.canary_failed + count.stable_failed
    found = [
        (
            comb(n, x) * comb(m, k - x) * odds**x,
            replace(count, canary_failed=x, stable_failed=k - x),
        )
        for x in range(max(0, k - m), min(n, k) + 1)
    ]
    total = sum(weight for weight, _ in found)
    return [(weight / total, split) for weight, split in found]


@given(
    history=st.lists(counts(), max_size=5),
    window=st.lists(counts(), min_size=1, max_size=2),
    odds=st.sampled_from(["1/10", "1/2", "9/10", "1", "5/4"]),
)
@many
def test_supermartingale(history: list[Count], window: list[Count], odds: str) -> None:
    """No window is expected to add to the case against a canary that is tolerable."""
    settings = Settings()
    process = started(settings)
    for count in history:
        process = taken(process, [count], settings)

    expected = sum(
        exp(evidence(taken(process, [split for _, split in parts], settings)))
        * float(chance_of(parts))
        for parts in product(*(splits(count, Fraction(odds)) for count in window))
    )

    assert expected <= exp(evidence(process)) * (1 + 1e-9)


@given(
    history=st.lists(counts(), max_size=5),
    window=counts(),
    odds=st.integers(3, 50),
)
@many
def test_proof_of_health(history: list[Count], window: Count, odds: int) -> None:
    """Nor is the proof of health expected to grow for one that is as bad as that."""
    settings = Settings()
    process = started(settings)
    for count in history:
        process = taken(process, [count], settings)

    expected = sum(
        float(chance) * exp(taken(process, [split], settings).proof)
        for chance, split in splits(window, Fraction(odds))
    )

    assert expected <= exp(process.proof) * (1 + 1e-9)


def chance_of(parts: tuple[tuple[Fraction, Count], ...]) -> Fraction:
    """The chance of all of them together."""
    chance = Fraction(1)
    for one, _ in parts:
        chance *= one
    return chance


@given(windows=st.lists(tallies, max_size=5), cut=st.integers(0, 5))
@many
def test_incremental(windows: list[Tally], cut: int) -> None:
    """Wherever the windows are cut, and through JSON, the state is the same."""
    half = loads(dumps(advance(begin(SETTINGS), windows[:cut])))
    state = advance(half, windows[cut:])

    assert advance(begin(SETTINGS), windows) == state == loads(dumps(state))


@given(windows=st.lists(tallies, max_size=5))
@many
def test_totals(windows: list[Tally]) -> None:
    """Looking at growing totals is the same as being given the windows."""
    state, totals = begin(SETTINGS), NOTHING
    for window in windows:
        totals = plus(totals, window)
        state = observe(state, totals, overdue=True)

    expected = advance(begin(SETTINGS), windows)
    assert expected.processes == state.processes
    assert expected.peak == state.peak
    assert verdict(expected) == verdict(state)


@given(window=tallies)
@many
def test_order_of_strata(window: Tally) -> None:
    """In which order strata and measures come changes nothing, not even a bit."""
    turned = Tally(
        counts={
            measure: dict(reversed(list(found.items())))
            for measure, found in reversed(list(window.counts.items()))
        }
    )

    assert advance(begin(SETTINGS), [window]) == advance(begin(SETTINGS), [turned])


@given(history=st.lists(counts(), max_size=3), count=counts(30))
@many
def test_monotone(history: list[Count], count: Count) -> None:
    """One failure moved from stable to the canary never helps the canary."""
    if not count.stable_failed or count.canary_failed == count.canary:
        return
    worse = replace(
        count,
        canary_failed=count.canary_failed + 1,
        stable_failed=count.stable_failed - 1,
    )
    past = [Tally(counts={"errors": {"all": one}}) for one in history]
    before, after = (
        advance(begin(), [*past, Tally(counts={"errors": {"all": one}})])
        for one in (count, worse)
    )

    assert whole_evidence(before) <= whole_evidence(after) + 1e-12
    assert before.processes[0].proof >= after.processes[0].proof - 1e-12


@given(count=counts(10**6))
@many
def test_total(count: Count) -> None:
    """Any counts up to a million have a verdict, and finite numbers in it."""
    found = verdict(advance(begin(), [Tally(counts={"errors": {"all": count}})]))

    assert all(
        0 <= value < float("inf") for value in (found.evidence, found.peak, found.proof)
    )

"""The hard floor: what it says alone, and that it keeps within alpha."""

from __future__ import annotations

import random
from itertools import product
from math import comb, exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollouts.judge import (
    REGRESSED,
    Count,
    Settings,
    State,
    Tally,
    advance,
    begin,
    observe,
    regressed,
    verdict,
)
from rollouts.judge.floor import ODDS, STAKE, log_ratios, started, taken
from rollouts.judge.process import evidence
from rollouts.judge.state import evidence as whole

SHARES = st.floats(0.01, 0.95)


def alone(n: int, x: int) -> Tally:
    """A window with nobody on stable."""
    return together(n, x, 0, 0)


def together(n: int, x: int, m: int, y: int) -> Tally:
    """A window with x of n failed on the canary, y of m on stable."""
    count = Count(canary=n, canary_failed=x, stable=m, stable_failed=y)
    return Tally(counts={"errors": {"warm": count}})


def coin(n: int, x: int, chance: float) -> float:
    """How likely x of n are."""
    return float(comb(n, x) * chance**x * (1 - chance) ** (n - x))


@given(st.integers(1, 40), SHARES, SHARES)
def test_fair(n: int, limit: float, chance: float) -> None:
    """At the limit a window is worth 1 on average, and below it less, over all x."""
    means = [0.0] * len(ODDS)
    for x in range(n + 1):
        logs = log_ratios(Count(canary=n, canary_failed=x), limit)
        for number, one in enumerate(logs):
            means[number] += coin(n, x, min(chance, limit)) * exp(one)

    assert max(means) <= 1 + 1e-9
    if chance >= limit:
        assert [1.0] * len(ODDS) == pytest.approx(means)


def test_ville() -> None:
    """Of all histories of twelve users at the limit, too few end a rollout.

    Windows of one user are with and without stable in turn, all by equal odds.
    """
    settings = Settings(alpha=0.3, tolerance=1.0, floor_users=1)
    sides = [list(product(range(2), repeat=number)) for number in (1, 2)]
    accused = 0.0
    for history in product(*sides * 4):
        state, chance = begin(settings), 0.5**12
        for x, *rest in history:
            window = together(1, x, 1, rest[0]) if rest else alone(1, x)
            state = advance(state, [window])
        accused += chance * regressed(state)

    assert 0 < accused <= settings.alpha


@pytest.mark.parametrize("base", [0.05, 0.2, 0.3, 0.4, 0.5])
@pytest.mark.parametrize("weight", [0.1, 1.0])
def test_high_base_rates(base: float, weight: float) -> None:
    """A canary that fails like stable stays, however many users both fail."""
    dice = random.Random(f"{base} {weight}")  # noqa: S311 - no secret
    canary = round(20 * weight)
    bad = 0
    for _ in range(200):
        windows = []
        for _ in range(30):
            x = sum(dice.random() < base for _ in range(canary))
            y = sum(dice.random() < base for _ in range(20 - canary))
            windows.append(together(canary, x, 20 - canary, y))
        bad += regressed(advance(begin(), windows))

    assert bad <= 10


@pytest.mark.parametrize("window", [together(9, 9, 1, 0), together(0, 0, 9, 0)])
def test_silent(window: Tally) -> None:
    """With somebody on stable the comparison judges, and nobody is no evidence."""
    assert started() == advance(begin(), [window]).alone


def test_outage_of_everything() -> None:
    """At a weight of 100 an outage ends the rollout with the first full window."""
    state = observe(begin(), alone(20, 20))

    assert state.floor
    assert REGRESSED == verdict(state).kind


def test_late_outage() -> None:
    """Thousands who were served well before don't hide an outage at a weight of 100."""
    healthy = advance(begin(), [together(10, 0, 10, 0)] * 200)

    assert regressed(advance(healthy, [alone(20, 19)]))


def test_thin_outage() -> None:
    """Where a minute brings two users, a dozen failed ones are enough."""
    state, users = begin(), 0
    while not regressed(state):
        users += 2
        state = observe(state, alone(users, users), overdue=True)

    assert users <= 12


@pytest.mark.parametrize(("stable_failed", "hit"), [(0, True), (20, True), (50, False)])
def test_as_stable_did(stable_failed: int, *, hit: bool) -> None:
    """A canary alone is measured by twice what stable failed before."""
    before = together(10, stable_failed // 10, 100, stable_failed)

    assert hit == regressed(advance(begin(), [before, *[alone(20, 20)] * 3]))


def test_limit_was_known_before() -> None:
    """What a window shows of stable counts from the next window on."""
    before = Count(canary=9, stable=10, stable_failed=4)
    window = Count(canary=9, canary_failed=9)

    found = evidence(taken(started(), before, window, 0.5))
    assert found < evidence(taken(started(), Count(), window, 0.5))


def test_off() -> None:
    """A floor of more users than ever fail is none."""
    state = advance(begin(Settings(floor_users=2**31)), [alone(20, 20)] * 50)

    assert not regressed(state)
    assert whole(state) == pytest.approx(0)


def test_floor_users() -> None:
    """Fewer failed users than asked for are no evidence."""
    settings = Settings(floor_users=30)
    one = advance(begin(settings), [alone(20, 20)])

    assert not regressed(one)
    assert regressed(advance(one, [alone(20, 20)]))


def test_part_of_alpha() -> None:
    """The floor alone has to bring 1/alpha with its part of the stakes."""
    state: State = begin()
    while not state.floor:
        before, state = state, advance(state, [alone(1, 1)])

    needed = -log(Settings().alpha * STAKE)
    assert evidence(before.alone) < needed <= evidence(state.alone)

"""How much traffic a step needs."""

from __future__ import annotations

import random

import pytest

from rollouts.judge import Settings
from rollouts.simulation import (
    Fault,
    Step,
    Traffic,
    expected_failures,
    expected_users,
    forecast,
    odds_ratio,
    remedy,
)
from rollouts.simulation.play import ticks
from rollouts.simulation.thinness import needed_failures

STEP = Step(percent=10, minutes=60)
TENFOLD = Fault(errors=0.045)


def test_strangers_and_users() -> None:
    """Without users all requests count; with them each user counts once."""
    few = Traffic(rate=600, users=100)

    assert 3600 == expected_users(Traffic(rate=600), STEP)
    assert expected_users(few, STEP) == pytest.approx(10)
    assert expected_failures(few, Fault(errors=1), STEP) == pytest.approx(10)


@pytest.mark.parametrize("users", [0, 2000])
def test_expectations_are_those_of_rollouts_played(users: int) -> None:
    """As many fail as are expected to, where no judge stops it."""
    traffic, dice = Traffic(rate=60, users=users), random.Random(1)  # noqa: S311 - no secret
    failed = [
        tick.canary.failed
        for _ in range(40)
        for tick in ticks(traffic, TENFOLD, [STEP], dice)
    ]

    expected = expected_failures(traffic, TENFOLD, STEP)
    assert sum(failed) / 40 == pytest.approx(expected, rel=0.15)


def test_odds() -> None:
    """Of the canary over stable, with the ends defined."""
    assert odds_ratio(Traffic(rate=1), TENFOLD) == pytest.approx(10.4, abs=0.1)
    assert 1 == odds_ratio(Traffic(rate=1), Fault())
    assert odds_ratio(Traffic(rate=1), Fault(errors=1)) == float("inf")
    assert odds_ratio(Traffic(rate=1, errors=0), TENFOLD) == float("inf")


def test_small_bugs_need_more_failures() -> None:
    """And those that are tolerated can't be seen in any number."""
    needs = [needed_failures(odds, 10, Settings()) for odds in (40, 10, 3, 2)]

    assert needs == sorted(needs, key=lambda need: need or 0)
    assert needed_failures(1.25, 10, Settings()) is None
    assert needed_failures(10, 100, Settings()) is None
    assert remedy(Traffic(rate=60), Fault(errors=0.001), STEP) is None


@pytest.mark.parametrize("rate", [12, 60])
@pytest.mark.parametrize("percent", [10, 50])
@pytest.mark.parametrize("errors", [0.045, 0.1])
def test_a_remedy_shows_the_fault(rate: float, percent: float, errors: float) -> None:
    """The longer step that is advised catches it more often than not."""
    traffic, fault = Traffic(rate=rate), Fault(errors=errors)
    found = remedy(traffic, fault, Step(percent=percent, minutes=1))
    assert found is not None
    assert found.minutes is not None

    longer = Step(percent=percent, minutes=found.minutes)
    dice = random.Random(1)  # noqa: S311 - no secret
    played = forecast(traffic, fault, [longer], dice=dice, times=15)

    assert played.caught > 0.5


def test_no_remedy_where_nobody_comes() -> None:
    """Neither half of nobody nor a week of it shows anything."""
    found = remedy(Traffic(rate=0.001), TENFOLD, Step(percent=1, minutes=10))

    assert found is not None
    assert (None, None) == (found.percent, found.minutes)

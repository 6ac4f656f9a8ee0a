"""The model of weighted aliases."""

from __future__ import annotations

import pytest

from examples.compare.dice import (
    AFTER,
    CANARY,
    LAG,
    MOST_RECEIVES,
    PERIOD,
    SHIFTED_AFTER,
    Dice,
    share_rolled_back,
)
from examples.compare.often import often
from examples.compare.score import score
from examples.compare.services.orders import faults
from examples.compare.sightings import GREEN, WORKER
from examples.compare.traffic import Request

SEEDS = range(5)


@pytest.mark.parametrize("fault", faults.FAULTS)
def test_the_same_seed_is_the_same_story(fault: str) -> None:
    """A story can be told again."""
    assert Dice(fault=fault, seed=3).play() == Dice(fault=fault, seed=3).play()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_hop_is_drawn_anew(seed: int) -> None:
    """At 10 % of a good version, 1 - 0.9 ** 3 - 0.1 ** 3 of the chains are mixed."""
    traffic = [
        # All of them before an alarm could take it back.
        Request(at=n / 200, order=f"good-{n}", user=f"user-{n}")
        for n in range(20_000)
    ]
    found = score(Dice(fault=faults.GOOD, seed=seed, traffic=traffic).play())
    assert found.mixed_chains / found.orders == pytest.approx(0.27, abs=0.02)


@pytest.mark.parametrize("seed", SEEDS)
def test_errors_take_it_back(seed: int) -> None:
    """Two minutes in a row, each known a while after its end, and then never again."""
    story = Dice(fault=faults.ALWAYS, seed=seed).play()
    assert story.state == "rolled back"
    assert story.rolled_back is not None
    # The deployment begins somewhere in the first minute.
    assert PERIOD + LAG <= story.rolled_back <= 3 * PERIOD + LAG
    back = story.rolled_back
    assert not [s for s in story.sightings if s.colour == GREEN and s.at > back]


@pytest.mark.parametrize("seed", SEEDS)
def test_slow_is_no_error(seed: int) -> None:
    """A slow version is never taken back for being slow."""
    traffic = [
        Request(at=float(n), order=f"slow-{n}", user="ann")
        for n in range(600)
        if faults.fate(faults.SLOW, f"slow-{n}", "ann", 1) == faults.SLOW
    ]
    story = Dice(fault=faults.SLOW, seed=seed, traffic=traffic).play()
    assert (story.state, story.promoted) == ("promoted", SHIFTED_AFTER)


def test_a_message_that_always_fails_dies() -> None:
    """After so many receives it is in the dead-letter queue."""
    at = SHIFTED_AFTER + 1
    traffic = [Request(at=at, order="always-1", user="ann")]
    story = Dice(fault=faults.ALWAYS, seed=1, traffic=traffic).play()
    attempts = [s.attempt for s in story.sightings if s.service == WORKER]
    assert attempts == list(range(1, MOST_RECEIVES + 1))
    assert story.dead == 1


def test_traffic_ends_after_the_deployment() -> None:
    """Orders come in for a while after it is over, and then no more."""
    story = Dice(fault=faults.SLOW, seed=1).play()
    entries = [one.at for one in story.sightings if one.service == "door"]
    assert SHIFTED_AFTER < max(entries) <= SHIFTED_AFTER + AFTER


def test_the_weight_is_in_force() -> None:
    """First a few of all, then everybody."""
    story = Dice(fault=faults.GOOD, seed=0, traffic=[]).play()
    assert [change.weight for change in story.changes] == [CANARY, 100.0]


def test_good_versions_are_taken_back_too() -> None:
    """The background alone, twice in a row, is enough: the alarms compare nothing."""
    assert 0.0 < share_rolled_back(40) < 1.0


def test_what_alarms_see_is_enough() -> None:
    """The share is that of deployments with all of their traffic."""
    stories = [Dice(fault=faults.GOOD, seed=seed).play() for seed in SEEDS]
    share = sum(story.rolled_back is not None for story in stories) / len(SEEDS)
    assert share_rolled_back(len(SEEDS)) == share


def test_again_and_again() -> None:
    """A version that always fails is always taken back, and mixes chains until then."""
    found = often(faults.ALWAYS, 3)
    assert (found.deployments, found.rolled_back) == (3, 1.0)
    assert found.seconds_to_rollback is not None
    assert found.users_failed > 0
    assert found.mixed_share == pytest.approx(0.25, abs=0.05)

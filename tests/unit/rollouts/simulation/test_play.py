"""Rollouts played through."""

from __future__ import annotations

import random
from typing import Any

import pytest

from rollouts.judge import Settings
from rollouts.simulation import (
    Cold,
    Fault,
    Incidents,
    InvalidModel,
    Step,
    Traffic,
    forecast,
    play,
)
from rollouts.simulation.crowd import Crowd
from rollouts.simulation.play import Tick, ticks

HOUR = (Step(percent=10, minutes=60),)
BUSY = Traffic(rate=600)


def dice(seed: int = 1) -> random.Random:
    """The same numbers each time."""
    return random.Random(seed)  # noqa: S311 - no secret


def run(traffic: Traffic, fault: Fault = Fault(), **more: Any) -> list[Tick]:  # noqa: B008 - immutable
    """All ticks of a rollout."""
    return list(ticks(traffic, fault, more.get("steps", HOUR), dice()))


def test_same_dice() -> None:
    """The same dice play the same rollout."""
    fault = Fault(errors=0.05)

    assert play(BUSY, fault, HOUR, dice()) == play(BUSY, fault, HOUR, dice())


@pytest.mark.parametrize("users", [0, 5000])
def test_traffic(users: int) -> None:
    """Requests come at the rate and in the shares that were asked for."""
    seen = run(Traffic(rate=600, users=users))
    canary = sum(tick.canary.requests for tick in seen)
    stable = sum(tick.stable.requests for tick in seen)

    assert canary + stable == pytest.approx(36_000, rel=0.03)
    assert canary / (canary + stable) == pytest.approx(0.1, abs=0.015)
    assert sum(t.stable.errors for t in seen) == pytest.approx(162, abs=60)


def test_nobody_at_zero() -> None:
    """At a weight of 0 the canary sees nobody."""
    seen = run(Traffic(rate=60, users=100), steps=(Step(percent=0, minutes=5),))

    assert {0} == {tick.canary.requests for tick in seen}
    assert 0 < sum(tick.stable.requests for tick in seen)


def test_each_user_fails_once() -> None:
    """However often broken users try again, each is one failure."""
    seen = run(Traffic(rate=600, users=500, errors=0, broken=0.1, retries=4))
    failed = sum(tick.canary.failed + tick.stable.failed for tick in seen)
    errors = sum(tick.canary.errors + tick.stable.errors for tick in seen)

    assert 30 < failed < 75
    assert errors > 100 * failed


def test_some_users() -> None:
    """A fault of some users hurts them on the canary alone, once it begins."""
    fault = Fault(users=0.2, begins=30)
    seen = run(Traffic(rate=600, users=5000, errors=0), fault)

    assert {0} == {tick.stable.failed for tick in seen}
    assert min(tick.minute for tick in seen if tick.canary.failed) > 30
    assert 60 < sum(tick.canary.failed for tick in seen) < 140


def test_incidents_are_shared() -> None:
    """Both versions fail in the same minutes, and in others neither does."""
    incidents = Incidents(every=10, lasts=5, errors=1)
    seen = run(Traffic(rate=600, errors=0, incidents=incidents))

    shares = {
        (tick.canary.failed == tick.canary.subjects, tick.stable.failed > 0)
        for tick in seen
        if tick.canary.subjects
    }
    assert {(True, True), (False, False)} == shares


def test_cold_starts() -> None:
    """A canary with more cold starts is slow more often, but not in a stratum."""
    cold = Cold(stable=0.02, canary=0.3, slow_warm=0.01, slow_cold=0.9)
    for users in (0, 50_000):
        seen = run(Traffic(rate=600, users=users, cold=cold))
        rates = {}
        for side in ("canary", "stable"):
            for stratum in ("cold", "warm"):
                rows = [getattr(tick, side).slow[stratum] for tick in seen]
                found, slow = map(sum, zip(*rows, strict=True))
                rates[side, stratum] = slow / found

        assert rates["canary", "cold"] == pytest.approx(0.9, abs=0.05)
        assert rates["stable", "cold"] == pytest.approx(0.9, abs=0.05)
        assert rates["canary", "warm"] == pytest.approx(0.01, abs=0.01)


def test_users_move_with_the_weight() -> None:
    """Nobody is lost on the way up and down, and the shares are as asked for."""
    crowd = Crowd(Traffic(rate=1, users=10_000, broken=0.1), Fault(users=0.1), dice())
    for weight in (0.01, 0.05, 0.5, 1.0, 0.3, 0.0):
        crowd.move(weight)
        counts = [
            [kind.whole + kind.hurt for kind in side.kinds]
            for side in (crowd.canary, crowd.stable)
        ]

        assert 10_000 == sum(map(sum, counts))
        assert sum(counts[0]) == pytest.approx(10_000 * weight, abs=250)


def test_judged() -> None:
    """A bad canary is rolled back in its step, and a good one proven."""
    bad = play(BUSY, Fault(errors=0.5), HOUR, dice())
    good = play(BUSY, Fault(), HOUR, dice())

    assert (bad.rolled_back or 99) < 2
    assert good.rolled_back is None
    assert good.proven is not None


def test_slowness_is_judged() -> None:
    """A canary that is only slow is rolled back where slowness is measured."""
    cold = Cold(stable=0.02, canary=0.2, slow_warm=0.01, slow_cold=0.9)
    slow = Fault(slow=0.2)

    assert play(Traffic(rate=600, cold=cold), slow, HOUR, dice()).rolled_back
    assert not play(BUSY, slow, HOUR, dice()).rolled_back


def test_settings() -> None:
    """The judge may be told to be surer."""
    fault = Fault(errors=0.05)
    sure = play(BUSY, fault, HOUR, dice(), Settings(alpha=1e-6))
    usual = play(BUSY, fault, HOUR, dice())

    assert (usual.rolled_back or 99) < (sure.rolled_back or 0)


def test_forecast() -> None:
    """What to expect, step by step, in figures and words."""
    steps = (Step(percent=1, minutes=5), Step(percent=50, minutes=20))
    found = forecast(Traffic(rate=60), Fault(errors=0.2), steps, dice=dice(), times=40)

    assert found.caught == pytest.approx(sum(found.by_step))
    assert found.by_step[0] < found.by_step[1]
    assert (found.minutes or 0) > 5
    assert 0 < found.failed <= found.failed_most
    assert found.false_rollback < 0.1


@pytest.mark.parametrize(
    ("rate", "minutes", "words"),
    [
        (5, 60, "traffic is too thin"),
        (120, 5, "good health can't be proven"),
        (6000, 60, "and good health to be proven"),
    ],
)
def test_advice(rate: float, minutes: float, words: str) -> None:
    """Thin traffic is called thin before anybody waits for a verdict."""
    steps = (Step(percent=1 if rate == 5 else 10, minutes=minutes),)
    found = forecast(
        Traffic(rate=rate), Fault(errors=0.1), steps, dice=dice(), times=20
    )

    assert words in found.advice


@pytest.mark.parametrize(
    ("traffic", "fault", "steps", "message"),
    [
        (Traffic(rate=-1), Fault(), HOUR, "rate must be"),
        (Traffic(rate=float("nan")), Fault(), HOUR, "rate must be"),
        (Traffic(rate=1, users=-5), Fault(), HOUR, "users must be"),
        (Traffic(rate=1, errors=2), Fault(), HOUR, "errors must be"),
        (Traffic(rate=1), Fault(users=1.1), HOUR, r"fault\.users must be"),
        (Traffic(rate=1), Fault(), (), "a plan needs a step"),
        (Traffic(rate=1), Fault(), (Step(percent=101, minutes=1),), "percent"),
        (Traffic(rate=1), Fault(), (Step(percent=1, minutes=0),), "minutes"),
        (
            Traffic(rate=1, incidents=Incidents(every=0, lasts=1, errors=1)),
            Fault(),
            HOUR,
            r"incidents\.every",
        ),
        (
            Traffic(rate=1, cold=Cold(stable=0, canary=2, slow_warm=0, slow_cold=1)),
            Fault(),
            HOUR,
            r"cold\.canary",
        ),
    ],
)
def test_refused(
    traffic: Traffic, fault: Fault, steps: tuple[Step, ...], message: str
) -> None:
    """A model that can't be is refused, with the place."""
    with pytest.raises(InvalidModel, match=message):
        play(traffic, fault, steps, dice())

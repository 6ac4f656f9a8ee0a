"""Whether the canary gets its share of users."""

from __future__ import annotations

import random
from math import isfinite
from typing import Any

import pytest

from rollouts.judge import InvalidEvidence
from rollouts.judge.share import Share, counted, reason, suspect


def shared(percent: float, real: float, users: int, seed: int = 1) -> Share:
    """After so many users, in tens, where the canary really gets another share."""
    dice, share = random.Random(seed), Share()  # noqa: S311 - no secret
    for _ in range(users // 10):
        canary = sum(100 * dice.random() < real for _ in range(10))
        share = counted(share, canary, 10 - canary, percent)
    return share


@pytest.mark.parametrize("percent", [0, 0.1, 1, 10, 50, 99, 100])
def test_sound(percent: float) -> None:
    """A share that is as asked for raises no suspicion, however many users."""
    assert not any(suspect(shared(percent, percent, 3000, seed)) for seed in range(5))


@pytest.mark.parametrize(
    ("percent", "real", "users"),
    [(10, 0, 200), (10, 100, 20), (10, 5, 1000), (10, 20, 500), (50, 40, 1000)],
)
def test_bug(percent: float, real: float, users: int) -> None:
    """A share that is half or twice what was asked for is soon found."""
    assert suspect(shared(percent, real, users))


@pytest.mark.parametrize(("percent", "wrong"), [(0, (1, 0)), (100, (0, 1))])
def test_ends(percent: float, wrong: tuple[int, int]) -> None:
    """With nobody or everybody on the canary, one user elsewhere is proof."""
    assert suspect(counted(shared(percent, percent, 1000), *wrong, percent))


def test_weights_change() -> None:
    """Users are held against the weight at which they were first seen."""
    share = counted(counted(Share(), 10, 990, 1), 500, 500, 50)

    assert not suspect(share)
    assert "510 of 2000 users were on the canary, 510 were asked for" == reason(share)


def test_suspicion_stays() -> None:
    """Right shares afterwards don't make a bug undone."""
    assert suspect(counted(counted(Share(), 200, 0, 10), 10**4, 9 * 10**4, 10))


def test_large() -> None:
    """Millions of users give finite numbers."""
    share = counted(counted(Share(), 10**6, 10**6, 100), 10**6, 10**6, 0)

    assert suspect(share)
    assert all(isfinite(value) for value in (*share.logs, share.peak))


@pytest.mark.parametrize(
    "bad",
    [
        (-1, 0, 5),
        (0, 1.5, 5),
        (0, 0, -1),
        (0, 0, 101),
        (0, 0, float("nan")),
        (0, 0, "5"),
    ],
)
def test_refused(bad: tuple[Any, Any, Any]) -> None:
    """Users and weights that can't be are refused."""
    with pytest.raises(InvalidEvidence):
        counted(Share(), *bad)

"""Random numbers have the means and spreads that they should."""

from __future__ import annotations

import random
from math import sqrt
from statistics import fmean, variance

import pytest

from rollouts.simulation.chance import binomial, poisson

DRAWS = 4000


def close(numbers: list[int], mean: float, spread: float) -> bool:
    """Mean within five standard errors, variance within a sixth."""
    error = 5 * sqrt(spread / len(numbers))
    return (
        abs(fmean(numbers) - mean) < error
        and 5 / 6 < (variance(numbers) / spread) < 6 / 5
    )


@pytest.mark.parametrize(
    ("n", "p"),
    [(1, 0.5), (20, 0.05), (20, 0.95), (100, 0.1), (300, 0.4), (10**6, 0.001)],
)
def test_binomial(n: int, p: float) -> None:
    """By gaps and by rejection alike, and never outside."""
    dice = random.Random(1)  # noqa: S311 - no secret
    drawn = [binomial(dice, n, p) for _ in range(DRAWS)]

    assert close(drawn, n * p, n * p * (1 - p))
    assert 0 <= min(drawn) <= max(drawn) <= n


@pytest.mark.parametrize(
    ("n", "p", "expected"),
    [(0, 0.5, 0), (-1, 0.5, 0), (9, 0, 0), (9, 1, 9), (9, 1.5, 9), (9, -0.5, 0)],
)
def test_certain(n: int, p: float, expected: int) -> None:
    """What is certain needs no dice."""
    assert expected == binomial(random.Random(1), n, p)  # noqa: S311 - no secret


@pytest.mark.parametrize("mean", [0.01, 1, 9.5, 10.5, 80, 1300])
def test_poisson(mean: float) -> None:
    """Of any size."""
    dice = random.Random(2)  # noqa: S311 - no secret
    drawn = [poisson(dice, mean) for _ in range(DRAWS)]

    assert close(drawn, mean, mean)
    assert min(drawn) >= 0


def test_nothing() -> None:
    """A mean of nothing is nothing."""
    assert 0 == poisson(random.Random(1), 0)  # noqa: S311 - no secret

"""Random numbers that the standard library has no call for in Python 3.11.

Laws
1. Exact distributions, no normal approximations: tails are what a judge is about.
2. Few numbers of the dice each, whatever the size.
"""

from __future__ import annotations

from math import exp, floor, lgamma, log, log1p, sqrt
from typing import Protocol

# Below this mean, counting successes one by one is faster than rejection.
FEW = 10.0
LARGEST_PART = 1e6


class Dice(Protocol):
    """What `random.Random` is."""

    def random(self) -> float:
        """A number from 0 up to 1, 1 left out."""
        ...


def binomial(dice: Dice, n: int, p: float) -> int:
    """How many of n happen, each with the chance p."""
    if n <= 0 or p <= 0:
        return 0
    if p >= 1:
        return n
    if p > 0.5:  # noqa: PLR2004 - the rarer side is counted
        return n - binomial(dice, n, 1 - p)
    if n * p < FEW:
        return _by_gaps(dice, n, p)
    return _by_rejection(dice, n, p)


def poisson(dice: Dice, mean: float) -> int:
    """How many happen where so many do on average."""
    count = 0
    # A sum of Poisson numbers is one: large means in parts that no float minds.
    while mean > FEW:
        part = min(mean, LARGEST_PART)
        count += _poisson_by_rejection(dice, part)
        mean -= part
    limit, product = exp(-mean), dice.random()
    while product > limit:
        product *= dice.random()
        count += 1
    return count


def _by_gaps(dice: Dice, n: int, p: float) -> int:
    """Jump from success to success; the gaps are geometric."""
    scale, at, count = 1 / log1p(-p), 0, 0
    while True:
        at += floor(log(1 - dice.random()) * scale) + 1
        if at > n:
            return count
        count += 1


def _by_rejection(dice: Dice, n: int, p: float) -> int:
    """W. Hörmann, The generation of binomial random variates (1993): BTRS."""
    spread = sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = n * p + 0.5
    sure = 0.92 - 4.2 / b
    alpha = (2.83 + 5.1 / b) * spread
    odds, mode = log(p / (1 - p)), floor((n + 1) * p)
    top = lgamma(mode + 1) + lgamma(n - mode + 1)
    while True:
        u = dice.random() - 0.5
        near = 0.5 - abs(u)
        k = floor((2 * a / near + b) * u + c) if near else -1
        if not 0 <= k <= n:
            continue
        v = dice.random()
        if near >= 0.07 and v <= sure:  # noqa: PLR2004 - Hörmann's
            return k
        height = log(v * alpha / (a / (near * near) + b)) if v else -1e9
        if height <= top - lgamma(k + 1) - lgamma(n - k + 1) + (k - mode) * odds:
            return k


def _poisson_by_rejection(dice: Dice, mean: float) -> int:
    """W. Hörmann, The transformed rejection method for Poisson (1993): PTRS."""
    b = 0.931 + 2.53 * sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse = 1.1239 + 1.1328 / (b - 3.4)
    sure, rate = 0.9277 - 3.6224 / (b - 2), log(mean)
    while True:
        u = dice.random() - 0.5
        near = 0.5 - abs(u)
        k = floor((2 * a / near + b) * u + mean + 0.43) if near else -1
        if k < 0:
            continue
        v = dice.random()
        if near >= 0.07 and v <= sure:  # noqa: PLR2004 - Hörmann's
            return k
        height = log(v * inverse / (a / (near * near) + b)) if v else -1e9
        if height <= k * rate - mean - lgamma(k + 1):
            return k

"""The evidence in one window, against exact arithmetic and against scipy."""

from __future__ import annotations

import json
from fractions import Fraction
from math import comb, exp, isfinite, log
from pathlib import Path
from typing import Any

import pytest

from rollouts.judge.evidence import EXACT, informs, log_ratios
from rollouts.judge.settings import Settings
from rollouts.judge.tally import Count

GRID = Settings().grid
SIZES = [(2, 18, 1), (5, 45, 3), (12, 108, 10), (30, 970, 12), (120, 1080, 40)]
GOLDEN = json.loads((Path(__file__).parents[3] / "golden/judge.json").read_text())


def table(n: int, m: int, k: int, x: int) -> Count:
    """A count with x of the k failures on the canary."""
    return Count(canary=n, canary_failed=x, stable=m, stable_failed=k - x)


def possible(n: int, m: int, k: int) -> range:
    """What x may be."""
    return range(max(0, k - m), min(k, n) + 1)


def chances(n: int, m: int, k: int, odds: Fraction) -> dict[int, Fraction]:
    """The exact distribution of x at an odds ratio."""
    terms = {x: comb(n, x) * comb(m, k - x) * odds**x for x in possible(n, m, k)}
    return {x: term / sum(terms.values()) for x, term in terms.items()}


def expectation(n: int, m: int, k: int, w: float, odds: Fraction) -> float:
    """What e(x; w) is on average at a true odds ratio."""
    return sum(
        float(chance) * exp(log_ratios(table(n, m, k, x), (w,))[0])
        for x, chance in chances(n, m, k, odds).items()
    )


@pytest.mark.parametrize("w", GRID)
@pytest.mark.parametrize("size", SIZES)
def test_fair(size: tuple[int, int, int], w: float) -> None:
    """Under equal odds the evidence is 1 on average, to twelve digits."""
    assert 1 == pytest.approx(expectation(*size, w, Fraction(1)), abs=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_better_canary(size: tuple[int, int, int]) -> None:
    """The better the canary, the smaller the evidence on average."""
    odds = [Fraction(3, 10), Fraction(1, 2), Fraction(9, 10), Fraction(1)]
    found = [expectation(*size, 3.0, one) for one in odds]

    assert sorted(found) == found
    assert found[-2] < 1


@pytest.mark.parametrize("w", [0.3, *GRID])
@pytest.mark.parametrize("size", SIZES)
def test_exact(size: tuple[int, int, int], w: float) -> None:
    """It agrees with fractions of whole numbers to thirteen digits."""
    equal, biased = chances(*size, Fraction(1)), chances(*size, Fraction(w))
    for x in possible(*size):
        expected = float(biased[x] / equal[x])

        actual = exp(log_ratios(table(*size, x), (w,))[0])

        assert expected == pytest.approx(actual, rel=1e-13, abs=0)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: str([*case.values()][:4]))
def test_scipy(case: dict[str, Any]) -> None:
    """It agrees with scipy to twelve digits, or to what scipy itself is exact to."""
    n, m, k = case["n"], case["m"], case["k"]
    close = 1e-12 if n + m <= 1000 else 5e-12
    for x, expected in case["ratios"].items():
        actual = exp(log_ratios(table(n, m, k, int(x)), (case["odds"],))[0])

        assert expected == pytest.approx(actual, rel=close, abs=0)


@pytest.mark.parametrize(
    "count",
    [
        Count(),
        Count(canary=5, canary_failed=3),
        Count(stable=5, stable_failed=3),
        Count(canary=5, stable=50),
        Count(canary=5, canary_failed=5, stable=50, stable_failed=50),
    ],
)
def test_silence(count: Count) -> None:
    """One version alone, no failures, and nothing but failures say nothing."""
    assert not informs(count)
    assert [0.0, 0.0] == log_ratios(count, (1.5, 40.0))


@pytest.mark.parametrize(
    ("n", "m", "k", "x"),
    [
        (10**6, 10**6, 10**6, 5 * 10**5),
        (10**6, 10**6, 2 * 10**6 - 1, 10**6),
        (10**6, 10**6, 10**6, 0),
        (10**6, 10**6, 10**6, 10**6),
        (1, 10**6, 10**6, 1),
        (10**6, 1, 1, 0),
        (10**5, 9 * 10**5, 10**5, 10**5),
    ],
)
def test_large(n: int, m: int, k: int, x: int) -> None:
    """A million of everything neither overflows nor takes long."""
    assert all(map(isfinite, log_ratios(table(n, m, k, x), (*GRID, 1e6))))


def test_seam() -> None:
    """Where exact coefficients end, the evidence goes on smoothly."""
    logs = [
        log_ratios(table(10**5, 9 * 10**5, k, k // 9), (2.0,))[0] / k
        for k in (9 * EXACT, 9 * (EXACT + 1), 9 * (EXACT + 2))
    ]

    assert logs[1] - logs[0] == pytest.approx(logs[2] - logs[1], abs=1e-9)


def test_whole_distribution() -> None:
    """The sum around the greatest term loses nothing of a wide distribution."""
    n, m, k, x, w = 400, 1200, 600, 180, Fraction(3, 2)
    total = sum(comb(n, u) * comb(m, k - u) * w**u for u in possible(n, m, k))
    expected = log(w**x * comb(n + m, k) / total)

    assert expected == pytest.approx(
        log_ratios(table(n, m, k, x), (1.5,))[0], abs=1e-12
    )

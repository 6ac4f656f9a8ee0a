"""How much one window says against equal odds: a likelihood ratio, exact.

With n subjects on the canary, m on stable, and k failures among them all, the number x
of failures on the canary follows Fisher's noncentral hypergeometric distribution with
the odds ratio w as its only parameter:

    P(x; w) = C(n, x) C(m, k-x) w^x / Z(w)      Z(w) = sum of C(n, u) C(m, k-u) w^u
    e(x; w) = P(x; w) / P(x; 1) = w^x Z(1) / Z(w)

Laws
1. Whatever the failure rate, under equal odds the expectation of e is 1: n, m and k are
   given, so an incident that hits both versions alike says nothing.
2. At a smaller true odds ratio the expectation is below 1, since e grows with x.
3. One version alone, or nobody failing, or everybody, says nothing: e = 1.
4. The sum starts at its greatest term and goes outwards until a term no longer
   changes it: exact to rounding, and some 17 standard deviations wide at most.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb, fsum, lgamma, log, sqrt

from rollouts.judge.tally import Count

# Up to here binomial coefficients are exact whole numbers; above, `lgamma` errs by
# some 1e-9, which is nothing beside the evidence in so many failures.
EXACT = 2_000
NEGLIGIBLE = 1e-18


def informs(count: Count) -> bool:
    """Whether the count says anything (law 3)."""
    failed = count.canary_failed + count.stable_failed
    subjects = count.canary + count.stable
    return bool(count.canary and count.stable) and 0 < failed < subjects


def log_ratios(count: Count, odds: tuple[float, ...]) -> list[float]:
    """The logarithm of e(x; w) for each w."""
    if not informs(count):
        return [0.0] * len(odds)
    failed = count.canary_failed + count.stable_failed
    totals = _log_totals(count.canary, count.stable, failed, (1.0, *odds))
    x = count.canary_failed
    return [
        fsum((x * log(w), totals[0], -total))
        for w, total in zip(odds, totals[1:], strict=True)
    ]


@lru_cache(maxsize=1024)
def _log_totals(n: int, m: int, k: int, odds: tuple[float, ...]) -> tuple[float, ...]:
    """The logarithm of Z(w) for each w: all that is dear, and without x."""
    return tuple(_log_total(n, m, k, w) for w in odds)


def _log_total(n: int, m: int, k: int, w: float) -> float:
    low, high = max(0, k - m), min(k, n)
    top = min(max(_mode(n, m, k, w), low), high)
    total = term = 1.0
    for u in range(top, high):
        term *= (n - u) * (k - u) * w / ((u + 1) * (m - k + u + 1))
        total += term
        if term < NEGLIGIBLE * total:
            break
    term = 1.0
    for u in range(top, low, -1):
        term *= u * (m - k + u) / ((n - u + 1) * (k - u + 1) * w)
        total += term
        if term < NEGLIGIBLE * total:
            break
    return fsum(
        (_log_choose(n, top), _log_choose(m, k - top), top * log(w), log(total))
    )


def _mode(n: int, m: int, k: int, w: float) -> int:
    """Where the terms are greatest: they grow while their ratio is above 1."""
    linear = w * (n + k + 2) + (m - k)
    constant = w * (n + 1) * (k + 1)
    root = sqrt(max(0.0, linear * linear - 4 * (w - 1) * constant))
    return int(2 * constant / (linear + root))


def _log_choose(n: int, k: int) -> float:
    few = min(k, n - k)
    if few <= EXACT:
        return log(comb(n, few))
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

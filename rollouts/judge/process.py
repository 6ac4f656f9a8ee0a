"""The evidence gathered about one measure, window by window.

    E = mean over w of (sum over starts s of p(s) * product of e(x; w) from s on)

Laws
1. Each product, started anywhere, is expected not to grow while the canary is no worse
   (`evidence`); so is any mean of them whose weights were chosen before. By Ville's
   inequality the chance that E ever reaches 1/alpha is at most alpha: over all looks.
2. A fault may begin late. Half of the weight is on a fault from the first window, the
   rest on later ones: p(s) = 1/((s+1)(s+2)), which sums to 1. So an hour of good health
   doesn't have to be undone before a fault that begins then is seen, and E never falls
   below the weight that has not started.
3. Only windows that inform are numbered: an idle night uses up no starts.
4. Proof of health is the reverse, P(x; 1)/P(x; margin). It may be thrown away, and is,
   beyond ten times what is needed: old health is no surety for long.
5. The order of strata changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, fsum, log, log1p

from flags.record import Record, replace
from rollouts.judge.evidence import informs, log_ratios
from rollouts.judge.settings import Settings
from rollouts.judge.tally import Count

SPARE_PROOF = log(10)


class Process(Record):
    """Logarithms, for each odds ratio sought, of the sum over the starts so far."""

    sums: tuple[float, ...]
    windows: int = 0
    proof: float = 0.0


def started(settings: Settings) -> Process:
    """Before the first window."""
    return unplayed(settings.sought)


def unplayed(odds: Sequence[float]) -> Process:
    """The same, for whatever odds are sought."""
    return Process(sums=(_log_weight(0),) * len(odds))


def taken(process: Process, strata: Iterable[Count], settings: Settings) -> Process:
    """After one more window."""
    counts = [count for count in strata if informs(count)]
    if not counts:
        return process
    sought = settings.sought
    odds = (*sought, settings.tolerance, settings.margin)
    ratios = [log_ratios(count, odds) for count in counts]
    *gains, tolerated, bad = (fsum(column) for column in zip(*ratios, strict=True))
    most = -log(settings.beta) + SPARE_PROOF
    return replace(
        grown(process, [gain - tolerated for gain in gains]),
        proof=min(most, process.proof - bad),
    )


def grown(process: Process, gains: Iterable[float]) -> Process:
    """After one more window, which gained so much at each of the odds."""
    begun = process.windows + 1
    weight = _log_weight(begun)
    sums = tuple(
        log_add(old + gain, weight)
        for old, gain in zip(process.sums, gains, strict=True)
    )
    return replace(process, sums=sums, windows=begun)


def evidence(process: Process) -> float:
    """The logarithm of E."""
    waiting = -log(process.windows + 2)
    return log_add(log_mean(process.sums), waiting)


def log_add(one: float, other: float) -> float:
    """The logarithm of the sum of two numbers given by theirs."""
    if one < other:
        one, other = other, one
    return one + log1p(exp(other - one))


def log_mean(logs: Sequence[float]) -> float:
    """The same for the mean of many."""
    top = max(logs)
    return top + log(fsum([exp(one - top) for one in logs]) / len(logs))


def _log_weight(start: int) -> float:
    return -log((start + 1) * (start + 2))

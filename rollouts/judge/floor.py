"""The hard floor: evidence against a canary while nobody is on stable.

Where stable has users the comparison with them (`evidence`) finds an outage within a
few failed users, at any failure rate. Where it has none, at a weight of 100 or before
anybody was seen there, only an absolute limit is left: that too many of those seen
fail. In a window of n subjects on the canary alone, x of whom fail, with the limit p,

    e(x; w) = w^x / (1 - p + p w)^n

is the likelihood ratio of n trials with w times the odds of p to n trials with p (A.
Wald, Sequential Analysis, 1947). The process over windows is that of `process`.

Laws
1. If each subject fails with a chance of at most p, given all before, the expectation
   of e is at most 1, so Ville's inequality holds as for any comparison.
2. p is `floor_share`, or twice the share that stable has failed so far if that is
   more: known before the window, so that it can't be chosen by what the window shows.
   Where it would be nearly everybody, nothing is said: e = 1.
3. A window in which stable has a subject says nothing here, whatever happened in it.
4. The floor has the part `STAKE` of alpha, and the comparison has the rest: E is the
   mean of both, weighted so. It starts with 1, and reaches 1/alpha with a chance of at
   most alpha if laws 1 here and in `evidence` hold.
5. Before `floor_users` users have failed the floor is no evidence against anybody.
"""

from __future__ import annotations

from math import log, log1p

from rollouts.judge import process as processes
from rollouts.judge.process import Process, log_add
from rollouts.judge.settings import Settings
from rollouts.judge.tally import Count

STAKE = 0.1
# Odds of failing over those of the limit: at one half, shares of 2/3, 5/6 and 20/21.
ODDS = (2.0, 5.0, 20.0)
# Above this limit a failure is no news.
NEARLY_ALL = 0.95


def started() -> Process:
    """Before the first window."""
    return processes.unplayed(ODDS)


def taken(process: Process, before: Count, window: Count, share: float) -> Process:
    """After one more window; `before` is all that was counted before it."""
    p = _limit(before, share)
    if window.stable or not window.canary or p > NEARLY_ALL:
        return process
    return processes.grown(process, log_ratios(window, p))


def log_ratios(window: Count, p: float) -> list[float]:
    """The logarithm of e(x; w) for each w."""
    n, x = window.canary, window.canary_failed
    return [x * log(w) - n * log1p(p * (w - 1)) for w in ODDS]


def joined(comparison: float, process: Process, failed: int, needed: int) -> float:
    """The logarithm of E, of the comparison's and the floor's."""
    alone = processes.evidence(process)
    if failed < needed:
        alone = min(alone, 0.0)
    return log_add(comparison + log1p(-STAKE), alone + log(STAKE))


def hit(process: Process, failed: int, settings: Settings) -> bool:
    """Whether the floor's part of E is enough without the comparison."""
    needed = -log(settings.alpha * STAKE)
    return failed >= settings.floor_users and processes.evidence(process) >= needed


def _limit(before: Count, share: float) -> float:
    if not before.stable:
        return share
    return max(share, 2 * before.stable_failed / before.stable)

"""Whether the canary gets the share of users that it was given.

A finding here is a bug in routing or in the way of decisions down a chain, and says
nothing about the canary itself.

Laws
1. A user is one draw, with the weight in force when the user was first seen. Seen
   again, or under another weight, the user is no new draw.
2. While a change of weight spreads, routers disagree: who is first seen then is `left`
   out.
3. Each share is tested against shares that have 1/8 to 8 times its odds, and against
   nobody and everybody. By Ville's inequality a sound routing is accused with a chance
   of at most `ALPHA`, over all looks. Shares less than some 10 % off are not found.
4. At a weight of 0 or 100 a single user on the wrong side is proof.
"""

from __future__ import annotations

from math import fsum, inf, log

from flags.record import Record
from rollouts.judge.errors import InvalidEvidence
from rollouts.judge.process import log_mean
from rollouts.judge.tally import MOST

ALPHA = 0.001
ODDS = (0.0, 1 / 8, 1 / 3, 1 / 1.5, 1 / 1.25, 1.25, 1.5, 3.0, 8.0, inf)
# Stands for no chance at all: finite, so that it can be added and written.
IMPOSSIBLE = -1e12


class Share(Record):
    """Logarithms of the likelihood ratios so far, users counted, greatest log E."""

    logs: tuple[float, ...] = (0.0,) * len(ODDS)
    canary: int = 0
    stable: int = 0
    expected: float = 0.0
    peak: float = 0.0


def counted(share: Share, canary: int, stable: int, percent: float) -> Share:
    """After so many more users first seen at this weight (percent, 0 to 100)."""
    _check(canary, stable, percent)
    asked = percent / 100
    here = _log_chances(canary, stable, asked)
    logs = tuple(
        max(IMPOSSIBLE, old + _log_chances(canary, stable, _other(asked, odds)) - here)
        for old, odds in zip(share.logs, ODDS, strict=True)
    )
    return Share(
        logs=logs,
        canary=share.canary + canary,
        stable=share.stable + stable,
        expected=share.expected + asked * (canary + stable),
        peak=max(share.peak, log_mean(logs)),
    )


def suspect(share: Share) -> bool:
    """Whether the share is wrong beyond doubt."""
    return share.peak >= -log(ALPHA)


def reason(share: Share) -> str:
    """The figures in words."""
    total = share.canary + share.stable
    return (
        f"{share.canary} of {total} users were on the canary, "
        f"{share.expected:.0f} were asked for"
    )


def _other(asked: float, odds: float) -> float:
    if odds == inf:
        return 1.0
    weighted = asked * odds
    # At the ends no odds lead away: half a percent stands for a leak.
    if asked in {0.0, 1.0}:
        return asked + (0.005 if asked == 0 else -0.005)
    return weighted / (weighted + 1 - asked)


def _log_chances(canary: int, stable: int, share: float) -> float:
    return fsum(
        users * log(chance) if chance > 0 else IMPOSSIBLE * bool(users)
        for users, chance in ((canary, share), (stable, 1 - share))
    )


def _check(canary: int, stable: int, percent: float) -> None:
    for users in (canary, stable):
        if type(users) is not int or not 0 <= users <= MOST:
            raise InvalidEvidence(f"users must be whole, from 0 to {MOST}: {users!r}")
    if type(percent) not in {int, float} or not 0 <= percent <= 100:  # noqa: PLR2004 - percent
        raise InvalidEvidence(f"a weight is from 0 to 100 percent, not {percent!r}")

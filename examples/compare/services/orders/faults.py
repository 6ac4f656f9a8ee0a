"""What is wrong with a version of the worker; pure, and the same on both screens.

Laws
1. A fault is a function of order, user and attempt: the same order fares the same,
   whichever screen it is on.
2. Every version has the background: one order in 500 fails when it is first tried.
"""

from __future__ import annotations

from zlib import crc32

ALWAYS, SOME, SLOW, GOOD = "always", "some", "slow", "good"
FAULTS = (ALWAYS, SOME, SLOW, GOOD)

OK, FAILED = "ok", "failed"

# One order in so many fails at its first attempt, whatever the version.
BACKGROUND = 500
# So many tenths of the users are those with whom `some` can't deal.
UNLUCKY, TENTHS = 3, 10
SLOW_SECONDS = 1.5


def fate(fault: str, order: str, user: str, attempt: int) -> str:
    """What comes of an attempt, counted from 1: OK, FAILED or SLOW."""
    if fault == ALWAYS or (fault == SOME and unlucky(user)):
        return FAILED
    if attempt == 1 and crc32(order.encode()) % BACKGROUND == 0:
        return FAILED
    return SLOW if fault == SLOW else OK


def unlucky(user: str) -> bool:
    """Whether it is one of the users with whom `some` can't deal."""
    return crc32(user.encode()) % TENTHS < UNLUCKY

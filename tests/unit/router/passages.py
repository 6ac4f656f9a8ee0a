"""Passages of events through a router, with as little said as a test needs."""

from __future__ import annotations

from typing import Any

from flags.token import Token
from router.choice import Choice
from router.passage import Leg, Passage


def choice(alias: str = "blue", reason: str = "SPLIT", **changes: Any) -> Choice:
    """A decision of the release `shop`."""
    values: dict[str, Any] = {
        "service": "checkout",
        "alias": alias,
        "reason": reason,
        "token": Token(),
        "stable": "blue",
        "release": "shop",
        "generation": 7,
    }
    return Choice(**{**values, **changes})


def leg(
    alias: str = "blue",
    *,
    units: int = 1,
    reason: str = "SPLIT",
    seconds: float | None = 0.0123,
    **changes: Any,
) -> Leg:
    """An invocation of an alias for some units, all decided alike."""
    chosen = [choice(alias, reason)] * units
    return Leg(alias=alias, choices=chosen, seconds=seconds, **changes)


def passage(*legs: Leg, **changes: Any) -> Passage:
    """An event over HTTP for the service `checkout`; on blue, if nothing is said."""
    values: dict[str, Any] = {
        "service": "checkout",
        "source": "http",
        "route": "web",
        "problem": None,
        "overhead": 0.0004,
        "legs": legs or (leg(),),
    }
    return Passage(**{**values, **changes})

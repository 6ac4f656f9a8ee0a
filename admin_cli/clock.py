"""The time: what it is now, and as people type it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from flags.engine import times
from flags.errors import InvalidDocument, Problem


def now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day that it is in UTC."""
    return now().date()


def timestamp() -> str:
    """Now, as ISO 8601 in UTC: how changes are dated."""
    return now().strftime("%Y-%m-%dT%H:%M:%SZ")


def sleep(seconds: float) -> None:
    """Wait so long."""
    time.sleep(seconds)


def moment(text: str) -> float:
    """A time as people type it, in seconds; raises `InvalidDocument`.

    Without an offset it is UTC, and a date is its midnight.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no time such as 2026-12-24T18:00:00+01:00"
        raise InvalidDocument([Problem(path="--at", message=message)]) from None
    seconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    if not times.in_reach(seconds):
        message = f"{text} is out of reach; give a time in the years 2 to 9998"
        raise InvalidDocument([Problem(path="--at", message=message)])
    return seconds

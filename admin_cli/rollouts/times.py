"""Moments and spans of time, as a rollout has them and as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

from flags.errors import InvalidDocument, Problem
from flags.store.plans import seconds

_UNITS = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))


def moment(text: str) -> float:
    """ISO 8601 in UTC as seconds since the epoch."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def iso(seconds: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def span(seconds: float) -> str:
    """A time in its two largest units: 45s, 9m, 1h 30m, 2d 4h."""
    left, told = max(0, round(seconds)), []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            told.append(f"{count}{unit}")
        elif told:
            # 1d 5s is a day.
            break
    return " ".join(told[:2]) or "0s"


def length(option: str, text: str) -> float:
    """A length of time as people type it, in seconds; raises `InvalidDocument`."""
    try:
        return seconds(text)
    except ValueError as error:
        raise InvalidDocument([Problem(path=option, message=str(error))]) from None

"""The time, for commands that compare something with it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flags.errors import InvalidDocument, Problem


def now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day that it is in UTC."""
    return now().date()


def moment(text: str) -> float:
    """A time as people type it, in seconds; raises `InvalidDocument`.

    Without an offset it is UTC, and a date is its midnight.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no time such as 2026-12-24T18:00:00+01:00"
        raise InvalidDocument([Problem(path="--at", message=message)]) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()

"""Moments, weekdays and times of day, in any time zone.

Laws
1. A moment is a number of seconds since 1970 UTC. Text must say its offset, or be a
   plain date, which is midnight UTC: what a machine's own zone says is never asked.
2. Years 2 to 9998: so near to the ends of the calendar no zone can lead beyond them.
3. Days and times of day are those that clocks in the zone show, so that a span from
   02:00 to 03:00 is passed twice, or not at all, when the clocks change.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, tzinfo
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

Test = Callable[[Any], bool | None]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LISTED = ", ".join(DAYS)
_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_THURSDAY = 3
_EARLIEST = (date(2, 1, 1).toordinal() - _EPOCH) * _DAY
_LATEST = (date(9999, 1, 1).toordinal() - _EPOCH) * _DAY
MAX_TEXT = 64

_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(\.[0-9]+)?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9])))?"
)
_SPAN = re.compile(
    r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)"
)


def moment(value: object) -> float | None:
    """Seconds since 1970 of an RFC 3339 text, a plain date or a number.

    A number is of seconds, or of milliseconds where seconds would lie beyond the year
    9998: so are those of every moment since 1978-01-12.
    """
    if isinstance(value, str):
        seconds = _read(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value if value < _LATEST else _of_milliseconds(value)
    else:
        return None
    # Before a conversion, which an integer may be too large for.
    return float(seconds) if seconds is not None and in_reach(seconds) else None


def in_reach(seconds: float) -> bool:
    """Whether every time zone can show a moment: the calendar ends far from it."""
    return _EARLIEST <= seconds < _LATEST


def _of_milliseconds(value: float) -> float | None:
    # Compared before it is divided: an integer may be too large for a float.
    return value / 1_000 if value < _LATEST * 1_000 else None


def before(operand: object) -> Test:
    """Whether a moment is before the operand."""
    limit = _limit(operand)

    def holds(value: Any) -> bool | None:
        seconds = moment(value)
        return None if seconds is None else seconds < limit

    return holds


def after(operand: object) -> Test:
    """Whether a moment is after the operand."""
    limit = _limit(operand)

    def holds(value: Any) -> bool | None:
        seconds = moment(value)
        return None if seconds is None else seconds > limit

    return holds


def weekday_in(days: Any, zone: str | None = None) -> Test:
    """Whether a moment falls on one of these days (mon to sun) in the zone."""
    if not isinstance(days, list | tuple) or not days:
        raise ValueError(f"{days!r} is no list of days; write some of {_LISTED}")
    for day in days:
        if day not in DAYS:
            raise ValueError(f"{day!r} is no day of the week; write {_LISTED}")
    wanted = frozenset(map(DAYS.index, days))
    clock = _clock(zone)

    def holds(value: Any) -> bool | None:
        seconds = moment(value)
        return None if seconds is None else clock(seconds)[0] in wanted

    return holds


def time_between(span: object, zone: str | None = None) -> Test:
    """Whether clocks in the zone show a time in the span (`09:00-17:00`).

    The end is not part of it. A span may pass midnight (`22:00-06:00`) or end with
    the day (`18:00-24:00`).
    """
    start, end = _minutes(span)
    clock = _clock(zone)

    def holds(value: Any) -> bool | None:
        seconds = moment(value)
        if seconds is None:
            return None
        minute = clock(seconds)[1]
        if start < end:
            return start <= minute < end
        return minute >= start or minute < end

    return holds


def _read(text: str) -> float | None:
    found = _MOMENT.fullmatch(text) if len(text) <= MAX_TEXT else None
    if found is None:
        return None
    year, month, day, hour, minute, second, part, sign, ahead, by = found.groups()
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        return None
    seconds = days * _DAY
    if hour is None:
        return seconds
    seconds += int(hour) * 3_600 + int(minute) * 60 + int(second)
    if sign:
        offset = int(ahead) * 3_600 + int(by) * 60
        seconds += offset if sign == "-" else -offset
    return seconds + float(part) if part else seconds


def _limit(operand: object) -> float:
    limit = moment(operand)
    if limit is None:
        raise ValueError(
            f"{operand!r} is no moment; write one like 2026-12-01T09:00:00+01:00, or a "
            "date"
        )
    return limit


def _minutes(span: object) -> tuple[int, int]:
    """The first minute of the day that is in the span, and the first that is not."""
    found = _SPAN.fullmatch(span) if isinstance(span, str) else None
    if found is None:
        raise ValueError(f"{span!r} is no span of time; write one like 09:00-17:00")
    start = int(found[1]) * 60 + int(found[2])
    end = int(found[3] or 24) * 60 + int(found[4] or 0)
    if start == end:
        raise ValueError(
            f"{span!r} starts where it ends; write 00:00-24:00 for the whole day"
        )
    return start, end


def _clock(zone: str | None) -> Callable[[float], tuple[int, int]]:
    """What tells the day of the week and the minute of the day in a zone."""
    if zone is None or zone == "UTC":
        return _utc
    place = _zone(zone)

    def local(seconds: float) -> tuple[int, int]:
        shown = datetime.fromtimestamp(floor(seconds), place)
        return shown.weekday(), shown.hour * 60 + shown.minute

    return local


def _utc(seconds: float) -> tuple[int, int]:
    days, rest = divmod(floor(seconds), _DAY)
    return (days + _THURSDAY) % 7, rest // 60


class UnknownZone(ValueError):
    """This machine has no such time zone."""


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    # A name that is no zone may be a folder, a path, no file's name, or no text.
    except (LookupError, OSError, TypeError, ValueError, AttributeError):
        raise UnknownZone(
            f"unknown time zone {name!r}; write one like Europe/Amsterdam, or UTC"
        ) from None

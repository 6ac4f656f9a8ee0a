"""Moments, weekdays and spans of the day, also where clocks change."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from flags.engine import times
from flags.engine.times import after, before, moment, time_between, weekday_in

HOME = "Europe/Amsterdam"
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp()

NO_MOMENTS: list[Any] = [
    "",
    "now",
    "2026-12-01T12:00:00",
    "2026-12-01T12:00Z",
    "2026-12-01 12:00:00Z",
    "2026-12-01T12:00:00+0100",
    "2026-12-01T12:00:00+24:00",
    "2026-12-01T24:00:00Z",
    "2026-12-01T12:60:00Z",
    "2026-13-01",
    "2026-02-29",
    "2026-12-01Z",
    "0000-01-01",
    "0001-12-31",
    "9999-01-01",
    "9999-12-31T23:59:59-23:59",
    "2026-W01-1",
    "20261201",
    "\u0662026-12-01",
    "2026-12-01T12:00:00." + "0" * 99 + "Z",
    None,
    True,
    10**400,
    -(10**400),
    1e18,
    float("nan"),
    float("inf"),
    float("-inf"),
    b"2026-12-01",
    ["2026-12-01"],
    {"2026-12-01": 1},
    datetime(2026, 12, 1, tzinfo=UTC),
]


def utc(text: str) -> float:
    """Seconds since 1970, as the standard library reads them."""
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    "value",
    [
        "2026-12-01T12:00:00Z",
        "2026-12-01t12:00:00z",
        "2026-12-01T12:00:00.000000000Z",
        "2026-12-01T13:00:00+01:00",
        "2026-12-01T06:30:00-05:30",
        "2026-12-02T01:30:00+13:30",
        "2026-12-01T11:59:60Z",
        int(NOON),
        NOON,
    ],
)
def test_same_moment(value: object) -> None:
    """One moment has many spellings."""
    assert moment(value) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-29T23:59:59+00:00",
        "1969-12-31T23:59:59.25+00:00",
        "0002-01-01T00:00:00+00:00",
        "9998-12-31T23:59:59-00:00",
        "1900-03-01T00:00:00+23:59",
    ],
)
def test_any_moment(text: str) -> None:
    """Seconds are counted as the standard library counts them."""
    assert utc(text) == moment(text)


def test_date() -> None:
    """A plain date is its midnight in UTC."""
    assert utc("2026-12-01T00:00:00+00:00") == moment("2026-12-01")


@pytest.mark.parametrize("value", NO_MOMENTS, ids=lambda value: repr(value)[:30])
def test_no_moment(value: Any) -> None:
    """What is no moment is None to every test, and as an operand it is refused."""
    assert moment(value) is None
    for test in (
        before("2026-12-01"),
        after("2026-12-01"),
        weekday_in(["mon"], HOME),
        time_between("09:00-17:00"),
    ):
        assert test(value) is None
    for make in (before, after):
        with pytest.raises(ValueError, match=r"is no moment; write one like 2026-12-"):
            make(value)


def test_before_and_after_are_strict() -> None:
    """A moment is neither before nor after itself."""
    operand = "2026-12-01T13:00:00+01:00"

    assert [True, False, False] == [*map(before(operand), (NOON - 1, NOON, NOON + 1))]
    assert [False, False, True] == [*map(after(operand), (NOON - 1, NOON, NOON + 1))]


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("2026-12-01T12:00:00Z", None, "tue"),
        ("2026-12-01T23:59:59.999Z", "UTC", "tue"),
        ("2026-12-02", None, "wed"),
        ("1969-12-31T23:59:59Z", None, "wed"),
        ("1970-01-01", None, "thu"),
        ("0002-01-01", None, "tue"),
        ("2026-12-01T23:30:00Z", HOME, "wed"),
        ("2026-12-01T22:30:00Z", HOME, "tue"),
        ("2026-12-01T02:00:00Z", "America/New_York", "mon"),
        ("0002-01-01", "America/New_York", "mon"),
        ("9998-12-31T23:59:59Z", "Pacific/Kiritimati", "fri"),
    ],
)
def test_weekday(text: str, zone: str | None, day: str) -> None:
    """The day is the one that a calendar in the zone shows."""
    others = [name for name in times.DAYS if name != day]

    assert weekday_in([day], zone)(text) is True
    assert weekday_in(others, zone)(text) is False


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [
        ("09:00-17:00", ["09:00:00", "16:59:59.999"], ["08:59:59", "17:00:00"]),
        ("22:00-06:00", ["22:00:00", "00:00:00", "05:59:59"], ["21:59:59", "06:00:00"]),
        ("18:00-24:00", ["18:00:00", "23:59:59"], ["17:59:59", "00:00:00"]),
        ("18:00-00:00", ["18:00:00", "23:59:59"], ["17:59:59", "00:00:00"]),
        ("00:00-24:00", ["00:00:00", "23:59:59"], []),
    ],
)
def test_time_between(span: str, inside: list[str], outside: list[str]) -> None:
    """A span holds its start and not its end, and may pass midnight."""
    for zone, offset in ((None, "Z"), ("UTC", "Z"), ("Etc/GMT-3", "+03:00")):
        test = time_between(span, zone)
        clocks = [f"2026-12-01T{time}{offset}" for time in inside + outside]

        assert [time[11:19] for time in clocks if test(time)] == [
            time[:8] for time in inside
        ]


def test_clocks_go_forward() -> None:
    """In spring, 02:00 to 03:00 is passed in no time; what follows is an hour early."""
    skipped = time_between("02:00-03:00", HOME)
    nine = time_between("09:00-17:00", HOME)
    change = utc("2026-03-29T01:00:00+00:00")
    saturday = utc("2026-03-28T08:00:00+00:00")
    sunday = utc("2026-03-29T07:00:00+00:00")

    assert not any(skipped(change + minute * 60) for minute in range(-60, 60))
    assert skipped(change - 86_400 + 1_800)
    assert [False, True] == [nine(saturday - 1), nine(saturday)]
    assert [False, True] == [nine(sunday - 1), nine(sunday)]


def test_clocks_go_back() -> None:
    """In autumn, 02:00 to 03:00 is passed twice, and a Sunday has 25 hours."""
    twice = time_between("02:00-03:00", HOME)
    sunday = weekday_in(["sun"], HOME)
    midnight = utc("2026-10-25T00:00:00+02:00")
    hours = [midnight + hour * 3_600 for hour in range(-1, 26)]

    assert sum(bool(twice(hour)) for hour in hours) == 2
    assert sum(bool(sunday(hour)) for hour in hours) == 25


@pytest.mark.parametrize(
    "zone",
    [
        "Mars/Base",
        "",
        "Europe",
        "../UTC",
        "/etc/passwd",
        "a\0",
        "\ud800",
        1,
        ["UTC"],
        {},
    ],
)
def test_unknown_zone(zone: Any) -> None:
    """A zone that nobody knows is refused in a line."""
    problem = "^unknown time zone .*; write one like Europe/Amsterdam, or UTC"
    with pytest.raises(ValueError, match=problem):
        weekday_in(["mon"], zone)
    with pytest.raises(ValueError, match=problem):
        time_between("09:00-17:00", zone)


def test_utc_needs_no_zone_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """UTC is arithmetic, so that it works where no zones are installed."""
    monkeypatch.setattr(times, "ZoneInfo", None)

    assert weekday_in(["tue"], "UTC")(NOON)
    assert time_between("12:00-12:01")(NOON)


def test_zones_where_the_machine_has_none() -> None:
    """Zones come out of the tzdata package where the system brings no files."""
    asked = f"weekday_in(['tue'], {HOME!r})({NOON})"
    story = f"from flags.engine.times import *; print({asked})"
    done = subprocess.run(
        [sys.executable, "-c", story],
        env={**os.environ, "PYTHONTZPATH": ""},
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout == "True\n"


@pytest.mark.parametrize(
    ("span", "problem"),
    [
        ("09:00-09:00", "starts where it ends; write 00:00-24:00 for the whole day"),
        ("9-17", "is no span of time; write one like 09:00-17:00"),
        ("09:00", "is no span"),
        ("24:00-09:00", "is no span"),
        ("09:00-24:01", "is no span"),
        ("09:60-10:00", "is no span"),
        ("09:00 - 17:00", "is no span"),
        (None, "is no span"),
        (900, "is no span"),
        (["09:00-17:00"], "is no span"),
    ],
)
def test_bad_span(span: Any, problem: str) -> None:
    """What is no span of time is refused."""
    with pytest.raises(ValueError, match=re.escape(problem)):
        time_between(span)


@pytest.mark.parametrize(
    ("days", "problem"),
    [
        (["mon", "xyz"], "'xyz' is no day of the week; write mon, tue, wed, thu, fri,"),
        (["Mon"], "'Mon' is no day"),
        ([1], "1 is no day"),
        ([[]], "[] is no day"),
        ([], "[] is no list of days; write some of mon, tue"),
        ("mon", "'mon' is no list of days"),
        (None, "None is no list of days"),
        ({"mon": 1}, "is no list of days"),
    ],
)
def test_bad_days(days: Any, problem: str) -> None:
    """Days are a list of short names."""
    with pytest.raises(ValueError, match=re.escape(problem)):
        weekday_in(days)

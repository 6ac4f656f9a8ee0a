"""Which flags are evaluated at all, told to the table now and then.

Laws
1. A report never fails a call and never repeats itself: each container names each
   flag at most once a day.
2. At most one write at a poll, and at nearly all polls none: the first names of a day
   go out at once, later ones at one poll in twenty.
3. Not allowed means never asked again; any other failure means not soon.

A container that evaluated a flag counts it on every day that it lives: containers
live for hours, and what is asked of the reports is months.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from random import random

from flags.hints import TYPE_CHECKING
from flags.record import Record

if TYPE_CHECKING:
    from flags.aws.client import AwsClient

DAY = 86_400
# How long a day's row stays in the table.
KEPT_DAYS = 180
CHANCE = 1 / 20
FIRST_BACKOFF = 60.0
LAST_BACKOFF = 3600.0
TIMEOUT = 0.25


class NotAllowed(Exception):
    """The function may not write to the table."""


class Report(Record):
    """Flags that were evaluated on a day, as `2030-01-31`.

    `expires_at` is when the table may forget it, in seconds since the epoch.
    """

    day: str
    flags: frozenset[str]
    expires_at: int


Sink = Callable[[Report], None]


class Usage:
    """Decides what is reported, and when; `sink` writes it."""

    def __init__(self, sink: Sink, *, random: Callable[[], float]) -> None:
        self._sink = sink
        self._random = random
        self._off = False
        self._day = -1
        self._told: set[str] = set()
        self._backoff = 0.0
        self._not_before = float("-inf")

    def after_poll(self, used: Collection[str], now: float) -> None:
        """Report of the flags evaluated so far those that are news, if it is time."""
        if self._off or now < self._not_before:
            return
        day = int(now // DAY)
        if day != self._day:
            self._day, self._told = day, set()
        # Another thread may evaluate a new flag meanwhile: `list` copies in one go.
        news = frozenset(list(used)) - self._told
        if not news or (self._told and self._random() >= CHANCE):
            return
        self._report(day, news, now)

    def _report(self, day: int, news: frozenset[str], now: float) -> None:
        report = Report(
            day=time.strftime("%Y-%m-%d", time.gmtime(day * DAY)),
            flags=news,
            expires_at=(day + KEPT_DAYS) * DAY,
        )
        try:
            self._sink(report)
        except NotAllowed:
            self._off = True
        except Exception:  # noqa: BLE001 - nobody waits for a report
            self._backoff = min(LAST_BACKOFF, max(FIRST_BACKOFF, self._backoff * 2))
            self._not_before = now + self._backoff * (0.5 + self._random() / 2)
        else:
            self._backoff = 0.0
            self._told |= news


def reporting(client: AwsClient, table: str) -> Usage:
    """What reports to the table."""
    return Usage(table_sink(client, table), random=random)


def table_sink(client: AwsClient, table: str) -> Sink:
    """What adds the names to the day's row, which all containers share."""
    # Only who reports pays for what writes.
    from flags.aws.errors import AwsError  # noqa: PLC0415
    from flags.aws.updateitem import update_item  # noqa: PLC0415

    def sink(report: Report) -> None:
        try:
            update_item(
                client,
                table,
                {"pk": "usage", "sk": report.day},
                "ADD #flags :names SET expires_at = :expires",
                names={"#flags": "flags"},
                values={
                    ":names": {"SS": sorted(report.flags)},
                    ":expires": {"N": str(report.expires_at)},
                },
                timeout=TIMEOUT,
            )
        except AwsError as error:
            if error.code == "AccessDeniedException":
                raise NotAllowed from error
            raise

    return sink

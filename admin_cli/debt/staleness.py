"""Flags that can go: expired, never evaluated, or the same for everyone.

Laws
1. Pure: flags, their last changes and the reports of use in; lists out.
2. A flag that is meant to stay (`temporary: false`) is listed if it expired, and
   never else. A release is no flag to remove: it is listed if it expired.
3. Nothing is called unused on less than `days` of evidence: reports of use go that far
   back, and the flag existed then. Without such reports nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from admin_cli.lint.serving import alone
from flags.store.changes import Stored

Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known beside the flags themselves.

    `changed` has the time of each flag's last change, `created` of its first one;
    `used` the flags that were evaluated since `begin`, `watched` the first report.
    """

    changed: Mapping[str, str]
    created: Mapping[str, str]
    used: frozenset[str]
    watched: date | None
    today: date
    days: int

    @property
    def begin(self) -> date:
        """The first day that counts."""
        return begin(self.today, self.days)

    @property
    def reaches(self) -> bool:
        """Whether there are reports of all the days that count."""
        return self.watched is not None and self.watched <= self.begin


def begin(today: date, days: int) -> date:
    """The first of so many days before today."""
    return today - timedelta(days=days)


def passing(flags: list[Stored]) -> list[Stored]:
    """The flags that are meant to go some day."""
    return [
        flag
        for flag in flags
        if flag.body.get("temporary") is not False and "release" not in flag.body
    ]


def stale(flags: list[Stored], known: Evidence) -> Data:
    """The three lists; `never_evaluated` is null where reports don't reach back."""
    going = passing(flags)
    return {
        "days": known.days,
        "expired": [found for flag in flags for found in _expired(flag, known)],
        "never_evaluated": _unused(going, known) if known.reaches else None,
        "rolled_out": [found for flag in going for found in _rolled_out(flag, known)],
    }


def _expired(flag: Stored, known: Evidence) -> list[Data]:
    expires = flag.body.get("expires")
    if expires is None or date.fromisoformat(expires) >= known.today:
        return []
    return [_about(flag) | {"expires": expires}]


def _unused(flags: list[Stored], known: Evidence) -> list[Data]:
    since = {"since": known.begin.isoformat()}
    return [
        _about(flag) | since
        for flag in flags
        if flag.name not in known.used and _existed(flag, known)
    ]


def _existed(flag: Stored, known: Evidence) -> bool:
    created = known.created.get(flag.name)
    return created is not None and _day(created) <= known.begin


def _rolled_out(flag: Stored, known: Evidence) -> list[Data]:
    changed = known.changed.get(flag.name)
    midnight = datetime.combine(known.today, time(), UTC).timestamp()
    variant = alone(flag.body, midnight)
    if variant is None or changed is None or _day(changed) > known.begin:
        return []
    return [_about(flag) | {"variant": variant, "changed": changed}]


def _day(at: str) -> date:
    return date.fromisoformat(at[:10])


def _about(flag: Stored) -> Data:
    return {"name": flag.name, "owner": flag.body.get("owner")}

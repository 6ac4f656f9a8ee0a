"""Flags that can go: expired, never evaluated, or the same for everyone.

Laws
1. Pure: flags, their last changes and the reports of use in; lists out.
2. A flag that is meant to stay (`temporary: false`) is listed if it expired, and
   never else. A release is no flag to remove: it is listed if it expired.
3. Without a report of use nothing is known about use, and nothing is listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from admin_cli.serving import alone
from flags.store.changes import Stored

Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known beside the flags themselves.

    `changed` has the time of each flag's last change, `used` the flags that were
    evaluated by day, as reported.
    """

    changed: Mapping[str, str]
    used: Mapping[str, frozenset[str]]
    today: date
    days: int

    @property
    def begin(self) -> date:
        """The first day that counts."""
        return self.today - timedelta(days=self.days)


def stale(flags: list[Stored], known: Evidence) -> Data:
    """The three lists; `never_evaluated` is null without any report of use."""
    passing = [
        flag
        for flag in flags
        if flag.body.get("temporary") is not False and "release" not in flag.body
    ]
    return {
        "days": known.days,
        "expired": [found for flag in flags for found in _expired(flag, known)],
        "never_evaluated": _unused(passing, known) if known.used else None,
        "rolled_out": [found for flag in passing for found in _rolled_out(flag, known)],
    }


def _expired(flag: Stored, known: Evidence) -> list[Data]:
    expires = flag.body.get("expires")
    if expires is None or date.fromisoformat(expires) >= known.today:
        return []
    return [_about(flag) | {"expires": expires}]


def _unused(flags: list[Stored], known: Evidence) -> list[Data]:
    used = frozenset().union(*known.used.values())
    watched = date.fromisoformat(min(known.used))
    found = []
    for flag in flags:
        if flag.name not in used:
            since = max(watched, known.begin, _created(flag, known))
            found.append(_about(flag) | {"since": since.isoformat()})
    return found


def _created(flag: Stored, known: Evidence) -> date:
    """The day from which it can have been used; later than any doubt only if new."""
    changed = known.changed.get(flag.name)
    return _day(changed) if changed and flag.version == 1 else date.min


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

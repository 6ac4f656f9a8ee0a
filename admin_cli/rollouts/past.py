"""What happened to a release's rollouts, out of its history.

Laws
1. A transition is a row of history that changed the rollout or the weight; whatever
   else was changed at that version is no news of the rollout.
2. The rollout before this one is told, too: history forgets nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from admin_cli.percentage import show
from admin_cli.rollouts.times import moment, span
from flags.store.changes import Entry, Store
from rollouts.machine.rollout import damaged

Data = dict[str, Any]
COLUMNS = ("AT", "VERSION", "ROLLOUT", "PHASE", "STEP", "WEIGHT", "BY", "WHY")
# A page of history.
PAGE = 50


def transitions(store: Store, name: str, count: int) -> list[Data]:
    """The latest first, so many at most."""
    return list(islice(filter(None, map(_transition, entries(store, name))), count))


def entries(store: Store, name: str) -> Iterator[Entry]:
    """A document's whole history, the latest first, read as far as it is asked for."""
    before: int | None = None
    while page := store.history(name, PAGE, before):
        yield from page
        before = page[-1].version
        if len(page) < PAGE:
            return


def began(store: Store, name: str, rollout: str) -> int | None:
    """The version at which a rollout began, which is what its evidence goes by."""
    found = None
    for entry in entries(store, name):
        if _rollout(entry.after).get("id") == rollout:
            found = entry.version
        elif found is not None:
            break
    return found


def cells(row: Data) -> tuple[object, ...]:
    """A transition's row."""
    step = None if row["step"] is None else f"{row['step']} of {row['of']}"
    weight = None if row["weight"] is None else show(row["weight"])
    # Often one has all of the other.
    longer, shorter = sorted((row["why"], row["reason"]), key=len, reverse=True)
    why = longer if shorter in longer else f"{row['why']} ({row['reason']})"
    known = (row["at"], row["version"], row["rollout"], row["phase"] or "by hand")
    return *known, step, weight, row["author"], why


def _transition(entry: Entry) -> Data | None:
    before, after = entry.before or {}, entry.after
    if _moved(before) == _moved(after):
        return None
    rollout = _rollout(after)
    plan = rollout.get("plan") or {"steps": []}
    return {
        "at": entry.at,
        "version": entry.version,
        "rollout": rollout.get("id"),
        "action": entry.action,
        "phase": rollout.get("phase"),
        "was": _rollout(before).get("phase"),
        "step": rollout["step"] + 1 if rollout else None,
        "of": len(plan["steps"]) if rollout else None,
        "weight": after.get("weight"),
        "why": rollout.get("why") or "",
        "reason": entry.reason,
        "author": entry.author,
        "after": _since_start(rollout, entry.at),
    }


def _since_start(rollout: Mapping[str, Any], at: str) -> str | None:
    return span(moment(at) - moment(rollout["began"])) if rollout else None


def _moved(body: Mapping[str, Any]) -> tuple[Any, Any]:
    return body.get("rollout"), body.get("weight")


def _rollout(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {} if damaged(body) else body.get("rollout") or {}

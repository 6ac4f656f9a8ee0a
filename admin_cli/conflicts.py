"""What somebody else changed in the meantime, for whoever meets a conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.differences import differences
from flags.errors import FlagsError, VersionConflict

if TYPE_CHECKING:
    from flags.store.changes import Entry, Store

# More than these are not read by anyone; `canary history` has them all.
MOST = 20


def annotate(error: VersionConflict, store: Store) -> VersionConflict:
    """Add to the error, as notes, who changed what since the expected version."""
    for line in _lines(error, store):
        error.add_note(line)
    return error


def _lines(error: VersionConflict, store: Store) -> list[str]:
    if error.actual == 0:
        return [f"{error.name} is not in this table: remove `version` to create it"]
    try:
        entries = since(store, error.name, error.expected)
    except FlagsError:
        # The conflict is the news; its history is a courtesy.
        return []
    if not entries:
        return []
    changed = differences(entries[0].before, entries[-1].after)
    told = [_told(entry) for entry in entries]
    return [*told, *(f"  {difference}" for difference in changed)]


def since(store: Store, name: str, version: int) -> list[Entry]:
    """The changes after a version, the earliest first."""
    entries = store.history(name, MOST)
    return [entry for entry in reversed(entries) if entry.version > version]


def _told(entry: Entry) -> str:
    why = f": {entry.reason}" if entry.reason else ""
    return f"version {entry.version}, {entry.at}, {entry.author}, {entry.action}{why}"

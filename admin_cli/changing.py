"""Writes changes to the table, signed, and tells what changed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from string import ascii_lowercase, digits
from typing import Any

from admin_cli import clock
from admin_cli.conflicts import annotate
from admin_cli.differences import differences
from admin_cli.files import normal, unchanged
from admin_cli.finding import find, unburied
from admin_cli.output import Format, Screen, lines
from flags.errors import VersionConflict
from flags.store.changes import Commit, Edit, Entry, Signature, State, Store, Stored
from flags.store.planning import plan
from flags.store.writer import Writer

Body = Mapping[str, Any]
# How often a move that must go through is made anew.
ATTEMPTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a person does to one document, whoever they are."""

    name: str
    action: str
    change: Callable[[Body], Body]
    if_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a move did: the body before it, and the change if there was one."""

    before: Body
    entries: tuple[Entry, ...]

    @property
    def body(self) -> Body:
        """The body that is in the table now."""
        return self.entries[-1].after if self.entries else self.before


def write(
    store: Store,
    edit: Callable[[State], list[Edit]],
    signature: Signature,
    *,
    reads_back: bool = True,
) -> tuple[Entry, ...]:
    """Commit what `edit` makes of the state; a conflict says what changed.

    Only a rehearsal may do without reading the snapshot back.
    """
    writer = Writer(
        store=store,
        timestamp=clock.timestamp,
        salt=salt,
        plan=partial(plan, reads_back=reads_back),
    )
    try:
        return writer.write(edit, signature)
    except VersionConflict as error:
        raise annotate(error, store) from error.__cause__


def rehearse(
    state: State, edit: Callable[[State], list[Edit]], signature: Signature
) -> Commit:
    """What one commit of all this would be, however many documents it takes."""
    return plan(
        state,
        edit(state),
        signature,
        at=clock.timestamp(),
        salt=salt(),
    )


def carry_out(store: Store, signature: Signature, move: Move) -> Moved:
    """Change one document; nothing is written if the move changes nothing."""
    seen: list[Stored] = []

    def edits(state: State) -> list[Edit]:
        stored = unburied(find(state, move.name))
        seen.append(stored)
        made = _edit(stored, move)
        return [] if unchanged(stored.name, made.body, stored.body) else [made]

    entries = write(store, edits, signature)
    return Moved(before=seen[-1].body, entries=entries)


def insist(attempt: Callable[[], Moved]) -> Moved:
    """Move, whatever others do meanwhile."""
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except VersionConflict:
            # Read again, and apply the move to what is there now.
            continue
    return attempt()


def expect(stored: Stored, version: int | None) -> None:
    """Raises `VersionConflict` if a person counts on another version."""
    if version is not None and version != stored.version:
        raise VersionConflict(stored.name, version, stored.version)


def _edit(stored: Stored, move: Move) -> Edit:
    """An edit in normal form; raises `VersionConflict` or `InvalidDocument`."""
    expect(stored, move.if_version)
    body = normal(stored.name, move.change(stored.body))
    return Edit(
        name=stored.name, body=body, based_on=stored.version, action=move.action
    )


def data(entries: Iterable[Entry], *, dry_run: bool = False) -> dict[str, Any]:
    """The changes, as JSON shows them."""
    return {"dry_run": dry_run, "changes": [entry_data(entry) for entry in entries]}


def entry_data(entry: Entry) -> dict[str, Any]:
    """One change, as JSON shows it."""
    changed = differences(entry.before, entry.after)
    return {
        "name": entry.name,
        "version": entry.version,
        "at": entry.at,
        "author": entry.author,
        "reason": entry.reason,
        "action": entry.action,
        "fields": [difference.data() for difference in changed],
    }


def texts(entries: Iterable[Entry]) -> list[str]:
    """The changes, as people read them."""
    found = []
    for entry in entries:
        if entry.before is None:
            found.append(f"{entry.name}: new, version {entry.version}")
        else:
            was = entry.version - 1
            found.append(f"{entry.name}: version {was} -> {entry.version}")
        changed = differences(entry.before, entry.after)
        found += [f"  {difference}" for difference in changed]
    return found


def show(screen: Screen, entries: tuple[Entry, ...], *, dry_run: bool = False) -> None:
    """Show the changes; for people, nothing says nothing."""
    if entries or screen.format is not Format.TABLE:
        screen.show(data(entries, dry_run=dry_run), lambda: lines(texts(entries)))


def salt() -> str:
    """A new random word of 8 letters and digits."""
    return "".join(secrets.choice(ascii_lowercase + digits) for _ in range(8))

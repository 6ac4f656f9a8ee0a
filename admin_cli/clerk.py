"""Carries changes out for a person: rehearsed or written, noted, and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from admin_cli import changing
from admin_cli.output import Screen
from flags.store.changes import Edit, Entry, Signature, State, Store

Entries = tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """One person's changes; of a dry run the store is a `Rehearsal`.

    `where` says in which table, for people.
    """

    store: Store
    signature: Signature
    screen: Screen
    where: Callable[[], str]
    dry_run: bool = False

    def write(
        self, edit: Callable[[State], list[Edit]], otherwise: str = ""
    ) -> Entries:
        """Write what `edit` makes of the state, and show it, or say `otherwise`."""
        entries = changing.write(self.store, edit, self.signature)
        self.show(entries, otherwise)
        return entries

    def show(self, entries: Entries, otherwise: str = "") -> None:
        """Show changes that were made; if there are none, say so in these words."""
        if otherwise and not entries:
            self.screen.note(otherwise)
        if entries and self.dry_run:
            self.screen.note("a dry run: nothing was written")
        self.screen.note(f"in {self.where()}")
        changing.show(self.screen, entries, dry_run=self.dry_run)

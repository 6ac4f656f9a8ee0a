"""Applies a file, in one transaction or in several.

Laws
1. What a part names is in the table before it, and what is let go is let go before
   another takes it: each part is valid by itself, as far as any order makes it so.
2. All parts are rehearsed before the first is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from admin_cli import archiving, files
from admin_cli.changing import rehearse, write
from admin_cli.rehearsal import Ahead, Rehearsal
from flags.errors import FlagsError, InvalidDocument
from flags.store.changes import MAX_EDITS, Edit, Entry, State
from flags.store.links import claims, uses
from flags.store.names import is_archived, place

if TYPE_CHECKING:
    from admin_cli.clerk import Clerk
    from admin_cli.deployed import Deployed
    from flags.store.checks import File

_FIRST = ("segments", "flags", "groups", "routing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file to be applied; `doomed` is what is pruned, None all that it lacks.

    Without `deployed` nobody asks whether its routes lead anywhere.
    """

    file: File
    if_version: int | None = None
    force: bool = False
    move_stable: bool = False
    doomed: Collection[str] | None = ()
    deployed: Deployed | None = None

    def edits(self, state: State) -> list[Edit]:
        """What applying it changes."""
        made = files.edits(
            self.file,
            state,
            self.if_version,
            force=self.force,
            move_stable=self.move_stable,
        )
        if self.deployed and (found := [*self.deployed.problems(self.file, state)]):
            raise InvalidDocument(found)
        return [*made, *archiving.prune(self.file, state, self.doomed)]

    def only(self, names: Collection[str]) -> Sheet:
        """A part of it: these documents, to be written or pruned.

        Where routes lead is asked of the whole: parts before it add to what is known.
        """
        return replace(self, file=self.file.only(names), doomed=names, deployed=None)


def parts(state: State, edits: list[Edit], most: int = MAX_EDITS) -> list[list[str]]:
    """The edited documents in an order in which each part is valid by itself."""
    after = {edit.name: edit.body for edit in edits}
    before = {n: s.body for n, s in state.documents.items() if n in after}
    ordered = _sorted(after, _orders(before, after))
    return [ordered[i : i + most] for i in range(0, len(ordered), most)]


def write_in_parts(clerk: Clerk, sheet: Sheet) -> tuple[Entry, ...]:
    """Write the parts one by one, and tell of each."""
    rehearsal = Rehearsal(clerk.store)
    state = rehearsal.load()
    edits = sheet.edits(state)
    # All that is wrong with the whole, before what is wrong with a part.
    rehearse(state, lambda _: edits, clerk.signature)
    found = parts(state, edits)
    if clerk.screen.err.isatty():
        clerk.screen.note(f"checking {len(found)} parts before the first is written")
    for part in found:
        edit = sheet.only(part).edits
        write(rehearsal, edit, clerk.signature, reads_back=False)
    return _written(clerk, sheet, found)


def _written(clerk: Clerk, sheet: Sheet, found: list[list[str]]) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    store = clerk.store if clerk.dry_run else Ahead(clerk.store)
    for number, part in enumerate(found, 1):
        try:
            made = write(store, sheet.only(part).edits, clerk.signature)
        except FlagsError as error:
            done = ", ".join(entry.name for entry in entries) or "nothing"
            error.add_note(f"part {number} of {len(found)}; written already: {done}")
            raise
        entries += made
        names = ", ".join(entry.name for entry in made) or "nothing"
        told = "would write" if clerk.dry_run else "wrote"
        clerk.screen.note(f"part {number} of {len(found)} {told} {names}")
    return tuple(entries)


Bodies = Mapping[str, Mapping[str, object]]


def _orders(before: Bodies, after: Bodies) -> set[tuple[str, str]]:
    """Pairs of documents of which the first is to be written before the second."""
    old, new = uses(before), uses(after)
    found = {(target, owner) for owner, target in new}
    # Whoever lets go of another does so before that one changes or goes.
    found |= {(o, t) for o, t in old - new if (t, o) not in old | new}
    had, has = claims(before), claims(after)
    found |= {(had[what], has[what]) for what in {*had} & {*has}}
    return {(a, b) for a, b in found if a != b and a in after and b in after}


def _sorted(after: Bodies, orders: Iterable[tuple[str, str]]) -> list[str]:
    """Topologically, and else by kind; a circle is opened where the kind says."""
    ahead: dict[str, set[str]] = {name: set() for name in after}
    behind: dict[str, set[str]] = {name: set() for name in after}
    for first, second in orders:
        ahead[second].add(first)
        behind[first].add(second)
    rank = {name: (*_rank(name, body), name) for name, body in after.items()}
    ready = [rank[name] for name in after if not ahead[name]]
    heapify(ready)
    left, ordered = set(after), []
    while left:
        name = heappop(ready)[-1] if ready else min(left, key=rank.__getitem__)
        if name not in left:
            continue
        left.remove(name)
        ordered.append(name)
        for later in behind[name]:
            ahead[later].discard(name)
            if not ahead[later]:
                heappush(ready, rank[later])
    return ordered


def _rank(name: str, body: Mapping[str, object]) -> tuple[int, int]:
    """Segments, flags, groups, routing; what is put away goes last, and backwards."""
    kind = _FIRST.index(place(name)[0])
    return (1, -kind) if is_archived(body) else (0, kind)

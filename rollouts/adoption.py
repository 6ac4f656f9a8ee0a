"""Adopts a table that was restored or copied: it has a lineage of its own then.

Laws
1. Rollouts that are live in the copy end: a person may have ended them where the copy
   was made, and what they ran on may be gone. Everyone is on the stable of the copy.
2. The lineage is exchanged with the last of them, in one transaction: who reads the new
   one finds no rollout of the old.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from flags.aborts import mark
from flags.errors import InvalidDocument
from flags.store.changes import MAX_EDITS, Commit, Edit, Entry, Signature, State
from flags.store.checks import read_document
from flags.store.names import is_archived
from flags.store.planning import plan
from flags.store.shares import mapping
from flags.store.writer import Writer
from rollouts.machine import moves, phases

WHY = "the table was restored or copied"
ACTION = phases.action(phases.ABORT)


def adopt(writer: Writer, signature: Signature, now: float) -> tuple[Entry, ...]:
    """End what is live in the copy, and give it another lineage.

    Nothing is done if the table is not a copy. Raises `FlagsError`.
    """
    written: tuple[Entry, ...] = ()
    adopting = replace(writer, plan=_plan, always=True)
    state = writer.store.load()
    for one in _marks(state, now) if state.lineage.copied else ():
        writer.store.mark(one)
    while writer.store.load().lineage.copied:
        written += adopting.write(
            lambda state: [*islice(_ended(state, now), MAX_EDITS)], signature
        )
    return written


def _ended(state: State, now: float) -> Iterator[Edit]:
    """The aborts of what is live, as far as documents can be read and written."""
    for name, stored in state.documents.items():
        if "release" not in stored.body or is_archived(stored.body):
            continue
        try:
            body = moves.abort(name, stored.body, now=now, why=WHY)
            read_document(name, body)
        except InvalidDocument:
            continue
        if body != stored.body:
            yield Edit(name=name, body=body, based_on=stored.version, action=ACTION)


def _marks(state: State, now: float) -> Iterator[str]:
    """The marks of those that live on in the snapshot alone."""
    ended = {edit.name for edit in _ended(state, now)}
    for name, part in state.compiled.items():
        since = mapping(part.get("release")).get("since")
        if since is not None and name not in ended:
            yield mark(name, since)


def _plan(
    state: State, edits: list[Edit], signature: Signature, *, at: str, salt: str
) -> Commit:
    """As many edits as one commit takes; that with the rest has the new lineage."""
    if len(edits) < MAX_EDITS:
        state = replace(state, lineage=state.lineage.adopted())
    return plan(state, edits, signature, at=at, salt=salt)

"""Commits made by hand: a store is tested without the grammar of documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flags.store.changes import Commit, Entry, State
from flags.store.names import place


def change(  # noqa: PLR0913 - a commit has these parts
    state: State,
    bodies: Mapping[str, Mapping[str, Any]],
    *,
    lists: Mapping[str, tuple[str, ...]] = {},
    at: str = "2030-01-02T00:00:00Z",
    author: str = "contract",
    reason: str = "",
    token: str = "",
    snapshot: bool = True,
) -> Commit:
    """A commit of these documents; what they compile to is their body and version.

    Without `snapshot` the snapshot stays as small as it was.
    """
    entries = tuple(
        Entry(
            name=name,
            version=state.version(name) + 1,
            at=at,
            author=author,
            reason=reason,
            action="edit" if state.version(name) else "create",
            before=state.documents[name].body if name in state.documents else None,
            after=body,
        )
        for name, body in bodies.items()
    )
    return Commit(
        entries=entries,
        based_on=state.snapshot,
        snapshot=state.snapshot + 1,
        body=_compiled(state, entries if snapshot else ()),
        lists=lists,
        id=token,
    )


def _compiled(state: State, entries: tuple[Entry, ...]) -> str:
    sections: dict[str, dict[str, Any]] = {
        "stable": {"cart": "green"},
        "flags": dict(state.compiled),
        "segments": dict(state.segments),
        "groups": dict(state.groups),
        "routing": {},
    }
    for entry in entries:
        partition, name = place(entry.name)
        sections[partition][name] = {**entry.after, "version": entry.version}
    return json.dumps(
        {"schema": 2, "version": state.snapshot + 1, **sections},
        separators=(",", ":"),
        ensure_ascii=False,
    )

"""Rollouts that a router has aborted while the table's documents don't say so yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flags.aborts import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flags.store.changes import State


def aborted(state: State) -> frozenset[str]:
    """The releases that routers hold on stable, whatever their documents say."""
    return frozenset(_marked(state)) if state.aborted else frozenset()


def told(name: str) -> str:
    """What people are told of such a release."""
    return f"{name}: aborted by a router, not yet settled; everyone is on stable"


def _marked(state: State) -> Iterator[str]:
    for name, part in state.compiled.items():
        release = part.get("release")
        since = release.get("since") if isinstance(release, dict) else None
        if since is not None and mark(name, since) in state.aborted:
            yield name

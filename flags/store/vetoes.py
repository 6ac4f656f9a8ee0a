"""What an edit may not do, however well its document is written.

Laws
1. A name that is archived stays taken, until somebody says that it is to be used again.
2. A release with a live rollout is not archived: its users would all move at once.
3. What a router has aborted is not promoted: it would be settled for everyone's harm.
   Nor if the mark comes after the table was read, before the change is written.
4. What can't be read is not written over: nobody knows what would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flags.aborts import mark
from flags.errors import Problem
from flags.store.changes import Edit, State
from flags.store.links import located
from flags.store.plans import running
from flags.store.shares import mapping

# What may give an archived name a new life.
REVIVING = frozenset({"restore", "reuse"})


def vetoes(state: State, edits: list[Edit]) -> Iterator[Problem]:
    """The problems of edits that the state of the table forbids."""
    for edit in edits:
        if edit.name in state.damaged:
            yield damage(state, edit.name)
        stored = state.documents.get(edit.name)
        archived = stored is not None and stored.body.get("archived")
        path = located(edit.name)
        if archived and not edit.body.get("archived") and edit.action not in REVIVING:
            message = (
                f"archived; `canary restore {edit.name}` brings it back, "
                "--force reuses the name"
            )
            yield Problem(path=path, message=message)
        live = "weight" in edit.body or running(edit.body)
        if edit.body.get("archived") and live:
            message = "has a live rollout; promote or abort it before it is archived"
            yield Problem(path=path, message=message)
    for against, name in marks_against(state, edits).items():
        if against in state.aborted:
            message = (
                "a router has aborted its rollout, so it can't be promoted; "
                f"`canary abort {name}` settles that"
            )
            yield Problem(path=located(name), message=message)


def damage(state: State, name: str) -> Problem:
    """What is told of a document that nobody can read."""
    message = (
        f"damaged in the table: {state.damaged[name]}; `canary repair {name}` mends it"
    )
    return Problem(path=located(name), message=message)


def marks_against(state: State, edits: list[Edit]) -> Mapping[str, str]:
    """The marks that forbid a promotion among the edits, each with its release."""
    return {
        mark(edit.name, since): edit.name
        for edit in edits
        if (since := _promoted(state, edit)) is not None
    }


def _promoted(state: State, edit: Edit) -> int | None:
    """When the live rollout began whose canary the edit makes stable, or None."""
    was = mapping(mapping(state.compiled.get(edit.name)).get("release"))
    now = mapping(edit.body.get("release"))
    swapped = now.get("stable", "blue") == was.get("canary")
    since = was.get("since") if swapped else None
    return since if isinstance(since, int) else None

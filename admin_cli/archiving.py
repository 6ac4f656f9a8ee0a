"""Archiving, restoring and pruning, as edits of the table's state.

Laws
1. Pure: a state in, edits out, or all problems at once.
2. An archived document keeps its body, its version and its name; it is in no
   snapshot, so nobody is served by it.
3. A release with a live rollout is not archived: its users would all move at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from admin_cli.files import normal
from admin_cli.finding import find, find_all
from flags.errors import InvalidDocument, Problem
from flags.store.changes import Edit, State, Stored
from flags.store.checks import File
from flags.store.links import located
from flags.store.names import ARCHIVED, ROUTING, is_archived
from flags.store.plans import running


def archive(state: State, names: Iterable[str]) -> list[Edit]:
    """Make tombstones of these; raises `Unknown` or `InvalidDocument`."""
    found = find_all(state, names)
    if problems := [problem for stored in found for problem in _refusals(stored)]:
        raise InvalidDocument(problems)
    return [_edit(stored) for stored in found if not is_archived(stored.body)]


def restore(stored: Stored) -> Edit:
    """Bring a tombstone back as it was; raises `InvalidDocument`."""
    kept = {key: value for key, value in stored.body.items() if key != ARCHIVED}
    return Edit(
        name=stored.name,
        body=normal(stored.name, kept),
        based_on=stored.version,
        action="restore",
    )


def restored(state: State, name: str) -> list[Edit]:
    """The same of a name, unless it is in use; raises `Unknown`."""
    stored = find(state, name)
    return [restore(stored)] if is_archived(stored.body) else []


def surplus(file: File, state: State) -> list[str]:
    """What the table holds and the file doesn't, routing and tombstones aside.

    Of a file with owners only what those own.
    """
    kept = {*file.documents(), ROUTING}
    return sorted(
        name
        for name, stored in state.documents.items()
        if name not in kept
        and not is_archived(stored.body)
        and (not file.owners or stored.body.get("owner") in file.owners)
    )


def prune(file: File, state: State, allowed: Collection[str] | None) -> list[Edit]:
    """Archive what the file lacks; only what is `allowed`, or all of it if None."""
    names = surplus(file, state)
    return archive(state, [n for n in names if allowed is None or n in allowed])


def _edit(stored: Stored) -> Edit:
    body = {**stored.body, ARCHIVED: True}
    return Edit(name=stored.name, body=body, based_on=stored.version, action="archive")


def _refusals(stored: Stored) -> Iterator[Problem]:
    path = located(stored.name)
    if stored.name == ROUTING:
        message = "can't be archived; apply another routing document instead"
        yield Problem(path=path, message=message)
    if "weight" in stored.body or running(stored.body):
        message = "has a live rollout; promote or abort it before it is archived"
        yield Problem(path=path, message=message)

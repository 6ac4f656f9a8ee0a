"""Files of documents: what applying one changes, and what exporting one holds.

Laws
1. Pure: a file and the table's state in, edits out.
2. A file's fields are the whole document; but traffic belongs to the operator. An
   absent `weight` keeps the stored one, an absent `stable` the stored colour.
3. Nothing that is the same in normal form becomes an edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from admin_cli.differences import same
from flags.errors import InvalidDocument, NotFound, Problem, VersionConflict
from flags.store.changes import Edit, State
from flags.store.checks import ROUTING, File, read_file, read_flag
from flags.store.compiler import compile_snapshot
from flags.store.documents import COLOURS, FlagDocument

Body = Mapping[str, Any]


def edits(file: File, state: State, if_version: int | None = None) -> list[Edit]:
    """What the file changes; raises `VersionConflict` or `InvalidDocument`."""
    bodies = list(_bodies(file, state))
    if if_version is not None and len(bodies) != 1:
        message = f"the file holds {len(bodies)} documents; give each its `version`"
        raise InvalidDocument([Problem(path="--if-version", message=message)])
    return [
        Edit(name=name, body=body, based_on=state.version(name), action="apply")
        for name, version, body in bodies
        if _moved(state, name, if_version, version, body)
    ]


def merge(document: FlagDocument, stored: Body | None) -> dict[str, Any]:
    """The new body of a flag, with the traffic that the operator gave it."""
    body = document.body()
    if document.release is None:
        return body
    before = (stored or {}).get("release")
    if document.release.stable is None:
        stable = (before or {}).get("stable", COLOURS[0])
        body["release"] = {**body["release"], "stable": stable}
    if document.weight is None and before is not None and stored:
        body |= {key: stored[key] for key in ("weight",) if key in stored}
    return body


def export(state: State, names: Sequence[str]) -> dict[str, Any]:
    """A file of these documents, or of all; raises `NotFound`."""
    for name in names:
        if name not in state.documents:
            raise NotFound(name, list(state.documents))
    wanted = {
        name: {"version": stored.version, **stored.body}
        for name, stored in sorted(state.documents.items())
        if not names or name in names
    }
    routing = wanted.pop(ROUTING, None)
    return {"flags": wanted} | ({ROUTING: routing} if routing else {})


def snapshot(state: State) -> str:
    """The compiled snapshot that routers read from this table."""
    routing = state.documents.get(ROUTING)
    return compile_snapshot(
        state.snapshot, state.compiled, routing.body if routing else {}
    )


def live(state: State) -> list[str]:
    """The releases with a live rollout."""
    bodies = {name: stored.body for name, stored in state.documents.items()}
    return sorted(name for name, body in bodies.items() if "weight" in body)


def normal(name: str, body: Body) -> Body:
    """A stored body as this version of the grammar writes it."""
    if name == ROUTING:
        routing = read_file({ROUTING: body}).routing
        return routing.body() if routing else {}
    return read_flag(name, body).body()


def _bodies(file: File, state: State) -> Iterator[tuple[str, int | None, Body]]:
    for name, document in file.flags.items():
        stored = state.documents.get(name)
        yield name, document.version, merge(document, stored.body if stored else None)
    if file.routing is not None:
        yield ROUTING, file.routing.version, file.routing.body()


def _moved(
    state: State, name: str, if_version: int | None, version: int | None, body: Body
) -> bool:
    stored = state.documents.get(name)
    for expected in (if_version, version):
        if expected is not None and expected != state.version(name):
            raise VersionConflict(name, expected, state.version(name))
    return stored is None or not same(body, normal(name, stored.body))

"""A change to the table, computed before anything is written.

`plan` is pure: documents in, one `Commit` out, which a store applies whole or not at
all. `Writer` runs the loop around it: load, plan, commit, and again when a change to
another flag got in between.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flags.codec import decode, flag_from
from flags.errors import InvalidDocument, Problem, StoreUnavailable, VersionConflict
from flags.model import Flag
from flags.store.checks import ROUTING, read_flag, shared_services
from flags.store.compiler import Compiled, compile_flag, compile_snapshot

# DynamoDB: 400 KB an item, keys and names included; 100 items a transaction, of
# which a change takes two and the snapshot two.
MAX_BODY_BYTES = 390_000
MAX_EDITS = 49
# A history row holds a document twice, before and after.
MAX_DOCUMENT_BYTES = 190_000
ATTEMPTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A document in the table; `version` counts its changes from 1."""

    name: str
    version: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the table holds, history aside. `snapshot` 0 means an empty one."""

    documents: Mapping[str, Stored] = field(default_factory=dict)
    snapshot: int = 0
    compiled: Mapping[str, Compiled] = field(default_factory=dict)

    def version(self, name: str) -> int:
        """A document's version; 0 if there is none."""
        stored = self.documents.get(name)
        return stored.version if stored else 0

    def readable(self) -> Iterator[tuple[str, Flag]]:
        """The compiled flags; what is damaged is left out."""
        for name, entry in self.compiled.items():
            try:
                yield name, flag_from(name, entry)
            except (KeyError, TypeError, ValueError, AttributeError):
                continue

    def lost(self) -> set[str]:
        """Flags that are among the documents and not, or damaged, in the snapshot."""
        return {*self.documents} - {ROUTING} - {name for name, _ in self.readable()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One document's new body, made from version `based_on` (0 for a new one)."""

    name: str
    body: Mapping[str, Any]
    based_on: int
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who changes something, and why."""

    author: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a document's history."""

    name: str
    version: int
    at: str
    author: str
    reason: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One transaction: the documents, a history row each, and the snapshot."""

    entries: tuple[Entry, ...]
    based_on: int
    snapshot: int
    body: str


class SnapshotMoved(Exception):
    """Another change was committed since the state was loaded."""


class Store(Protocol):
    """Keeps documents, their history, and the compiled snapshot."""

    def load(self) -> State:
        """All documents, strongly consistent; raises `StoreUnavailable`."""

    def commit(self, commit: Commit) -> None:
        """Write it whole, or raise `VersionConflict` or `SnapshotMoved`."""

    def history(self, name: str, limit: int = 50) -> list[Entry]:
        """A document's changes, the latest first."""


def plan(
    state: State, edits: list[Edit], signature: Signature, *, at: str, salt: str
) -> Commit:
    """Compile the edits; raises `VersionConflict` or `InvalidDocument`."""
    for edit in edits:
        actual = state.version(edit.name)
        if edit.based_on != actual:
            raise VersionConflict(edit.name, edit.based_on, actual)
    if len({edit.name for edit in edits}) < len(edits):
        msg = "a change names a document twice"
        raise ValueError(msg)
    if len(edits) > MAX_EDITS:
        message = f"{len(edits)} documents change; apply at most {MAX_EDITS} at a time"
        raise InvalidDocument([Problem(path="flags", message=message)])
    body = _snapshot(state, edits, salt)
    entries = tuple(_entry(state, edit, signature, at) for edit in edits)
    return Commit(
        entries=entries, based_on=state.snapshot, snapshot=state.snapshot + 1, body=body
    )


def _snapshot(state: State, edits: list[Edit], salt: str) -> str:
    bodies = {name: stored.body for name, stored in state.documents.items()}
    bodies |= {edit.name: edit.body for edit in edits}
    routing = bodies.pop(ROUTING, {})
    # Only what changes is checked by today's grammar: a document of yesterday's must
    # not stand in the way of another's abort.
    documents = {
        edit.name: read_flag(edit.name, edit.body)
        for edit in edits
        if edit.name != ROUTING
    }
    problems = [*_oversized(edits), *shared_services(_claims(bodies))]
    previous = dict(state.readable())
    compiled = _recompiled(state, salt) | {n: state.compiled[n] for n in previous}
    for name, document in documents.items():
        version, before = state.version(name) + 1, previous.get(name)
        compiled[name] = compile_flag(document, before, version=version, salt=salt)
    text = compile_snapshot(state.snapshot + 1, compiled, routing)
    size = len(text.encode())
    if size > MAX_BODY_BYTES:
        message = f"the snapshot would be {size} bytes; the limit is {MAX_BODY_BYTES}"
        problems.append(Problem(path="flags", message=message))
    if problems:
        raise InvalidDocument(problems)
    # What no reader would accept is not written: read it back first.
    decode(text)
    return text


def _recompiled(state: State, salt: str) -> dict[str, Compiled]:
    """What the snapshot lost, anew from the documents; the unreadable left out."""
    found: dict[str, Compiled] = {}
    for name in state.lost():
        stored = state.documents[name]
        try:
            document = read_flag(name, stored.body)
        except InvalidDocument:
            continue
        found[name] = compile_flag(document, None, version=stored.version, salt=salt)
    return found


def _claims(bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    return {
        name: body["release"]["services"]
        for name, body in bodies.items()
        if "release" in body
    }


def _oversized(edits: list[Edit]) -> Iterator[Problem]:
    for edit in edits:
        size = len(dumps(edit.body).encode())
        if size > MAX_DOCUMENT_BYTES:
            path = edit.name if edit.name == ROUTING else f"flags.{edit.name}"
            message = f"{size} bytes are over the limit of {MAX_DOCUMENT_BYTES}"
            yield Problem(path=path, message=message)


def _entry(state: State, edit: Edit, signature: Signature, at: str) -> Entry:
    stored = state.documents.get(edit.name)
    return Entry(
        name=edit.name,
        version=edit.based_on + 1,
        at=at,
        author=signature.author,
        reason=signature.reason,
        action=edit.action,
        before=stored.body if stored else None,
        after=edit.body,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Commits changes to a store.

    `timestamp` gives the time as ISO 8601 UTC, `salt` a new random word.
    """

    store: Store
    timestamp: Callable[[], str]
    salt: Callable[[], str]
    pause: Callable[[float], None] = time.sleep

    def write(
        self, edit: Callable[[State], list[Edit]], signature: Signature
    ) -> tuple[Entry, ...]:
        """Commit what `edit` makes of the state; nothing if it makes nothing.

        `edit` is called anew when a change to another document got in between.
        """
        for attempt in range(ATTEMPTS):
            state = self.store.load()
            edits = edit(state)
            # A change of nothing still mends a snapshot that has lost something.
            if not edits and not state.lost():
                return ()
            commit = plan(
                state, edits, signature, at=self.timestamp(), salt=self.salt()
            )
            try:
                self.store.commit(commit)
            except SnapshotMoved:
                self.pause(0.02 * (attempt + 1))
            else:
                return commit.entries
        msg = f"the table was busy {ATTEMPTS} times in a row; try again"
        raise StoreUnavailable(msg)


def dumps(body: Mapping[str, Any]) -> str:
    """A document as it stands in the table."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

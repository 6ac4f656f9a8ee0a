"""A change to the table, computed before anything is written.

`flags.store.planning` makes one `Commit` of edits, which a store applies whole or not
at all; `flags.store.writer` runs the loop around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flags.codec import flag_from, segment_from, slots_from
from flags.store.lineage import NO_LINEAGE, Lineage
from flags.store.names import GROUP, ROUTING, SEGMENT

# DynamoDB: 100 items a transaction, of which a change takes two and the snapshot two.
MAX_EDITS = 49
MAX_DOCUMENT_BYTES = 4_000_000

# What a document has become in a snapshot.
Compiled = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """When a document was changed, by whom, and how."""

    at: str
    author: str
    action: str

    @classmethod
    def by(cls, entry: Entry) -> Changed:
        """The change of which this is the row of history."""
        return cls(at=entry.at, author=entry.author, action=entry.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A document in the table; `version` counts its changes from 1.

    `changed` is the last change and `drawn` how its users were drawn
    (`flags.store.drawing`), where the document's item has them.
    """

    name: str
    version: int
    body: Mapping[str, Any]
    changed: Changed | None = field(default=None, compare=False)
    drawn: Mapping[str, Any] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the table holds, history aside. `snapshot` 0 means an empty one.

    `compiled` (the flags), `segments` and `groups` are the snapshot's; `lists` are the
    digests of the lists of ids that it holds. `aborted` are marks (`flags.aborts`) on
    rollouts that a router has ended, for as long as they are not settled.

    `damaged` are the documents that can't be read, with what is wrong; what the
    snapshot has of them stays. `routing` is the snapshot's, None if it has none.
    `flaws` says what else in the table can't be read; the next commit mends it.

    `lineage` says which table its versions were counted in.
    `stable` is the snapshot's: by service the colour that was made stable last.
    """

    documents: Mapping[str, Stored] = field(default_factory=dict)
    snapshot: int = 0
    compiled: Mapping[str, Compiled] = field(default_factory=dict)
    segments: Mapping[str, Compiled] = field(default_factory=dict)
    groups: Mapping[str, Compiled] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    aborted: frozenset[str] = frozenset()
    routing: Mapping[str, Any] | None = field(default=None, compare=False)
    damaged: Mapping[str, str] = field(default_factory=dict)
    flaws: tuple[str, ...] = ()
    lineage: Lineage = field(default=NO_LINEAGE, compare=False)
    stable: Mapping[str, str] = field(default_factory=dict, compare=False)

    def damage(self) -> tuple[str, ...]:
        """All that can't be read, or not be trusted, in words."""
        copied = self.lineage.copied
        documents = (f"{name}: {problem}" for name, problem in self.damaged.items())
        return (*([copied] if copied else []), *self.flaws, *documents)

    def version(self, name: str) -> int:
        """A document's version; 0 if there is none."""
        stored = self.documents.get(name)
        return stored.version if stored else 0

    def lost(self) -> set[str]:
        """Documents that ought to be in the snapshot and aren't, or are damaged."""
        lists = dict.fromkeys(self.lists, frozenset[str]())
        there = {n for n, p in self.compiled.items() if _sound(flag_from, n, p)}
        for name, part in self.segments.items():
            if _sound(segment_from, name, part, lists):
                there.add(SEGMENT + name)
        for name, part in self.groups.items():
            if _sound(slots_from, name, part):
                there.add(GROUP + name)
        expected = {n for n, s in self.documents.items() if not s.body.get("archived")}
        return expected - {ROUTING} - there


def _sound(read: Callable[..., object], *of: Any) -> bool:
    try:
        read(*of)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return False
    return True


def lists_of(segment: Mapping[str, Any]) -> set[str]:
    """The lists of ids that a compiled segment names."""
    parts = (segment.get("included"), segment.get("excluded"))
    return {part["list"] for part in parts if isinstance(part, dict)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One document's new body, made from version `based_on` (0 for a new one).

    `drawn` is how another table has drawn its users, for one that is new in this one.
    `moves_stable` says that a release may put its services on another stable colour.
    """

    name: str
    body: Mapping[str, Any]
    based_on: int
    action: str
    drawn: Mapping[str, Any] | None = None
    moves_stable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who changes something, and why."""

    author: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a document's history; `drawn` goes to the document, not to the row."""

    name: str
    version: int
    at: str
    author: str
    reason: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    drawn: Mapping[str, Any] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One transaction: the documents, a history row each, and the snapshot.

    `lists` holds the ids of lists that the snapshot names, by digest; those that the
    snapshot before names too may be left out. `id` tells this commit from all others.
    `unmarked` are abort marks that must not be there when it is written. `repaired` are
    documents that are written over whatever stands there, which nobody can read.
    """

    entries: tuple[Entry, ...]
    based_on: int
    snapshot: int
    body: str
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    id: str = ""
    unmarked: frozenset[str] = frozenset()
    repaired: frozenset[str] = frozenset()
    lineage: Lineage = NO_LINEAGE
    data: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    def named_lists(self) -> frozenset[str]:
        """The lists that the snapshot names."""
        segments = self.snapshot_data().get("segments") or {}
        return frozenset(
            sha for segment in segments.values() for sha in lists_of(segment)
        )

    def snapshot_data(self) -> Mapping[str, Any]:
        """The snapshot as data; read it, and change nothing in it."""
        found: Mapping[str, Any] = self.data or json.loads(self.body)
        return found


class SnapshotMoved(Exception):
    """Another change was committed since the state was loaded, or is under way.

    Or a router has put a mark that the commit must not overrule.
    """


class Throttled(SnapshotMoved):
    """The table takes no more writes for now; this one was not written."""


class Store(Protocol):
    """Keeps documents, their history, and the compiled snapshot."""

    def load(self) -> State:
        """All documents, strongly consistent; raises `StoreUnavailable`."""

    def commit(self, commit: Commit) -> None:
        """Write it whole, or raise `VersionConflict` or `SnapshotMoved`.

        Raises `CommitUnknown` if it may have been written. The same commit may be sent
        again: it is never written twice.
        """

    def committed(self, commit: Commit) -> bool:
        """Whether the history has a row of this very commit."""

    def settle(self, marks: Iterable[str]) -> None:
        """Take abort marks away, if they are there; no commit does.

        Raises `StoreUnavailable`.
        """

    def mark(self, mark: str) -> object:
        """Abort a rollout as a router does, in one write; raises `StoreUnavailable`."""

    def mend(self) -> None:
        """Take out of the way what routers may have written, and no commit can read.

        Raises `StoreUnavailable`.
        """

    def history(
        self, name: str, limit: int = 50, before: int | None = None
    ) -> list[Entry]:
        """A document's changes, the latest first; those older than `before`."""

    def latest(self, name: str) -> int:
        """The version of the last row of history, readable or not; 0 without any."""

    def revision(self, name: str, version: int) -> Entry:
        """The change that made this version; raises `RevisionNotFound`."""


def dumps(body: Mapping[str, Any]) -> str:
    """A document as it stands in the table."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

"""A change to the table, computed before anything is written.

`flags.store.planning` makes one `Commit` of edits, which a store applies whole or not
at all. `Writer` runs the loop around it: load, plan, commit, and again when a change to
another flag got in between.
"""

from __future__ import annotations

import json
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from flags.codec import flag_from, segment_from, slots_from
from flags.errors import CommitUnknown, StoreUnavailable, VersionConflict
from flags.parts import MAX_BYTES
from flags.store.names import GROUP, ROUTING, SEGMENT

# What a reader takes.
MAX_BODY_BYTES = MAX_BYTES
# DynamoDB: 100 items a transaction, of which a change takes two and the snapshot two.
MAX_EDITS = 49
MAX_DOCUMENT_BYTES = 4_000_000
# How long a writer goes on against others, and how long it waits in between.
PATIENCE = 30.0
FIRST_WAIT = 0.1
LAST_WAIT = 4.0

# What a document has become in a snapshot.
Compiled = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A document in the table; `version` counts its changes from 1."""

    name: str
    version: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the table holds, history aside. `snapshot` 0 means an empty one.

    `compiled` (the flags), `segments` and `groups` are the snapshot's; `lists` are the
    digests of the lists of ids that it holds.
    """

    documents: Mapping[str, Stored] = field(default_factory=dict)
    snapshot: int = 0
    compiled: Mapping[str, Compiled] = field(default_factory=dict)
    segments: Mapping[str, Compiled] = field(default_factory=dict)
    groups: Mapping[str, Compiled] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()

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
    """One transaction: the documents, a history row each, and the snapshot.

    `lists` holds the ids of lists that the snapshot names, by digest; those that the
    snapshot before names too may be left out. `id` tells this commit from all others.
    """

    entries: tuple[Entry, ...]
    based_on: int
    snapshot: int
    body: str
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    id: str = ""

    def named_lists(self) -> set[str]:
        """The lists that the snapshot names."""
        segments = json.loads(self.body).get("segments") or {}
        return {sha for segment in segments.values() for sha in lists_of(segment)}


class SnapshotMoved(Exception):
    """Another change was committed since the state was loaded, or is under way."""


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

    def history(
        self, name: str, limit: int = 50, before: int | None = None
    ) -> list[Entry]:
        """A document's changes, the latest first; those older than `before`."""

    def revision(self, name: str, version: int) -> Entry:
        """The change that made this version; raises `RevisionNotFound`."""


class Plan(Protocol):
    """Makes one commit of edits, as `flags.store.planning.plan` does."""

    def __call__(
        self,
        state: State,
        edits: list[Edit],
        signature: Signature,
        *,
        at: str,
        salt: str,
    ) -> Commit:
        """Raises `VersionConflict` or `InvalidDocument`."""


def dumps(body: Mapping[str, Any]) -> str:
    """A document as it stands in the table."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _plan(
    state: State, edits: list[Edit], signature: Signature, *, at: str, salt: str
) -> Commit:
    # Not at import: the grammar rests on this file.
    from flags.store.planning import plan  # noqa: PLC0415

    return plan(state, edits, signature, at=at, salt=salt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Commits changes to a store.

    `timestamp` gives the time as ISO 8601 UTC, `salt` a new random word, and `token`
    a word that no other commit has.
    """

    store: Store
    timestamp: Callable[[], str]
    salt: Callable[[], str]
    pause: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random
    token: Callable[[], str] = lambda: secrets.token_hex(16)
    plan: Plan = _plan

    def write(
        self, edit: Callable[[State], list[Edit]], signature: Signature
    ) -> tuple[Entry, ...]:
        """Commit what `edit` makes of the state; nothing if it makes nothing.

        `edit` is called anew when a change to another document got in between. Raises
        `CommitUnknown` if the answer got lost and the table doesn't tell either.
        """
        tries = self._tries()
        for _ in tries:
            state = self.store.load()
            edits = edit(state)
            # A change of nothing still mends a snapshot that has lost something.
            if not edits and not state.lost():
                return ()
            commit = self.plan(
                state, edits, signature, at=self.timestamp(), salt=self.salt()
            )
            commit = replace(commit, id=self.token())
            if self._commit(commit, tries):
                return commit.entries
        msg = f"other changes came first for {PATIENCE:.0f} s; nothing was written; "
        raise StoreUnavailable(msg + "try again")

    def _commit(self, commit: Commit, tries: Iterator[None]) -> bool:
        """Whether it is in the table; if not, another change came first."""
        problem: str | None = None
        while True:
            try:
                return self._sent(commit, again=problem is not None)
            except CommitUnknown as error:
                problem = str(error)
            except StoreUnavailable as error:
                if problem is None:
                    raise
                problem = str(error)
            # Nobody knows. Its conditions hold once at most: the same again is safe.
            if next(tries, self) is self:
                raise CommitUnknown(_unknown(commit, problem))

    def _sent(self, commit: Commit, *, again: bool) -> bool:
        try:
            self.store.commit(commit)
        except (SnapshotMoved, VersionConflict, CommitUnknown) as error:
            # A refusal may come of this very commit, sent before and unanswered.
            doubtful = again or isinstance(error, CommitUnknown)
            if doubtful and self._committed(commit):
                return True
            if isinstance(error, SnapshotMoved):
                return False
            raise
        return True

    def _committed(self, commit: Commit) -> bool:
        try:
            return self.store.committed(commit)
        except StoreUnavailable as error:
            raise CommitUnknown(str(error)) from error

    def _tries(self) -> Iterator[None]:
        """Pauses that grow, of random length: those who met part ways."""
        until = self.now() + PATIENCE
        longest = FIRST_WAIT
        yield
        while (left := until - self.now()) > 0:
            self.pause(min(left, longest * self.random()))
            longest = min(LAST_WAIT, longest * 2)
            yield


def _unknown(commit: Commit, problem: str) -> str:
    names = ", ".join(entry.name for entry in commit.entries)
    return (
        f"nobody knows whether the change of {names} was written ({problem}); look at "
        "`canary history` before you try again"
    )

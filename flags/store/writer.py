"""Commits changes to a store, whoever else does so at the same time.

Load, plan, commit, and again when a change to another document got in between.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from flags.errors import (
    CommitUnknown,
    InvalidDocument,
    Problem,
    StoreUnavailable,
    VersionConflict,
)
from flags.store.changes import (
    MAX_EDITS,
    Commit,
    Edit,
    Entry,
    Signature,
    SnapshotMoved,
    State,
    Store,
    Throttled,
)
from flags.store.planning import plan

# In seconds: how long a writer goes on against others, and waits in between.
PATIENCE = 30.0
FIRST_WAIT = 0.1
LAST_WAIT = 4.0


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
    plan: Plan = plan
    # Whether nothing to change is committed, too.
    always: bool = False

    def write(
        self, edit: Callable[[State], list[Edit]], signature: Signature
    ) -> tuple[Entry, ...]:
        """Commit what `edit` makes of the state; nothing if it makes nothing.

        `edit` is called anew when a change to another document got in between. Raises
        `CommitUnknown` if the answer got lost and the table doesn't tell either.
        """
        tries, refusal = self._tries(), None
        for _ in tries:
            state = self.store.load()
            edits = edit(state)
            if len(edits) > MAX_EDITS:
                raise InvalidDocument([_too_many(len(edits))])
            # A change of nothing still mends a snapshot that has lost something.
            if not edits and not state.lost() and not self.always:
                return ()
            commit = self.plan(
                state, edits, signature, at=self.timestamp(), salt=self.salt()
            )
            commit = replace(commit, id=self.token())
            refusal = self._commit(commit, tries)
            if refusal is None:
                return commit.entries
        raise StoreUnavailable(_in_vain(refusal))

    def _commit(self, commit: Commit, tries: Iterator[None]) -> SnapshotMoved | None:
        """None if it is in the table, else why it is to be made anew."""
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

    def _sent(self, commit: Commit, *, again: bool) -> SnapshotMoved | None:
        try:
            self.store.commit(commit)
        except (SnapshotMoved, VersionConflict, CommitUnknown) as error:
            # A refusal may come of this very commit, sent before and unanswered.
            doubtful = again or isinstance(error, CommitUnknown)
            if doubtful and self._committed(commit):
                return None
            if isinstance(error, SnapshotMoved):
                return error
            raise
        return None

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


def _in_vain(refusal: SnapshotMoved | None) -> str:
    if isinstance(refusal, Throttled):
        return (
            f"DynamoDB throttled the change for {PATIENCE:.0f} s; nothing was written; "
            "try again in some minutes, or give the table more write capacity"
        )
    return (
        f"other changes came first for {PATIENCE:.0f} s; nothing was written; try again"
    )


def _too_many(number: int) -> Problem:
    message = (
        f"{number} documents change, and one transaction takes {MAX_EDITS}: apply a "
        "file with --in-parts, archive fewer at a time"
    )
    return Problem(path="", message=message)


def _unknown(commit: Commit, problem: str) -> str:
    names = ", ".join(entry.name for entry in commit.entries)
    return (
        f"nobody knows whether the change of {names} was written ({problem}); look at "
        "`canary history` before you try again"
    )

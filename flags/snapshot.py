"""The rules that a container holds, and when it reads them again.

Laws
1. Age is wall clock: a frozen sandbox stops the monotonic one. No threads.
2. Past half the refresh time a caller that waits for something else may poll
   meanwhile (`overlap`), so that the busy never wait. Past the whole refresh time
   the next caller polls before it decides (`current`), so that no decision rests
   on older rules while the table answers.
3. The last known good rules are served for ever. A poll that fails changes
   nothing but `stale`, and is not tried again within a jittered back-off window.
4. A snapshot that can't be read is refused whole, and not read again until the
   table names another version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from flags.errors import InvalidSnapshot, StoreUnavailable

FIRST_BACKOFF = 1.0
LAST_BACKOFF = 60.0

R = TypeVar("R")


class Reader(Protocol):
    """Where snapshots come from. Both calls raise `StoreUnavailable`."""

    def version(self, *, consistent: bool = False) -> int | None:
        """The snapshot's version; None if there is none yet. Half a read unit."""

    def body(self, *, consistent: bool = False) -> tuple[int, str] | None:
        """The snapshot with its own version; None if there is none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Generic[R]):
    """Rules in use; `version` None means that they came with the package."""

    rules: R
    version: int | None
    stale: bool


class Snapshot(Generic[R]):
    """Keeps the rules fresh; `build` turns a body into rules or raises."""

    def __init__(  # noqa: PLR0913 - clock and dice come from outside
        self,
        reader: Reader,
        build: Callable[[str], R],
        *,
        now: Callable[[], float],
        random: Callable[[], float],
        refresh: float = 5.0,
        bootstrap: str | None = None,
    ) -> None:
        self._reader = reader
        self._build = build
        self._now = now
        self._random = random
        self._refresh = refresh
        self.problem: str | None = None
        self._rules: R | None = None
        if bootstrap is not None:
            self._start_with(bootstrap)
        self._version: int | None = None
        self._refused: int | None = None
        self._checked = float("-inf")
        self._tried = float("-inf")
        self._backoff = self._ceiling = 0.0
        self._in_vain = float("-inf")

    def current(self) -> Held[R] | None:
        """The rules to decide by; None if none were ever read nor packaged."""
        if self._older_than(self._refresh):
            self._poll(consistent=False)
        return self._held()

    def overlap(self) -> None:
        """Poll if it is soon due, for callers that are waiting anyway."""
        if self._older_than(self._refresh / 2):
            self._poll(consistent=False)

    def catch_up(self) -> Held[R] | None:
        """Poll now, strongly consistent: somebody has seen newer rules.

        In vain, if what they saw was another table's: then not again for a second.
        """
        if abs(self._now() - self._in_vain) >= FIRST_BACKOFF:
            before = self._version
            self._poll(consistent=True)
            self._in_vain = self._now() if self._version == before else float("-inf")
        return self._held()

    def _start_with(self, bootstrap: str) -> None:
        try:
            self._rules = self._build(bootstrap)
        except InvalidSnapshot as error:
            # A router that can't start would be worse than one without rules.
            self.problem = str(error)

    def _held(self) -> Held[R] | None:
        if self._rules is None:
            return None
        stale = self.problem is not None
        return Held(rules=self._rules, version=self._version, stale=stale)

    def _older_than(self, seconds: float) -> bool:
        # A clock that was set back must not keep old rules fresh: hence the abs.
        return abs(self._now() - self._checked) >= seconds

    def _poll(self, *, consistent: bool) -> None:
        now = self._now()
        if abs(now - self._tried) < self._backoff:
            return
        self._tried = now
        try:
            problem = self._read(consistent=consistent)
        except (StoreUnavailable, InvalidSnapshot) as error:
            self._fail(str(error))
        else:
            self._checked, self.problem = now, problem
            self._backoff = self._ceiling = 0.0

    def _read(self, *, consistent: bool) -> str | None:
        """Read what moved; returns what is still wrong with the table's snapshot."""
        # A container without rules skips the tiny item: it needs the body anyway.
        if self._version is not None or self._refused is not None:
            version = self._reader.version(consistent=consistent)
            if version is None:
                msg = "the table has lost its snapshot; apply the rules again"
                raise StoreUnavailable(msg)
            if version == self._refused:
                # Known to be bad, and not read again: look for a better one as ever.
                return self.problem
            if version == self._version:
                return None
        found = self._reader.body(consistent=consistent)
        if found is None:
            return None
        version, body = found
        if self._behind(version) and not consistent:
            # It lags, or the table was restored: ask again, to be sure.
            return self._read(consistent=True)
        self._take(version, body)
        return None

    def _take(self, version: int, body: str) -> None:
        try:
            self._rules = self._build(body)
        except InvalidSnapshot:
            self._refused = version
            raise
        self._version, self._refused = version, None

    def _behind(self, version: int) -> bool:
        """Whether a read is older than what was seen before."""
        return self._version is not None and version < self._version

    def _fail(self, problem: str) -> None:
        self.problem = problem
        self._ceiling = min(LAST_BACKOFF, max(FIRST_BACKOFF, self._ceiling * 2))
        self._backoff = self._ceiling * (0.5 + self._random() / 2)

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
5. Rules that fail in use are refused as late as that: whoever finds out condemns
   them, and the ones before are back. Without ones before they stay, and are stale.
6. Fresh rules cost two comparisons: between `fresh_from` and `fresh_until`, which
   every poll moves, `held` is what `current` would return.
7. Abort marks change the rules in use without reading any, and for good: a mark goes
   from the table when newer rules have the abort, which may be refused here. Only a
   strong read says that it went, for an eventual one may be of before it. Marks that
   can't be read take none away.
8. Rules that are watched may be marked at any time: whoever has read such looks for
   marks at once, and if that fails, soon again. If newer rules are there by then, they
   may have settled a mark, and are read at once. All others pay nothing.
"""

from __future__ import annotations

from _thread import allocate_lock  # without the cost of importing threading
from collections import namedtuple
from collections.abc import Callable, Mapping
from types import MappingProxyType

from flags.errors import InvalidSnapshot, StoreUnavailable
from flags.hints import TYPE_CHECKING, Generic, Protocol, TypeVar
from flags.record import Record

if TYPE_CHECKING:
    from typing import NamedTuple

FIRST_BACKOFF = 1.0
LAST_BACKOFF = 60.0

R = TypeVar("R")
# The long lists of ids that a snapshot names, by their digest.
Lists = Mapping[str, frozenset[str]]
NO_LISTS: Lists = MappingProxyType({})
# The rollouts that were aborted since the rules were written (`flags.aborts`).
Marks = frozenset[str]
NO_MARKS: Marks = frozenset()
_NEVER = float("-inf")


if TYPE_CHECKING:

    class Body(NamedTuple):
        """A snapshot as it was read."""

        version: int
        text: str
        lists: Lists = NO_LISTS

    class Version(NamedTuple):
        """The tiny item that is polled: the snapshot's version, and the abort marks.

        The number goes with the table's lineage (`flags.lineage`). Marks that can't be
        read are None. `sound` says that nothing but marks was among them, `problem`
        what is wrong with rules that are in use all the same.
        """

        number: int
        marks: Marks | None = NO_MARKS
        sound: bool = True
        problem: str | None = None

else:  # the same, without the cost of `typing`
    Body = namedtuple("Body", ("version", "text", "lists"), defaults=(NO_LISTS,))  # noqa: PYI024 - as above
    Version = namedtuple(  # noqa: PYI024 - as above
        "Version",
        ("number", "marks", "sound", "problem"),
        defaults=(NO_MARKS, True, None),
    )


class Reader(Protocol):
    """Where snapshots come from. Both reads raise `StoreUnavailable`."""

    def version(self, *, consistent: bool = False) -> Version | None:
        """The snapshot's version; None if there is none yet. Half a read unit."""

    def body(self, *, consistent: bool = False) -> Body | None:
        """The snapshot; None if there is none yet. Also raises `InvalidSnapshot`."""

    def reset(self) -> None:
        """Drop connections: the sandbox was restored from an image of itself."""


class Held(Record, Generic[R]):
    """Rules in use; `version` None means that they came with the package."""

    rules: R
    version: int | None
    stale: bool


class Snapshot(Generic[R]):
    """Keeps the rules fresh; `build` turns text and lists into rules or raises.

    `marked` applies abort marks to rules, and `watched` says whether rules may be
    marked at any time; without them marks mean nothing.
    """

    fresh_from: float
    fresh_until: float
    _in_vain: float

    def __init__(  # noqa: PLR0913 - clock and dice come from outside
        self,
        reader: Reader,
        build: Callable[[str, Lists], R],
        *,
        now: Callable[[], float],
        random: Callable[[], float],
        refresh: float = 5.0,
        bootstrap: str | None = None,
        marked: Callable[[R, Marks], R] = lambda rules, _: rules,
        watched: Callable[[R], bool] = lambda _: False,
    ) -> None:
        self._reader = reader
        self._build = build
        self._marked = marked
        self._watched = watched
        self._now = now
        self._random = random
        self._refresh = refresh
        self.problem: str | None = None
        self.held: Held[R] | None = None
        # The rules in use and the ones before, as marked, each with its version.
        self._used: tuple[R, int | None] | None = None
        self._previous: tuple[R, int | None] | None = None
        self._marks = NO_MARKS
        self._version: int | None = None
        self._polling = allocate_lock()
        self._refused: int | None = None
        self._objection: str | None = None
        self._notice: str | None = None
        if bootstrap is not None:
            self._start_with(bootstrap)
        self._forget_time()

    def current(self) -> Held[R] | None:
        """The rules to decide by; None if none were ever read nor packaged."""
        # A clock that was set back must not keep old rules fresh: hence `fresh_from`.
        if not self.fresh_from <= self._now() < self.fresh_until:
            self._poll(consistent=False)
        return self.held

    def overlap(self) -> None:
        """Poll if it is soon due, for callers that are waiting anyway."""
        if not 0 <= self._now() - self.fresh_from < self._refresh / 2:
            self._poll(consistent=False)

    def catch_up(self) -> Held[R] | None:
        """Poll now, strongly consistent: somebody has seen newer rules.

        In vain, if what they saw was another table's: then not again for a second.
        """
        if abs(self._now() - self._in_vain) >= FIRST_BACKOFF:
            before = self._version, self._marks
            self._poll(consistent=True)
            vain = (self._version, self._marks) == before
            self._in_vain = self._now() if vain else _NEVER
        return self.held

    def condemn(self, version: int | None, problem: str) -> None:
        """Rules of this version failed in use: the ones before are back."""
        if self._used is None or version != self._version:
            return  # somebody else condemned them, or they have gone
        if self._previous is not None:
            self._use(*self._previous, previous=None)
            self._refuse(version, problem)
        elif self._refused is None:
            self._refuse(version, problem)
        self._blame(problem)

    def restored(self) -> None:
        """The sandbox was restored from an image: nobody knows how long it slept."""
        self._forget_time()
        self._reader.reset()

    def _forget_time(self) -> None:
        self.fresh_from = self.fresh_until = _NEVER
        self._tried = self._in_vain = _NEVER
        self._backoff = self._ceiling = 0.0

    def _start_with(self, bootstrap: str) -> None:
        try:
            self._use(self._build(bootstrap, NO_LISTS), None, previous=None)
        except InvalidSnapshot as error:
            # A router that can't start would be worse than one without rules.
            self.problem = str(error)
        self._blame(self.problem)

    def _blame(self, problem: str | None) -> None:
        """Say what is wrong, of the rules in use too."""
        self.problem = problem
        if self._used is not None:
            rules, version = self._used
            self.held = Held(rules=rules, version=version, stale=problem is not None)

    def _poll(self, *, consistent: bool) -> None:
        """Read what moved, unless another thread is at it: one is enough.

        Without rules the others wait for it; with rules they go on with those.
        """
        had_rules = self._used is not None
        if not self._polling.acquire(blocking=not had_rules):
            return
        try:
            if had_rules or self._used is None:
                self._try(consistent=consistent)
        finally:
            self._polling.release()

    def _try(self, *, consistent: bool) -> None:
        now = self._now()
        if abs(now - self._tried) < self._backoff:
            return
        self._tried = now
        try:
            problem = self._read(consistent=consistent)
        except (StoreUnavailable, InvalidSnapshot) as error:
            self._fail(error)
        else:
            self.fresh_from, self.fresh_until = now, now + self._refresh
            self._backoff = self._ceiling = 0.0
            self._blame(problem or self._notice)

    def _read(self, *, consistent: bool) -> str | None:
        """Read what moved; returns what is still wrong with the table's snapshot."""
        # A container without rules skips the tiny item: it needs the body anyway.
        if self._version is not None or self._refused is not None:
            version = self._look(consistent=consistent)
            if version == self._refused:
                # Known to be bad, and not read again: look for a better one as ever.
                return self._objection
            if version == self._version:
                return None
        body = self._reader.body(consistent=consistent)
        if body is None:
            return None
        if self._behind(body.version) and not consistent:
            # It lags, or the table was restored: ask again, to be sure.
            return self._read(consistent=True)
        rules = self._take(body)
        # The rules are in use by now, even if this look fails.
        moved = (
            self._watched(rules) and self._look(consistent=consistent) != body.version
        )
        return self._read(consistent=True) if moved and not consistent else None

    def _look(self, *, consistent: bool) -> int:
        """The version in the table; the marks beside it are in force from here on."""
        seen = self._reader.version(consistent=consistent)
        if seen is None:
            msg = "the table has lost its snapshot; apply the rules again"
            raise StoreUnavailable(msg)
        self._notice = seen.problem
        # Of marks that can't be read nothing is known: those that are known stay.
        marks = self._marks if seen.marks is None else seen.marks
        if not (consistent or self._marks <= marks):
            return self._look(consistent=True)
        if marks != self._marks:
            self._marks = marks
            self._mark()
        return seen.number

    def _take(self, body: Body) -> R:
        try:
            rules = self._build(body.text, body.lists)
        except InvalidSnapshot as error:
            raise InvalidSnapshot(str(error), body.version) from error
        self._use(rules, body.version, previous=self._used)
        self._refused = self._objection = None
        return rules

    def _use(
        self, rules: R, version: int | None, *, previous: tuple[R, int | None] | None
    ) -> None:
        self._previous = previous
        self._used, self._version = (rules, version), version
        self._mark()

    def _mark(self) -> None:
        if self._used is not None:
            rules, version = self._used
            self._used = self._marked(rules, self._marks), version

    def _behind(self, version: int) -> bool:
        """Whether a read is older than what was seen before."""
        return self._version is not None and version < self._version

    def _refuse(self, version: int | None, problem: str) -> None:
        self._refused, self._objection = version, problem

    def _fail(self, error: StoreUnavailable | InvalidSnapshot) -> None:
        if isinstance(error, InvalidSnapshot) and error.version is not None:
            self._refuse(error.version, str(error))
        self._ceiling = min(LAST_BACKOFF, max(FIRST_BACKOFF, self._ceiling * 2))
        self._backoff = self._ceiling * (0.5 + self._random() / 2)
        self._blame(str(error))

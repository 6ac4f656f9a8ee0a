"""Watches over all rollouts that are to be judged, and ends one that regresses.

Laws
1. At most one report in `every` seconds, for one rollout: with several they take turns.
2. A report takes `SECONDS` at most, beside the targets at work, and what fails in it
   reaches no request: it is tried again after a jittered break of 1 to 60 seconds.
3. Who may not write to the table says so once, and asks again once a minute: a new
   permission isn't everywhere at once.
4. What nobody may judge by is told once. It never means healthy, and never ends a
   rollout.
5. A rollout that has ended is forgotten, with all that was not told.
"""

from __future__ import annotations

import contextlib
from _thread import allocate_lock
from collections.abc import Callable, Mapping

from flags import aborts
from flags.aws.errors import AwsCallError, AwsError
from flags.model import Flag
from flags.snapshot import Snapshot
from rollouts.judge.errors import InvalidEvidence
from rollouts.judge.state import State
from rollouts.judge.verdict import verdict
from router.journal import LONGEST_PROBLEM, encode, type_of
from router.routing import Rules
from router.sentinel import marks
from router.sentinel.evidence import Budget, Table
from router.sentinel.watch import Watch
from router.sentinel.witness import Seen, Took, Witness
from router.targets import Begin

SECONDS = 0.3
FIRST_BACKOFF = 1.0
LAST_BACKOFF = 60.0
DENIED = "AccessDeniedException"


class Sentinel:
    """One for a container.

    `begin` invokes a target and asks for the end of its log; `every` is in seconds,
    `now` in seconds since the epoch, `clock` measures durations, `random` throws from
    0 up to 1, `write` takes a line of the journal.
    """

    def __init__(  # noqa: PLR0913 - clock and dice come from outside
        self,
        table: Table,
        snapshot: Snapshot[Rules],
        begin: Begin,
        write: Callable[[str], object],
        *,
        container: str,
        every: float,
        now: Callable[[], float],
        clock: Callable[[], float],
        random: Callable[[], float],
    ) -> None:
        self._table = table
        self._snapshot = snapshot
        self._begin = begin
        self._write = write
        self._container = container
        self._every = every
        self._now = now
        self._clock = clock
        self._random = random
        self._watches: dict[tuple[str, int], Watch] = {}
        self._reporting = allocate_lock()
        self._reported = self._failed = float("-inf")
        self._backoff = self._ceiling = 0.0
        self._denied = False

    def witness(self, flag: Flag, aliases: Mapping[str, str]) -> Witness:
        """Who sees what becomes of an event for the release's service."""
        return Witness(flag, self._begin, aliases, self._tell)

    def meanwhile(self) -> None:
        """Report, if it is time; raises nothing that has to do with the table."""
        now = self._now()
        # A clock that was set back must not stop the reports.
        resting = 0 <= now - self._reported < self._every
        if resting or 0 <= now - self._failed < self._backoff:
            return
        if not self._reporting.acquire(blocking=False):
            return
        try:
            self._report(now)
        finally:
            self._reporting.release()

    def _tell(self, flag: Flag, seen: list[Seen], took: list[Took]) -> None:
        release = flag.release
        if release is None or release.since is None:
            return
        if self._flag(flag.name, release.since) is None:
            return  # the rollout ended meanwhile
        key = (flag.name, release.since)
        if key not in self._watches:
            self._watches[key] = Watch(
                flag, release.since, self._container, self._now()
            )
        self._watches[key].tell(flag, seen, took)

    def _flag(self, name: str, since: int) -> Flag | None:
        """The release as the rules in use have it, if this rollout is watched."""
        held = self._snapshot.held
        flag = held.rules.flags.flags.get(name) if held else None
        release = flag.release if flag else None
        if release is None or release.watch is None or release.since != since:
            return None
        return flag

    def _report(self, now: float) -> None:
        for name, since in list(self._watches):
            if self._flag(name, since) is None:
                del self._watches[name, since]
        if not self._watches:
            return
        watch = min(self._watches.values(), key=lambda one: one.reported)
        flag = self._flag(watch.release, watch.since)
        if flag is None:
            return
        watch.reported = self._reported = now
        try:
            self._attend(watch, flag, now)
        except InvalidEvidence as error:
            problem = str(error)[:LONGEST_PROBLEM]
            if not watch.blind:
                self._line("evidence refused", watch, problem=problem)
            watch.blind = True
        except Exception as error:  # noqa: BLE001 - no request is to know of it
            self._fail(error, watch, now)
        else:
            self._backoff = self._ceiling = 0.0
            self._denied = False

    def _attend(self, watch: Watch, flag: Flag, now: float) -> None:
        budget = Budget(self._clock, SECONDS)
        watch.report(self._table, flag, now, budget)
        state = watch.look(self._table, now, self._random, budget)
        if state is not None:
            self._abort(watch, state)

    def _abort(self, watch: Watch, state: State) -> None:
        """Put the mark that ends the rollout, and heal at once."""
        wanted = marks.changes(aborts.mark(watch.release, watch.since))
        # Its own time: whatever took so long, this is why all of it is done.
        if any(self._table.change(it, SECONDS) is not None for it in wanted):
            said = verdict(state)
            self._line(
                "rollout aborted",
                watch,
                problem=said.reason,
                evidence=round(said.peak, 1),
                needed=round(said.evidence_needed, 1),
            )
        self._snapshot.catch_up()

    def _fail(self, error: Exception, watch: Watch, now: float) -> None:
        self._ceiling = min(LAST_BACKOFF, max(FIRST_BACKOFF, self._ceiling * 2))
        if isinstance(error, AwsError) and error.code == DENIED:
            self._ceiling = LAST_BACKOFF
            if not self._denied:
                self._line("sentinel denied", watch, problem=DENIED)
            self._denied = True
        elif not isinstance(error, AwsCallError):
            self._line("sentinel failed", watch, problem=type_of(error))
        self._backoff = self._ceiling * (0.5 + self._random() / 2)
        self._failed = now

    def _line(self, message: str, watch: Watch, **told: str | float) -> None:
        line = {"message": message, "release": watch.release, "generation": watch.since}
        # There is nowhere left to tell what fails here.
        with contextlib.suppress(Exception):
            self._write(encode(line | told))

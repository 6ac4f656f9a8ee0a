"""One container's watch over one rollout: what it tells the table, and what it sees.

Laws
1. Claims come first, then one change of the container's shard, then perhaps a look.
2. A change whose answer was lost is sent again with the same stamp and the same counts,
   so it is counted once; after ten minutes it is given up, and counted perhaps not.
3. Who looks is decided by dice and by how many containers there are, never by what was
   seen: windows must not end where the canary fails.
4. Nothing begins for which too little time is left; it waits for the next report.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable, Sequence

from flags.hints import Any
from flags.model import Flag
from flags.record import Record
from rollouts.evidence import counting, judging, layout
from rollouts.evidence.judging import Judged
from rollouts.evidence.layout import Item
from rollouts.judge.settings import settings_from
from rollouts.judge.state import State
from rollouts.judge.tally import NOTHING
from rollouts.judge.verdict import regressed
from router.sentinel.evidence import Budget, Table
from router.sentinel.ledger import Ledger
from router.sentinel.witness import Seen, Took, percent

# Claims of a report; the others wait.
MOST_CLAIMS = 25
MOST_NEWCOMERS = 10
# Newcomers of one weight: with more, the share check would find nothing else.
ENOUGH_NEWCOMERS = 2_000
# Containers that look in the time of one report, on average.
LOOKERS = 20
# Seconds: containers that reported within the last minute are at work.
ACTIVE = 60.0
# Seconds in which nobody judges again.
YOUNG = 2.0
# Seconds of a report in which no claim begins: they are for what comes after claims.
KEPT_BACK = 0.15


class Flush(Record):
    """What was sent, perhaps in vain, at `at` in seconds since the epoch."""

    stamp: int
    counts: dict[str, int]
    at: float


class Watch:
    """Of the release of `flag`, from `now` on; `container` is a random name."""

    def __init__(self, flag: Flag, since: int, container: str, now: float) -> None:
        self.release = flag.name
        self.since = since
        self.reported = float("-inf")
        # Nobody is judged by what can't be: it only counts from then on.
        self.blind = False
        self._container = container
        self._settings: Any = flag.release.watch if flag.release else {}
        self._lock = allocate_lock()
        self._ledger = Ledger()
        self._sent: Flush | None = None
        self._stamp = 0
        self._gone: list[str] = []
        self._containers = 1
        self._counted = NOTHING
        self._turned = now
        self._weight: float | None = None
        self._enough: float | None = None

    def tell(self, flag: Flag, seen: list[Seen], took: list[Took]) -> None:
        """Take in what an event showed."""
        weight = percent(flag)
        with self._lock:
            enough = weight == self._enough or self._ledger.crowded
            for one in seen:
                self._ledger.add(one, weight, enough=enough)
            for each in took:
                self._ledger.took(each)

    def report(self, table: Table, flag: Flag, now: float, budget: Budget) -> None:
        """Tell the table; raises `AwsCallError`, and all of it may be repeated."""
        if not 0 <= now - self._turned < judging.OVERDUE:
            self._turn(now)
        expires = int(now) + layout.KEPT_SECONDS
        self._weight = percent(flag)
        self._claim(table, expires, budget)
        if left := budget.left():
            self._flush(table, now, expires, left)

    def look(
        self, table: Table, now: float, random: Callable[[], float], budget: Budget
    ) -> State | None:
        """Perhaps look, and judge; the state if it says that the canary has regressed.

        Raises `AwsCallError`, and `InvalidEvidence` for what nobody may judge by.
        """
        if self.blind or random() * self._containers >= LOOKERS:
            return None
        left = budget.left()
        if not left:
            return None
        found = table.items([layout.judge_key(self.release, self.since)], left)
        before = judging.read(found[0] if found else None)
        if before is not None:
            self._noticed(before, now)
            if regressed(before.state):
                return before.state
            if judging.elapsed(before, now) < YOUNG:
                return None
        made = self._judge(table, before, now, budget)
        return made.state if made and regressed(made.state) else None

    def _judge(
        self, table: Table, before: Judged | None, now: float, budget: Budget
    ) -> Judged | None:
        """The state that was made of the totals; None if it is what it was."""
        left = budget.left()
        if not left:
            return None
        items = table.items(layout.all_totals(self.release, self.since), left)
        self._met(items, 1)
        settings = settings_from(self._settings)
        made = judging.judged(before, settings, counting.totals(items), now)
        left = budget.left()
        if made is None or not left:
            return None
        expires = int(now) + layout.KEPT_SECONDS
        change = judging.writing(self.release, self.since, made, expires)
        if table.change(change, left) is None:
            return None  # somebody was faster
        self._noticed(made, now)
        return made

    def _claim(self, table: Table, expires: int, budget: Budget) -> None:
        """Ask for the oldest cases whether they are ours to count."""
        with self._lock:
            cases = self._ledger.cases(MOST_CLAIMS, MOST_NEWCOMERS)
        for case in cases:
            if not budget.left(KEPT_BACK):
                return
            # The last one may take its time: if it were lost, all of the report were.
            left = budget.left()
            key = layout.claim_key(self.release, self.since, case.kind, case.user)
            owner = f"{self._container}.{case.number}"
            ours = table.change(layout.claim(key, owner, expires), left) is not None
            with self._lock:
                self._ledger.close(case, ours=ours)

    def _flush(self, table: Table, now: float, expires: int, timeout: float) -> None:
        """Add to the shard what was not told yet, or what perhaps was not."""
        sent = self._sent
        if sent is None or not -judging.OVERDUE < now - sent.at < layout.RETRIED_FOR:
            sent = self._cut(now)
        if sent is None:
            return
        number = layout.shard(self._container)
        change = layout.adding(
            layout.totals_key(self.release, self.since, number),
            self._container,
            sent.stamp,
            sent.counts,
            expires_at=expires,
            removed=self._gone,
        )
        item = table.change(change, timeout, returned=True)
        # Refused means that it had arrived before.
        self._sent = None
        if item is not None:
            self._learn(item, now)

    def _cut(self, now: float) -> Flush | None:
        """What is to be sent next, with a stamp above all before."""
        with self._lock:
            counts = self._ledger.cut()
        self._sent = None
        if counts:
            self._stamp = max(self._stamp + 1, int(now * 1_000))
            self._sent = Flush(stamp=self._stamp, counts=counts, at=now)
        return self._sent

    def _learn(self, item: Item, now: float) -> None:
        """What the own shard says of all: it is one of sixteen alike."""
        self._containers = max(1, layout.active([item], now, ACTIVE)) * layout.SHARDS
        self._gone = layout.outdated(item, now)
        # Of few containers a sixteenth says little, but those look at all shards.
        if self._containers > layout.SHARDS:
            self._met([item], layout.SHARDS)

    def _met(self, items: Sequence[Item], times: int) -> None:
        """Whether enough newcomers were counted at the weight in force."""
        weight = self._weight
        if weight is None or weight == self._enough:
            return
        if counting.newcomers(items, weight) * times >= ENOUGH_NEWCOMERS:
            self._enough = weight
            with self._lock:
                self._ledger.forget_newcomers()

    def _noticed(self, judged: Judged, now: float) -> None:
        """A window was closed, by us or by others: a new one has begun."""
        if judged.state.counted != self._counted:
            self._counted = judged.state.counted
            self._turn(now)

    def _turn(self, now: float) -> None:
        self._turned = now
        with self._lock:
            self._ledger.turn()

"""When rules are read again, law by law, with a clock that only moves by hand."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from flags.errors import InvalidSnapshot, StoreUnavailable
from flags.snapshot import Body, Held, Lists, Snapshot, Version
from flags.testing import FakeClock

BAD = "bad"
BROKEN = "broken"
ONE = Body(1, "one")


@dataclass(slots=True, kw_only=True)
class Table:
    """Answers with what it holds, or not at all, and notes what it was asked."""

    held: Body | None = ONE
    lagging: Body | None = None
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def version(self, *, consistent: bool = False) -> Version | None:
        """The tiny item."""
        self._ask("version", consistent=consistent)
        held = self._seen(consistent=consistent)
        return Version(held.version) if held else None

    def body(self, *, consistent: bool = False) -> Body | None:
        """The whole snapshot; a broken one the reader itself refuses."""
        self._ask("body", consistent=consistent)
        seen = self._seen(consistent=consistent)
        if seen and seen.text == BROKEN:
            msg = "snapshot refused: broken"
            raise InvalidSnapshot(msg, seen.version)
        return seen

    def reset(self) -> None:
        """Connections are dropped."""
        self.asked.append("reset")

    def _seen(self, *, consistent: bool) -> Body | None:
        """An eventual read may lag."""
        return self.held if consistent else self.lagging or self.held

    def _ask(self, what: str, *, consistent: bool) -> None:
        self.asked.append(what + "!" if consistent else what)
        if self.down:
            msg = "the table is down"
            raise StoreUnavailable(msg)

    def since(self) -> list[str]:
        """What was asked since the last time."""
        asked, self.asked = self.asked, []
        return asked


def build(text: str, lists: Lists) -> str:
    """Rules are capitals, and the names of lists; bad ones are refused."""
    if text == BAD:
        msg = "snapshot refused: bad"
        raise InvalidSnapshot(msg)
    return " ".join([text.upper(), *lists])


class Bench:
    """A snapshot client with its table, clock and dice."""

    def __init__(
        self,
        held: Body | None = ONE,
        *,
        bootstrap: str | None = None,
        dice: float = 1.0,
    ) -> None:
        self.table = Table(held=held)
        self.clock = FakeClock()
        self.dice = dice
        self.snapshot = Snapshot(
            self.table,
            build,
            now=self.clock,
            random=lambda: self.dice,
            refresh=10.0,
            bootstrap=bootstrap,
        )

    def rules(self) -> str | None:
        """What a caller would decide by now."""
        held = self.snapshot.current()
        return held.rules if held else None

    def stale(self) -> bool:
        """Whether the rules are marked stale."""
        held = self.snapshot.current()
        return held is not None and held.stale


def ready(held: Body = ONE) -> Bench:
    """A bench that has just read its rules."""
    bench = Bench(held)
    bench.snapshot.current()
    bench.table.since()
    return bench


def test_first_read() -> None:
    """A container without rules asks for the body at once, and only for it."""
    bench = Bench()

    assert Held(rules="ONE", version=1, stale=False) == bench.snapshot.current()
    assert ["body"] == bench.table.since()


def test_fresh_rules_cost_nothing() -> None:
    """Within half the refresh time nobody reads, however many ask."""
    bench = ready()
    for _ in range(49):
        bench.clock.advance(0.1)
        bench.snapshot.overlap()
        bench.snapshot.current()

    assert [] == bench.table.since()


def test_overlap_polls_past_half() -> None:
    """Who waits anyway polls past half the time; who decides does not."""
    bench = ready()
    bench.clock.advance(5.0)

    bench.snapshot.current()
    assert [] == bench.table.since()
    bench.snapshot.overlap()
    assert ["version"] == bench.table.since()
    bench.clock.advance(4.9)
    bench.snapshot.overlap()
    bench.snapshot.current()
    assert [] == bench.table.since()


def test_current_polls_past_full() -> None:
    """Past the whole time the next caller polls first and decides by the new rules."""
    bench = ready()
    bench.table.held = Body(2, "two")
    bench.clock.advance(9.9)

    assert "ONE" == bench.rules()
    bench.clock.advance(0.1)
    assert "TWO" == bench.rules()
    assert ["version", "body"] == bench.table.since()


def test_body_only_if_it_moved() -> None:
    """As long as the version stays, the tiny item is all that is read."""
    bench = ready()
    for _ in range(5):
        bench.clock.advance(10.0)
        bench.snapshot.current()

    assert ["version"] * 5 == bench.table.since()


def test_clock_set_back() -> None:
    """A clock that jumps back by a day does not keep old rules fresh for a day."""
    bench = ready()
    bench.table.held = Body(2, "two")
    bench.clock.advance(-86_400.0)

    assert "TWO" == bench.rules()
    bench.table.since()
    bench.clock.advance(9.0)
    bench.rules()
    assert [] == bench.table.since()


def test_clock_set_back_in_a_failure() -> None:
    """A clock that jumps back does not stretch a back-off window either."""
    bench = ready()
    bench.table.down = True
    bench.clock.advance(10.0)
    bench.rules()
    bench.table.down = False
    bench.table.held = Body(2, "two")
    bench.clock.advance(-86_400.0)

    assert "TWO" == bench.rules()


def test_frozen_for_a_week() -> None:
    """A sandbox that slept for a week polls before it decides."""
    bench = ready()
    bench.table.held = Body(2, "two")
    bench.clock.advance(7 * 86_400.0)

    assert "TWO" == bench.rules()


def test_last_known_good() -> None:
    """While the table is down its last rules are served, marked stale, and healed."""
    bench = ready()
    bench.table.down = True
    bench.clock.advance(10.0)

    assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.current()
    assert "the table is down" == bench.snapshot.problem
    bench.clock.advance(365 * 86_400.0)
    assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.current()
    bench.table.down = False
    bench.clock.advance(60.0)
    assert Held(rules="ONE", version=1, stale=False) == bench.snapshot.current()
    assert bench.snapshot.problem is None


def attempts(bench: Bench, seconds: float, step: float = 0.05) -> list[float]:
    """When the table was asked, by a caller that asks all the time."""
    found: list[float] = []
    start = bench.clock.now
    for tick in range(1, round(seconds / step) + 1):
        bench.clock.now = start + tick * step
        bench.snapshot.overlap()
        bench.snapshot.current()
        found += [bench.clock.now - start] * len(bench.table.since())
    return found


@pytest.mark.parametrize(
    ("dice", "first", "longest"),
    [(0.0, 0.5, 30.0), (0.5, 0.75, 45.0), (1.0, 1.0, 60.0)],
)
def test_back_off(dice: float, first: float, longest: float) -> None:
    """Windows double from a second to a minute, each cut by up to half at random."""
    bench = ready()
    bench.table.down = True
    bench.dice = dice
    bench.clock.advance(10.0)
    times = attempts(bench, 400.0)
    windows = [b - a for a, b in pairwise(times)]
    expected = [min(longest, first * 2**n) for n in range(len(windows))]

    assert expected == pytest.approx(windows, abs=0.06)
    assert longest == pytest.approx(windows[-1], abs=0.06)


def test_a_day_without_the_table() -> None:
    """Busy callers try a dead table at most once a window, all day long."""
    bench = ready()
    bench.table.down = True
    times = attempts(bench, 86_400.0, step=0.5)
    windows = [b - a for a, b in pairwise(times)]

    assert [1.0, 2.0, 4.0, 8.0, 16.0, 32.0] == windows[:6]
    assert {60.0} == set(windows[6:])
    assert 1_445 == len(times)


def test_back_off_starts_over() -> None:
    """After a success the next failure waits a second again, not a minute."""
    bench = ready()
    bench.table.down = True
    attempts(bench, 300.0, step=0.5)
    bench.table.down = False
    bench.clock.advance(60.0)
    assert not bench.stale()
    bench.table.since()
    bench.table.down = True

    assert [5.0, 6.0, 8.0] == attempts(bench, 9.0, step=0.5)


def test_refused_is_kept_out() -> None:
    """A bad snapshot is read once; the old rules stay, and its version is watched."""
    bench = ready()
    bench.table.held = Body(2, BAD)
    asked = attempts(bench, 300.0, step=0.5)

    assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.current()
    assert "snapshot refused: bad" == bench.snapshot.problem
    assert len(asked) > 5
    bench.clock.advance(60.0)
    bench.snapshot.current()
    assert ["version"] == bench.table.since()


def test_refused_is_read_once() -> None:
    """While the version stays, the refused body is not fetched again."""
    bench = ready()
    bench.table.held = Body(2, BAD)
    asked: list[str] = []
    for _ in range(20):
        bench.clock.advance(60.0)
        bench.snapshot.current()
        asked += bench.table.since()

    assert ["version", "body", *["version"] * 19] == asked


def test_after_a_refused_one() -> None:
    """The next version replaces a refused one, and nothing is stale."""
    bench = ready()
    bench.table.held = Body(2, BAD)
    bench.clock.advance(10.0)
    assert bench.stale()
    bench.table.held = Body(3, "three")
    bench.clock.advance(10.0)

    assert Held(rules="THREE", version=3, stale=False) == bench.snapshot.current()


def test_back_from_a_refused_one() -> None:
    """When the table goes back to the rules in use, they are no longer stale."""
    bench = ready()
    bench.table.held = Body(2, BAD)
    bench.clock.advance(10.0)
    assert bench.stale()
    bench.table.held = Body(1, "one")
    bench.clock.advance(10.0)

    assert not bench.stale()


def test_refused_from_the_start() -> None:
    """A container that met only a bad snapshot has no rules, and asks sparingly."""
    bench = Bench(Body(2, BAD))
    asked: list[str] = []
    for _ in range(5):
        assert bench.rules() is None
        asked += bench.table.since()
        bench.clock.advance(60.0)

    assert ["body", *["version"] * 4] == asked


def test_bootstrap() -> None:
    """Packaged rules serve until the table answers, and are marked as such."""
    bench = Bench(Body(1, "one"), bootstrap="packaged")
    bench.table.down = True

    assert Held(rules="PACKAGED", version=None, stale=True) == bench.snapshot.current()
    bench.table.down = False
    bench.clock.advance(1.0)
    assert Held(rules="ONE", version=1, stale=False) == bench.snapshot.current()


def test_bad_bootstrap() -> None:
    """Packaged rules that can't be read are as good as none; the table's are."""
    bench = Bench(bootstrap=BAD)
    assert "snapshot refused: bad" == bench.snapshot.problem

    assert Held(rules="ONE", version=1, stale=False) == bench.snapshot.current()


def test_vanished() -> None:
    """A table that lost its snapshot changes no rules, and does not go unnoticed."""
    bench = ready()
    bench.table.held = None
    bench.clock.advance(10.0)

    assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.current()
    assert (
        "the table has lost its snapshot; apply the rules again"
        == bench.snapshot.problem
    )


@pytest.mark.parametrize("bootstrap", [None, "packaged"])
def test_empty_table(bootstrap: str | None) -> None:
    """An empty table is no failure: it is asked once a refresh time, and fills up."""
    bench = Bench(None, bootstrap=bootstrap)
    expected = bootstrap.upper() if bootstrap else None

    assert expected == bench.rules()
    assert not bench.stale()
    bench.clock.advance(4.0)
    assert expected == bench.rules()
    assert ["body"] == bench.table.since()
    bench.table.held = Body(1, "one")
    bench.clock.advance(6.0)
    assert "ONE" == bench.rules()


def test_never_reached() -> None:
    """Without a table and without packaged rules there are none."""
    bench = Bench()
    bench.table.down = True

    assert bench.snapshot.current() is None
    assert "the table is down" == bench.snapshot.problem


def test_catch_up() -> None:
    """Newer rules that somebody has seen are read at once, strongly consistent."""
    bench = ready()
    bench.table.held = Body(2, "two")

    held = bench.snapshot.catch_up()

    assert Held(rules="TWO", version=2, stale=False) == held
    assert ["version!", "body!"] == bench.table.since()


def test_catch_up_in_vain() -> None:
    """Claims of newer rules that come to nothing cost one read a second."""
    bench = ready()
    for _ in range(40):
        bench.snapshot.catch_up()
        bench.clock.advance(0.05)

    assert ["version!"] * 2 == bench.table.since()


def test_catch_up_while_down() -> None:
    """The back-off window holds for it too."""
    bench = ready()
    bench.table.down = True
    bench.clock.advance(10.0)
    bench.snapshot.current()
    bench.table.since()

    held = bench.snapshot.catch_up()

    assert Held(rules="ONE", version=1, stale=True) == held
    assert [] == bench.table.since()


def test_a_read_that_lags() -> None:
    """An eventual read of older rules is asked again, and changes nothing."""
    bench = ready(Body(2, "two"))
    bench.table.lagging = Body(1, "one")
    bench.clock.advance(10.0)

    held = bench.snapshot.current()

    assert Held(rules="TWO", version=2, stale=False) == held
    assert ["version", "body", "version!"] == bench.table.since()


def test_a_restored_table() -> None:
    """Older rules that a strong read confirms are the rules."""
    bench = ready(Body(2, "two"))
    bench.table.held = Body(1, "one")
    bench.clock.advance(10.0)

    assert Held(rules="ONE", version=1, stale=False) == bench.snapshot.current()


def test_better_rules_after_a_long_bad_spell() -> None:
    """However long the table's snapshot was bad, a good one arrives as ever."""
    bench = ready()
    bench.table.held = Body(2, BAD)
    for _ in range(100):
        bench.clock.advance(10.0)
        assert bench.snapshot.current() == Held(rules="ONE", version=1, stale=True)
    bench.table.held = Body(3, "three")
    bench.clock.advance(10.0)

    assert bench.snapshot.current() == Held(rules="THREE", version=3, stale=False)


def test_lists_come_along() -> None:
    """Rules are built of the text and the lists that it names."""
    bench = Bench(Body(1, "one", {"abc": frozenset()}))

    assert "ONE abc" == bench.rules()


def test_a_reader_may_refuse() -> None:
    """What the reader finds broken is refused like what can't be built."""
    bench = ready()
    bench.table.held = Body(2, BROKEN)
    asked: list[str] = []
    for _ in range(5):
        bench.clock.advance(60.0)
        assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.current()
        asked += bench.table.since()

    assert "snapshot refused: broken" == bench.snapshot.problem
    assert ["version", "body", *["version"] * 4] == asked


def moved() -> Bench:
    """A bench that went from version 1 to version 2."""
    bench = ready()
    bench.table.held = Body(2, "two")
    bench.clock.advance(10.0)
    bench.snapshot.current()
    bench.table.since()
    return bench


def test_condemn() -> None:
    """Rules that fail in use make way for the ones before, until better ones come."""
    bench = moved()

    bench.snapshot.condemn(2, "it raised")

    assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.current()
    assert "it raised" == bench.snapshot.problem
    for _ in range(5):
        bench.clock.advance(60.0)
        assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.current()
    assert "it raised" == bench.snapshot.problem
    assert ["version"] * 5 == bench.table.since()
    bench.table.held = Body(3, "three")
    bench.clock.advance(10.0)
    assert Held(rules="THREE", version=3, stale=False) == bench.snapshot.current()


def test_condemned_for_its_reason_after_an_outage() -> None:
    """When the table is back, the problem is again what was wrong with the rules."""
    bench = moved()
    bench.snapshot.condemn(2, "it raised")
    bench.table.down = True
    bench.clock.advance(10.0)
    bench.snapshot.current()
    assert "the table is down" == bench.snapshot.problem
    bench.table.down = False
    bench.clock.advance(60.0)
    bench.snapshot.current()

    assert "it raised" == bench.snapshot.problem


def test_condemn_rules_that_have_gone() -> None:
    """A verdict on rules that are no longer in use changes nothing."""
    bench = moved()

    bench.snapshot.condemn(1, "it raised")
    bench.snapshot.condemn(2, "it raised")
    bench.snapshot.condemn(2, "it raised again")

    assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.current()
    assert "it raised" == bench.snapshot.problem


def test_condemn_without_others() -> None:
    """The only rules there are stay, stale; other flags of theirs may be fine."""
    bench = ready()

    bench.snapshot.condemn(1, "it raised")

    for _ in range(3):
        assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.current()
        bench.clock.advance(10.0)
    assert ["version"] * 2 == bench.table.since()


def test_condemn_packaged_rules() -> None:
    """Packaged rules that fail are stale until the table has others."""
    bench = Bench(bootstrap="packaged")
    bench.table.down = True
    bench.snapshot.current()
    bench.snapshot.condemn(None, "it raised")

    assert Held(rules="PACKAGED", version=None, stale=True) == bench.snapshot.held
    bench.table.down = False
    bench.clock.advance(60.0)
    assert Held(rules="ONE", version=1, stale=False) == bench.snapshot.current()


def test_condemn_both() -> None:
    """If the rules before fail too, neither is fetched again and again."""
    bench = moved()
    bench.snapshot.condemn(2, "two raised")
    bench.snapshot.condemn(1, "one raised")

    for _ in range(5):
        assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.current()
        bench.clock.advance(10.0)
    assert ["version"] * 4 == bench.table.since()


def test_condemned_rules_are_not_caught_up_with() -> None:
    """Who has seen the condemned rules elsewhere does not bring them back."""
    bench = moved()
    bench.snapshot.condemn(2, "it raised")

    assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.catch_up()


def test_restored() -> None:
    """After a restore the next decision polls, however short the sleep seems."""
    bench = ready()
    bench.table.held = Body(2, "two")

    bench.snapshot.restored()

    assert "TWO" == bench.rules()
    assert ["reset", "version", "body"] == bench.table.since()


def test_restored_in_a_back_off() -> None:
    """A failure before the image was made does not keep the copy from asking."""
    bench = ready()
    bench.table.down = True
    bench.clock.advance(10.0)
    bench.snapshot.current()
    bench.table.down = False
    bench.snapshot.restored()

    assert not bench.stale()


def test_window() -> None:
    """Between the two ends of the window `held` is what `current` returns."""
    bench = Bench()
    snapshot, now = bench.snapshot, bench.clock.now
    assert not snapshot.fresh_from <= now < snapshot.fresh_until

    assert snapshot.current() is snapshot.held
    assert (now, now + 10.0) == (snapshot.fresh_from, snapshot.fresh_until)
    bench.clock.advance(10.0)
    snapshot.current()
    assert (now + 10.0, now + 20.0) == (snapshot.fresh_from, snapshot.fresh_until)
    bench.table.down = True
    bench.clock.advance(10.0)
    snapshot.current()
    assert (now + 10.0, now + 20.0) == (snapshot.fresh_from, snapshot.fresh_until)


def test_held_follows_within_the_window() -> None:
    """New rules of an overlapping poll and a verdict show at once in `held`."""
    bench = ready()
    bench.table.held = Body(2, "two")
    bench.clock.advance(5.0)
    bench.snapshot.overlap()

    assert Held(rules="TWO", version=2, stale=False) == bench.snapshot.held
    bench.snapshot.condemn(2, "it raised")
    assert Held(rules="ONE", version=1, stale=True) == bench.snapshot.held


class Slow(Table):
    """A table that answers when it is told to."""

    def __init__(self, held: Body | None = ONE) -> None:
        super().__init__(held=held)
        self.asking = threading.Event()
        self.answer = threading.Event()

    def _ask(self, what: str, *, consistent: bool) -> None:
        self.asking.set()
        assert self.answer.wait(10)
        super()._ask(what, consistent=consistent)


def together(bench: Bench, table: Slow) -> list[str | None]:
    """What ten threads decide by that come while the table hasn't answered."""
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(bench.rules)
        assert table.asking.wait(10)
        others = [pool.submit(bench.rules) for _ in range(9)]
        if bench.snapshot.held is not None:
            # With rules in hand nobody waits for the one that asks.
            assert ["ONE"] * 9 == [other.result(10) for other in others]
        table.answer.set()
        return [one.result(10) for one in (first, *others)]


@pytest.mark.parametrize("down", [False, True])
def test_one_thread_polls(*, down: bool) -> None:
    """Threads that come together ask once, and a blip is one failure, not ten."""
    bench = ready()
    table = bench.snapshot._reader = Slow()  # noqa: SLF001 - the same table, slower
    table.down = down
    bench.clock.advance(10.0)

    assert ["ONE"] * 10 == together(bench, table)
    assert ["version"] == table.asked
    bench.clock.advance(1.0)
    table.down = False
    assert "ONE" == bench.rules()
    assert not bench.stale()


def test_threads_wait_for_the_first_rules() -> None:
    """Who has no rules yet waits for those that another thread is reading."""
    bench = Bench()
    table = bench.snapshot._reader = Slow()  # noqa: SLF001 - as above

    assert ["ONE"] * 10 == together(bench, table)
    assert ["body"] == table.asked

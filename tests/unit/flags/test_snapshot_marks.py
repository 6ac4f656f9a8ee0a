"""How abort marks come into force, law by law."""

from __future__ import annotations

from dataclasses import dataclass, field

from flags.errors import InvalidSnapshot, StoreUnavailable
from flags.snapshot import Body, Held, Lists, Marks, Snapshot, Version
from flags.testing import FakeClock

BAD = "bad"
PLAIN, WATCHED = Body(1, "shop"), Body(1, "watched shop")
SHOP, THEME, NONE = frozenset({"shop"}), frozenset({"theme"}), Marks()


@dataclass(slots=True, kw_only=True)
class Table:
    """Answers with what it holds, or not at all, and notes what it was asked."""

    held: Body | None
    marks: Marks | None = NONE
    # What an eventual read still sees; of the body `always`, even a strong one.
    lagging: Version | None = None
    behind: Body | None = None
    always: bool = False
    # Which of the reads fail.
    down: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def version(self, *, consistent: bool = False) -> Version | None:
        """The tiny item."""
        self._ask("version", consistent=consistent)
        if self.lagging and not consistent:
            return self.lagging
        return Version(self.held.version, self.marks) if self.held else None

    def body(self, *, consistent: bool = False) -> Body | None:
        """The whole snapshot."""
        self._ask("body", consistent=consistent)
        if self.behind and (self.always or not consistent):
            return self.behind
        return self.held

    def reset(self) -> None:
        """There are no connections."""

    def _ask(self, what: str, *, consistent: bool) -> None:
        self.asked.append(what + "!" if consistent else what)
        if what in self.down:
            msg = f"no {what}"
            raise StoreUnavailable(msg)


def build(text: str, _: Lists) -> str:
    """Rules are capitals; bad ones are refused."""
    if text == BAD:
        raise InvalidSnapshot(text)
    return text.upper()


def marked(rules: str, marks: Marks) -> str:
    """A mark puts the word that it is about in small letters."""
    words = rules.split()
    return " ".join(w.lower() if w.lower() in marks else w for w in words)


class Bench:
    """A snapshot client with its table and clock."""

    def __init__(self, held: Body | None = PLAIN, bootstrap: str | None = None) -> None:
        self.table = Table(held=held)
        self.clock = FakeClock()
        self.snapshot = Snapshot(
            self.table,
            build,
            now=self.clock,
            random=lambda: 1.0,
            refresh=10.0,
            bootstrap=bootstrap,
            marked=marked,
            watched=lambda rules: rules.lower().startswith("watched"),
        )

    def rules(self, seconds: float = 0.0) -> str | None:
        """What a caller would decide by after these seconds."""
        self.clock.advance(seconds)
        held = self.snapshot.current()
        return held.rules if held else None

    def asked(self) -> list[str]:
        """What the table was asked since the last time."""
        asked, self.table.asked = self.table.asked, []
        return asked


def test_a_mark_comes_with_the_poll() -> None:
    """Marks change the rules in use within the refresh time; no body is read."""
    bench = Bench()
    assert "SHOP" == bench.rules()
    bench.table.marks = SHOP
    bench.asked()

    assert "SHOP" == bench.rules(9.9)
    assert "shop" == bench.rules(0.1)
    assert ["version"] == bench.asked()
    assert Held(rules="shop", version=1, stale=False) == bench.snapshot.held


def test_whoever_knows_of_a_mark_catches_up() -> None:
    """A container that has marked a rollout is on stable at once, by a strong read."""
    bench = Bench()
    bench.rules()
    bench.table.marks, bench.table.lagging = SHOP, Version(1)
    bench.asked()

    for _ in range(3):
        assert Held(rules="shop", version=1, stale=False) == bench.snapshot.catch_up()
    assert ["version!"] * 2 == bench.asked()


def test_marked_rules_stay_one_object() -> None:
    """As long as marks and version stay, callers get the very same rules."""
    bench = Bench()
    bench.table.marks = SHOP
    bench.rules()
    first = bench.rules(10.0)

    assert first is bench.rules(10.0)
    bench.table.marks = SHOP | THEME
    assert "shop" == bench.rules(10.0)


def test_a_cold_container_looks_for_marks() -> None:
    """Rules that are watched are not used before the marks were looked for."""
    bench = Bench(WATCHED)
    bench.table.marks = SHOP

    assert "WATCHED shop" == bench.rules()
    assert ["body", "version"] == bench.asked()
    assert not bench.snapshot.problem


def test_nobody_else_looks() -> None:
    """Where nothing is watched a cold start reads the body and nothing more."""
    bench = Bench()

    assert "SHOP" == bench.rules()
    assert ["body"] == bench.asked()


def test_new_rules_that_are_watched() -> None:
    """With each body that is watched the marks are looked for."""
    bench = Bench()
    bench.rules()
    bench.table.held = Body(2, "watched theme")
    bench.asked()

    assert "WATCHED THEME" == bench.rules(10.0)
    assert ["version", "body", "version"] == bench.asked()
    assert "WATCHED THEME" == bench.rules(10.0)
    assert ["version"] == bench.asked()


def test_no_look_at_the_marks() -> None:
    """Without an answer the rules are used, stale, and the marks asked for soon."""
    bench = Bench(WATCHED)
    bench.table.marks, bench.table.down = SHOP, {"version"}

    assert "WATCHED SHOP" == bench.rules()
    assert Held(rules="WATCHED SHOP", version=1, stale=True) == bench.snapshot.held
    assert "no version" == bench.snapshot.problem
    bench.table.down = set()
    assert "WATCHED shop" == bench.rules(1.0)
    assert bench.snapshot.problem is None


def test_known_marks_outlast_a_failed_look() -> None:
    """What was known of marks holds for new rules that nobody could ask about."""
    bench = Bench(WATCHED)
    bench.table.marks = SHOP
    bench.rules()
    bench.table.held, bench.table.down = Body(2, "shop again"), {"version"}
    assert "WATCHED shop" == bench.rules(10.0)
    bench.table.down = {"body"}

    assert "WATCHED shop" == bench.rules(60.0)
    bench.table.down = set()
    assert "shop AGAIN" == bench.rules(60.0)


def test_a_mark_counts_though_the_body_fails() -> None:
    """Marks that came with a version are in force, even if its body can't be read."""
    bench = Bench()
    bench.rules()
    bench.table.marks, bench.table.down = SHOP, {"body"}
    bench.table.held = Body(2, "two")

    assert "shop" == bench.rules(10.0)
    assert Held(rules="shop", version=1, stale=True) == bench.snapshot.held


def test_an_eventual_read_takes_no_mark_back() -> None:
    """A mark that an eventual read doesn't show is asked for strongly."""
    bench = Bench()
    bench.table.marks = SHOP
    bench.rules()
    assert "shop" == bench.rules(10.0)
    bench.table.lagging = Version(1)
    bench.asked()

    assert "shop" == bench.rules(10.0)
    assert ["version", "version!"] == bench.asked()


def test_a_settled_mark_goes() -> None:
    """Once a strong read has shown that a mark is gone, newer rules are without it."""
    bench = Bench()
    bench.table.marks = SHOP
    bench.rules()
    bench.rules(10.0)
    bench.table.marks = NONE
    bench.asked()

    assert "shop" == bench.rules(10.0)
    assert "shop" == bench.rules(10.0)
    assert ["version", "version!", "version"] == bench.asked()
    bench.table.held = Body(2, "shop again")
    assert "SHOP AGAIN" == bench.rules(10.0)


def test_a_settled_mark_stays_on_the_rules_that_had_it() -> None:
    """Whose newer rules are refused goes on without the canary that was aborted."""
    bench = Bench(WATCHED)
    bench.rules()
    bench.table.marks = SHOP
    assert "WATCHED shop" == bench.rules(10.0)
    bench.table.held, bench.table.marks = Body(2, BAD), NONE

    assert "WATCHED shop" == bench.rules(10.0)
    assert "WATCHED shop" == bench.rules(60.0)


def test_a_cold_container_finds_the_mark_settled() -> None:
    """Rules that were read too late to find their mark make way for those after."""
    bench = Bench(Body(2, "rest"))
    bench.table.behind = WATCHED

    assert "REST" == bench.rules()
    assert ["body", "version", "version!", "body!"] == bench.asked()


def test_a_table_that_goes_on_moving() -> None:
    """Rules that have moved even at the strong reads are used until the next poll."""
    bench = Bench(Body(3, "rest"))
    bench.table.behind = WATCHED
    bench.table.always = True

    assert "WATCHED SHOP" == bench.rules()
    assert Held(rules="WATCHED SHOP", version=1, stale=False) == bench.snapshot.held
    bench.table.behind = None
    assert "REST" == bench.rules(10.0)


def test_marks_hold_for_rules_that_come_back() -> None:
    """Whoever condemns rules gets the ones before with the marks of today."""
    bench = Bench()
    bench.rules()
    bench.table.held, bench.table.marks = Body(2, "two"), SHOP
    assert "TWO" == bench.rules(10.0)

    bench.snapshot.condemn(2, "it raised")

    assert Held(rules="shop", version=1, stale=True) == bench.snapshot.held
    bench.table.marks = NONE
    assert "shop" == bench.rules(10.0)


def test_marks_beside_refused_rules() -> None:
    """While the table's rules are refused, marks on those in use come all the same."""
    bench = Bench()
    bench.rules()
    bench.table.held = Body(2, BAD)
    bench.rules(10.0)
    bench.table.marks = SHOP

    assert "shop" == bench.rules(10.0)
    assert Held(rules="shop", version=1, stale=True) == bench.snapshot.held


def test_packaged_rules_know_no_marks() -> None:
    """Packaged rules are as packaged until the table has answered."""
    bench = Bench(WATCHED, bootstrap="watched shop")
    bench.table.marks, bench.table.down = SHOP, {"body", "version"}

    assert "WATCHED SHOP" == bench.rules()
    bench.table.down = set()
    assert "WATCHED shop" == bench.rules(1.0)


def test_restored() -> None:
    """A sandbox out of an image asks before it decides, and keeps marks till then."""
    bench = Bench()
    bench.table.marks = SHOP
    bench.rules()
    bench.rules(10.0)
    bench.table.down = {"version"}
    bench.snapshot.restored()

    assert "shop" == bench.rules()


def test_marks_that_cannot_be_read_take_none_away() -> None:
    """What is unknown ends no abort, nor does it keep newer rules out."""
    bench = Bench()
    bench.rules()
    bench.table.marks = SHOP
    assert "shop" == bench.rules(10.0)
    bench.table.marks = None

    assert "shop" == bench.rules(10.0)
    bench.table.held = Body(2, "theme")
    assert "THEME" == bench.rules(10.0)
    assert Held(rules="THEME", version=2, stale=False) == bench.snapshot.held
    bench.table.marks = THEME
    assert "theme" == bench.rules(10.0)

"""Fixed values for tests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from flags import Flags, Reason
from flags.codec import decode
from flags.errors import StoreUnavailable
from flags.model import Clause, Flag, Rule, Ruleset
from flags.snapshot import Body, Snapshot, Version
from flags.testing import FakeClock, MemoryStore, flags_from, override

ON_OFF = {"variants": {"on": True, "off": False}, "off": "off"}
RULES: dict[str, Any] = {
    "flags": {
        "gift": ON_OFF | {"serve": "on"},
        "theme": {"variants": {"d": "dark"}, "off": "d", "serve": "d"},
        "cart": ON_OFF
        | {"serve": "on", "requires": [{"flag": "gift", "variant": "on"}]},
    }
}


class Forbidden(MemoryStore):
    """A table that no test may read."""

    def version(self, *, consistent: bool = False) -> Version | None:
        """Fail."""
        raise AssertionError(consistent)

    def body(self, *, consistent: bool = False) -> Body | None:
        """Fail."""
        raise AssertionError(consistent)


@pytest.fixture
def features() -> Flags:
    """A client of the flags above."""
    return flags_from(RULES)


def test_only_what_the_test_says(features: Flags) -> None:
    """In the block the given flags have the given values, and all others none."""
    with override(features, {"gift": False, "limit": 9, "new": {"a": 1}}):
        assert features.boolean("gift", default=True, key="ann") is False
        assert 9 == features.number("limit", default=0)
        assert {"a": 1} == features.json("new", default={})
        assert "x" == features.string("theme", default="x")

    assert features.boolean("gift", default=False) is True
    assert "dark" == features.string("theme", default="x")


def test_keep(features: Flags) -> None:
    """With `keep` the others follow their rules."""
    with override(features, {"gift": False}, keep=True):
        assert features.boolean("gift", default=True) is False
        assert "dark" == features.string("theme", default="x")

    assert features.boolean("gift", default=False) is True


def test_nested(features: Flags) -> None:
    """The inner block adds to the outer one, and wins where both name a flag."""
    with override(features, {"gift": False, "limit": 1}):
        with override(features, {"limit": 2, "new": "x"}):
            assert features.boolean("gift", default=True) is False
            assert 2 == features.number("limit", default=0)
            assert "x" == features.string("new", default="")
        assert 1 == features.number("limit", default=0)
        assert "" == features.string("new", default="")
        with override(features, {}, keep=True):
            assert "dark" == features.string("theme", default="x")
        assert "x" == features.string("theme", default="x")

    assert "dark" == features.string("theme", default="x")


def test_blocks_that_end_in_another_order(features: Flags) -> None:
    """As those of two threads may: each takes its own values away."""
    first, second = override(features, {"a": 1}), override(features, {"b": 2})
    first.__enter__()
    second.__enter__()

    first.__exit__(None, None, None)

    assert [0, 2] == [features.number(name, default=0) for name in "ab"]
    second.__exit__(None, None, None)
    assert features.boolean("gift", default=False) is True


def test_threads(features: Flags) -> None:
    """Blocks of many threads at once leave nothing behind."""
    start = Barrier(8)

    def work(number: int) -> bool:
        start.wait()
        right = True
        for _ in range(50):
            with override(features, {f"mine{number}": number}):
                right &= number == features.number(f"mine{number}", default=-1)
        return right

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert features.boolean("gift", default=False) is True
    assert isinstance(features.snapshot, Snapshot)


def test_ends_in_an_error(features: Flags) -> None:
    """A test that fails inside the block does not spoil the next one."""
    with pytest.raises(ZeroDivisionError), override(features, {"gift": False}):
        raise ZeroDivisionError

    assert features.boolean("gift", default=False) is True


def test_no_table_is_read() -> None:
    """A test with fixed values needs no table, nor waits for one."""
    snapshot = Snapshot(Forbidden(), decode, now=FakeClock(), random=lambda: 0.5)
    features = Flags(snapshot)

    with override(features, {"gift": True}):
        assert features.boolean("gift", default=False) is True
        assert features.boolean("other", default=True) is True
        features.refresh()


def test_keep_while_the_table_is_down() -> None:
    """The fixed values hold, and what is kept says that it is stale."""

    class Down(MemoryStore):
        def body(self, *, consistent: bool = False) -> Body | None:
            raise StoreUnavailable(f"down: {consistent}")

    clock = FakeClock()
    features = Flags(Snapshot(Down(), decode, now=clock, random=lambda: 0.5), now=clock)

    with override(features, {"gift": True}, keep=True):
        assert features.boolean("gift", default=False) is True
        assert "x" == features.string("theme", default="x")
        assert features.details("gift").stale


def test_details(features: Flags) -> None:
    """The reasons are those of a flag that serves everyone the same."""
    with override(features, {"gift": 7}):
        found = features.details("gift")

    assert (7, "override", Reason.STATIC) == (found.value, found.variant, found.reason)


def test_prerequisites_look_at_fixed_values(features: Flags) -> None:
    """A flag that requires a fixed one finds it without the variant it wants."""
    with override(features, {"gift": True}, keep=True):
        found = features.details("cart")

    assert (False, Reason.PREREQUISITE) == (found.value, found.reason)


def test_changes_show_through() -> None:
    """What is kept is read again as ever."""
    clock = FakeClock()
    features = flags_from(RULES, now=clock)
    with override(features, {"gift": False}, keep=True):
        before = features.snapshot.current()
        assert features.snapshot.current() is before
        clock.advance(60)

        assert "dark" == features.string("theme", default="x")


def test_kept_rules_may_be_condemned() -> None:
    """Rules that raise in use are refused beneath fixed values as ever."""
    broken = Clause(attribute="a", operator="no-such", operand=1)
    rule = Rule(name="r", when=broken, serve="v")
    bad = Flag(
        name="bad",
        version=1,
        enabled=True,
        variants={"v": "x"},
        off="v",
        salt="",
        targets={},
        rules=(rule,),
        serve="v",
    )
    rules = Ruleset(version=1, flags={"bad": bad})
    snapshot = Snapshot(
        MemoryStore(),
        lambda _text, _lists: rules,
        now=FakeClock(),
        random=lambda: 0.5,
        bootstrap="{}",
    )
    features = Flags(snapshot)

    with override(features, {"gift": True}, keep=True):
        assert "mine" == features.string("bad", default="mine")
        assert features.boolean("gift", default=False) is True
    assert "KeyError" in (snapshot.problem or "")

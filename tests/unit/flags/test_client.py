"""Typed values that come whatever happens."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from flags import Flags, Reason
from flags.codec import decode
from flags.errors import StoreUnavailable
from flags.snapshot import Snapshot
from flags.store.changes import Edit, Signature, Writer
from flags.testing import FakeClock, MemoryStore, override

FLAGS: dict[str, Any] = {
    "gift": {"variants": {"on": True, "off": False}, "off": "off", "serve": "on"},
    "theme": {"variants": {"dark": "dark"}, "off": "dark", "serve": "dark"},
    "limit": {"variants": {"n": 7}, "off": "n", "serve": "n"},
    "ratio": {"variants": {"n": 0.5}, "off": "n", "serve": "n"},
    "zero": {"variants": {"n": 0}, "off": "n", "serve": "n"},
    "empty": {"variants": {"n": ""}, "off": "n", "serve": "n"},
    "menu": {
        "variants": {"v": {"tea": [1, {"hot": True}]}},
        "off": "v",
        "serve": "v",
    },
    "list": {"variants": {"v": [1]}, "off": "v", "serve": "v"},
    "gold": {
        "variants": {"on": True, "off": False},
        "off": "off",
        "rules": [{"when": {"attribute": "plan", "equals": "gold"}, "serve": "on"}],
        "targets": {"on": ["ann"]},
        "serve": "off",
    },
    "half": {
        "variants": {"on": True, "off": False},
        "off": "off",
        "serve": {"on": 50, "off": 50},
    },
    "named": {
        "variants": {"on": True, "off": False},
        "off": "off",
        "rules": [{"when": {"attribute": "name", "equals": "bob"}, "serve": "on"}],
        "serve": "off",
    },
}


class Broken(MemoryStore):
    """A table that can't be reached."""

    def version(self, **_: bool) -> int | None:
        """Fail."""
        raise StoreUnavailable("down")

    def body(self, **_: bool) -> tuple[int, str] | None:
        """Fail."""
        raise StoreUnavailable("down")


class Bursting(MemoryStore):
    """A reader with a bug."""

    def body(self, **_: bool) -> tuple[int, str] | None:
        """Fail in a way that nobody foresaw."""
        raise ZeroDivisionError


def stored(flags: dict[str, Any]) -> MemoryStore:
    """A store with these flags."""
    store = MemoryStore()
    numbers = itertools.count()
    writer = Writer(
        store=store, timestamp=lambda: "t", salt=lambda: f"s{next(numbers)}"
    )
    writer.write(
        lambda state: [
            Edit(name=n, body=b, based_on=state.version(n), action="apply")
            for n, b in flags.items()
        ],
        Signature(author="ann"),
    )
    return store


def client(store: MemoryStore, clock: FakeClock | None = None) -> Flags:
    """A client of the store."""
    return Flags(Snapshot(store, decode, now=clock or FakeClock(), random=lambda: 0.5))


@pytest.fixture(scope="module")
def features() -> Flags:
    """A client of all the flags above."""
    return client(stored(FLAGS))


def test_values(features: Flags) -> None:
    """Each kind of flag gives its value, the empty ones too."""
    assert features.boolean("gift", default=False) is True
    assert "dark" == features.string("theme", default="light")
    assert 7 == features.number("limit", default=1)
    assert 0.5 == features.number("ratio", default=1.0)
    assert 0 == features.number("zero", default=1)
    assert "" == features.string("empty", default="x")
    assert {"tea": [1, {"hot": True}]} == features.json("menu", default={})


@pytest.mark.parametrize("name", [*FLAGS, "missing"])
def test_wrong_type(features: Flags, name: str) -> None:
    """A value of another type, or no flag at all, gives the default as it is."""
    variants = FLAGS.get(name, {"variants": {"v": None}})["variants"]
    kind = type(next(iter(variants.values())))
    default = {"mine": [1]}

    if kind is not bool:
        assert features.boolean(name, default=True) is True
    if kind is not str:
        assert "mine" == features.string(name, default="mine")
    if kind not in {int, float}:
        assert -1.5 == features.number(name, default=-1.5)
    if kind is not dict:
        assert default is features.json(name, default=default)


def test_targeting(features: Flags) -> None:
    """The key and the attributes are what rules look at."""
    assert features.boolean("gold", default=False, key="ann")
    assert features.boolean("gold", default=False, key="bob", plan="gold")
    assert not features.boolean("gold", default=True, key="bob", plan="silver")


def test_any_attribute(features: Flags) -> None:
    """An attribute may have a name that a parameter has too."""
    assert features.boolean("named", False, name="bob") is True  # noqa: FBT003
    assert features.details("named", name="bob", self=1, default=2) is not None
    assert features.string("named", "x", name="bob", self=1) == "x"


@pytest.mark.parametrize("key", [None, "", "\ud800", 7, ["list"], {"a": 1}, object()])
@pytest.mark.parametrize("name", ["gift", "gold", "half", "missing", 7, None, ["x"]])
def test_never_raises(features: Flags, name: Any, key: Any) -> None:
    """Nothing that is passed in by mistake makes a call fail."""
    assert features.boolean(name, default=True, key=key, plan=key) in {True, False}
    assert "x" == features.string(name, default="x", key=key)
    assert 1 == features.number(name, default=1, key=key)
    assert {} == features.json(name, default={}, key=key)


@pytest.mark.parametrize("store", [Broken(), Bursting(), MemoryStore()])
def test_no_table(store: MemoryStore) -> None:
    """Without rules every call gives its default."""
    features = client(store)

    assert features.boolean("gift", default=True) is True
    assert "x" == features.string("theme", default="x")
    assert 3 == features.number("limit", default=3)
    assert {"a": 1} == features.json("menu", default={"a": 1})


def test_details(features: Flags) -> None:
    """The decision says which variant, why, and by which version of the flag."""
    decision = features.details("gold", key="bob", plan="gold")

    assert decision is not None
    assert ("on", True, Reason.TARGETING_MATCH, "rules[0]", 1) == (
        decision.variant,
        decision.value,
        decision.reason,
        decision.rule,
        decision.version,
    )
    assert features.details("missing") is None


def test_json_is_a_copy(features: Flags) -> None:
    """What a caller does to a value is not seen by the next caller."""
    features.json("menu", default={})["tea"].append("changed")

    assert {"tea": [1, {"hot": True}]} == features.json("menu", default={})


def test_changes_arrive() -> None:
    """A change is seen once the refresh time is over."""
    store, clock = stored({"gift": FLAGS["gift"]}), FakeClock()
    features = client(store, clock)
    assert features.boolean("gift", default=False)
    writer = Writer(store=store, timestamp=lambda: "t", salt=lambda: "s")
    writer.write(
        lambda state: [
            Edit(
                name="gift",
                body=FLAGS["gift"] | {"enabled": False},
                based_on=state.version("gift"),
                action="apply",
            )
        ],
        Signature(author="ann"),
    )

    assert features.boolean("gift", default=False)
    clock.advance(5.0)
    assert not features.boolean("gift", default=True)


def test_from_env() -> None:
    """A client is made without touching the network."""
    features = Flags.from_env(
        {
            "CANARY_TABLE": "canary",
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        }
    )

    assert features.boolean("gift", default=True) is True


def test_override(features: Flags) -> None:
    """In the block the given flags have the given values, and all others none."""
    with override(features, {"gift": False, "limit": 9, "new": {"a": 1}}):
        assert features.boolean("gift", default=True, key="ann") is False
        assert 9 == features.number("limit", default=0)
        assert {"a": 1} == features.json("new", default={})
        assert "x" == features.string("theme", default="x")

    assert features.boolean("gift", default=False) is True
    assert "dark" == features.string("theme", default="x")


def test_override_ends_in_an_error(features: Flags) -> None:
    """A test that fails inside the block does not spoil the next one."""
    with pytest.raises(ZeroDivisionError), override(features, {"gift": False}):
        raise ZeroDivisionError

    assert features.boolean("gift", default=False) is True


def test_override_without_a_table() -> None:
    """Overriding reads no table."""
    features = client(Bursting())

    with override(features, {"gift": True}):
        assert features.boolean("gift", default=False) is True

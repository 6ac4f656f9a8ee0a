"""Typed values that come whatever happens."""

from __future__ import annotations

import contextlib
import inspect
import itertools
import json
import secrets
import sys
from typing import Any, cast

import pytest

from flags import Context, Details, ErrorCode, Flags, Reason
from flags.codec import Lists, decode
from flags.errors import StoreUnavailable
from flags.model import Flag, Ruleset
from flags.record import replace
from flags.snapshot import Body, Snapshot, Version
from flags.store.changes import Edit, Signature
from flags.store.writer import Writer
from flags.testing import FakeClock, MemoryStore

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

    def version(self, **_: bool) -> Version | None:
        """Fail."""
        raise StoreUnavailable("down")

    def body(self, **_: bool) -> Body | None:
        """Fail."""
        raise StoreUnavailable("down")


class Bursting(MemoryStore):
    """A reader with a bug."""

    def body(self, **_: bool) -> Body | None:
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
    now = clock or FakeClock()
    return Flags(Snapshot(store, decode, now=now, random=lambda: 0.5), now=now)


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
    assert features.details("named", name="bob", self=1).variant == "on"
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
    """The answer says which variant, why, and by which version of the flag."""
    expected = Details(
        flag="gold",
        value=True,
        variant="on",
        reason=Reason.TARGETING_MATCH,
        rule="rules[0]",
        version=1,
    )

    assert expected == features.details("gold", default=False, key="bob", plan="gold")


@pytest.mark.parametrize(
    ("name", "default", "error", "message"),
    [
        ("missing", True, ErrorCode.FLAG_NOT_FOUND, "no flag is named 'missing'"),
        ("gift", "x", ErrorCode.TYPE_MISMATCH, "gift is of type boolean, not string"),
        ("gift", 1, ErrorCode.TYPE_MISMATCH, "gift is of type boolean, not number"),
        (
            "limit",
            True,
            ErrorCode.TYPE_MISMATCH,
            "limit is of type number, not boolean",
        ),
        ("menu", [1], ErrorCode.TYPE_MISMATCH, "menu is of type object, not array"),
        (["gift"], 1, ErrorCode.GENERAL, "unhashable type: 'list'"),
    ],
)
def test_errors(
    features: Flags, name: Any, default: Any, error: ErrorCode, message: str
) -> None:
    """What went wrong has a code and a sentence, and the value is the default."""
    expected = Details(
        flag=name, value=default, reason=Reason.ERROR, error=error, message=message
    )

    assert expected == features.details(name, default)
    assert expected == features.evaluate(name, default, Context(key="ann"))


@pytest.mark.parametrize(
    ("store", "message"),
    [(Broken(), "down"), (MemoryStore(), "the table holds no rules yet")],
)
def test_not_ready(store: MemoryStore, message: str) -> None:
    """Without rules the answer is the default, and says what is missing."""
    details = client(store).details("gift", default=1)

    assert (1, ErrorCode.PROVIDER_NOT_READY, message) == (
        details.value,
        details.error,
        details.message,
    )


@pytest.mark.parametrize("key", [None, "", True, 0.5, "x" * 1025])
def test_nobody(features: Flags, key: Any) -> None:
    """Without an identity a split serves the off variant, which is no error."""
    details = features.details("half", default=True, key=key)

    assert (False, "off", Reason.NO_IDENTITY, None) == (
        details.value,
        details.variant,
        details.reason,
        details.error,
    )


def test_stale() -> None:
    """While the table is away the answers stay the same for ever, and say so."""
    store, clock = Failing(stored(FLAGS)), FakeClock()
    features = client(store, clock)
    before = features.details("half", default=False, key="ann")
    store.away = True
    clock.advance(10 * 365 * 86_400)
    after = features.details("half", default=False, key="ann")

    assert (before.value, before.variant) == (after.value, after.variant)
    assert (Reason.SPLIT, False) == (before.reason, before.stale)
    assert (Reason.STALE, True) == (after.reason, after.stale)


class Failing(MemoryStore):
    """A table that can be sent away."""

    def __init__(self, store: MemoryStore) -> None:
        self.__dict__ = store.__dict__
        self.away = False

    def version(self, *, consistent: bool = False) -> Version | None:
        """The version, unless it is away."""
        if self.away:
            raise StoreUnavailable("down")
        return super().version(consistent=consistent)


def flag_that_raises(name: str) -> Flag:
    """A flag whose salt is none: hashing fails."""
    broken = decode(MINIMAL, {}).flags["gift"]
    return replace(broken, name=name, serve="nowhere")


MINIMAL = json.dumps(
    {
        "schema": 2,
        "version": 1,
        "flags": {
            "gift": {
                "version": 1,
                "enabled": True,
                "variants": {"on": True},
                "off": "on",
                "salt": "",
                "serve": "on",
            }
        },
    }
)


def build(text: str, lists: Lists) -> Ruleset:
    """Rules of which every second version raises in use."""
    rules = decode(text, lists)
    if rules.version == 2:
        return replace(rules, flags={"gift": flag_that_raises("gift")})
    return rules


def edited(store: MemoryStore, *, enabled: bool = False) -> None:
    """Switch the flag off, or on."""
    writer = Writer(store=store, timestamp=lambda: "t", salt=lambda: "s")
    body = FLAGS["gift"] | {"enabled": enabled, "description": secrets.token_hex(4)}
    writer.write(
        lambda state: [
            Edit(name="gift", body=body, based_on=state.version("gift"), action="x")
        ],
        Signature(author="ann"),
    )


def test_rules_that_raise() -> None:
    """Rules that raise in use are refused, and the ones before come back."""
    store, clock = stored({"gift": FLAGS["gift"]}), FakeClock()
    features = Flags(Snapshot(store, build, now=clock, random=lambda: 0.5), now=clock)
    assert features.boolean("gift", default=False) is True
    edited(store)
    clock.advance(5.0)

    assert features.boolean("gift", default=False) is True
    details = features.details("gift", default=False)
    assert (True, Reason.STALE) == (details.value, details.reason)
    # By its type alone: what it says may be of a user.
    assert str(features.snapshot.problem).endswith("raised in use: KeyError")
    edited(store)
    clock.advance(5.0)
    assert features.boolean("gift", default=True) is False


class Hostile:
    """An attribute that can't be compared."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, _: object) -> bool:
        raise ZeroDivisionError


def test_hostile_context(features: Flags) -> None:
    """An odd attribute is its caller's fault: the rules stay in use."""
    assert features.boolean("gold", default=True, key="x", plan=Hostile()) in {
        True,
        False,
    }
    assert features.snapshot.problem is None
    assert features.boolean("gold", default=False, key="ann") is True


def test_used() -> None:
    """A client knows which flags it was asked about, over all rules it has had."""
    store, clock = stored({"gift": FLAGS["gift"], "theme": FLAGS["theme"]}), FakeClock()
    features = client(store, clock)
    features.boolean("gift", default=False)
    edited(store)
    clock.advance(5.0)
    features.string("theme", default="x")
    features.string("missing", default="x")

    assert {"gift", "theme"} == features.used


def test_usage_is_told() -> None:
    """At the call after a poll use is reported, whoever polled."""
    told: list[tuple[set[str], float]] = []

    class Noting:
        def after_poll(self, used: set[str], now: float) -> None:
            told.append((used, now))

    clock = FakeClock(100.0)
    snapshot = Snapshot(stored(FLAGS), decode, now=clock, random=lambda: 0.5)
    features = Flags(snapshot, now=clock, usage=cast("Any", Noting()))
    for seconds in (0.0, 1.0, 1.0, 5.0):
        clock.advance(seconds)
        features.boolean("gift", default=False, key="ann")
    features.refresh()
    features.string("theme", default="x")
    features.string("theme", default="x")

    expected = [({"gift"}, 101.0), ({"gift"}, 107.0)]
    assert expected == told


def test_refresh() -> None:
    """Who waits anyway may look for newer rules ahead of time."""
    store, clock = stored({"gift": FLAGS["gift"]}), FakeClock()
    features = client(store, clock)
    features.boolean("gift", default=False)
    edited(store)
    clock.advance(3.0)
    features.refresh()

    assert features.boolean("gift", default=True) is False


def test_arrays(features: Flags) -> None:
    """An array is a JSON value too; an object's default asks for an object."""
    assert [1] == features.json("list", default=[])
    assert {} == features.json("list", default={})


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


def test_bound() -> None:
    """What is bound answers by one version of the rules, for one context."""
    store, clock = stored(FLAGS), FakeClock()
    features = client(store, clock)
    ann, bob = features.bind("ann"), features.bind(Context(key="bob"), plan="gold")
    assert (True, True) == (
        ann.boolean("gold", default=False),
        bob.boolean("gold", default=False),
    )
    assert "dark" == ann.string("theme", default="x")
    assert 7 == ann.number("limit", default=0)
    assert {"tea": [1, {"hot": True}]} == ann.json("menu", default={})
    assert "targets" == ann.details("gold").rule
    edited(store)
    clock.advance(5.0)

    assert features.boolean("gift", default=True, key="ann") is False
    assert ann.boolean("gift", default=False) is True
    assert 1 == ann.details("gift").version
    assert features.bind("ann").boolean("gift", default=True) is False


@pytest.mark.parametrize(
    ("context", "attributes", "expected"),
    [
        (Context(key="bob", attributes={"plan": "gold"}), {}, True),
        (Context(key="bob", attributes={"plan": "gold"}), {"plan": "free"}, False),
        (Context(key="bob"), {"plan": "gold"}, True),
        (Context(key="ann"), {}, True),
    ],
)
def test_context(
    *, features: Flags, context: Context, attributes: dict[str, Any], expected: bool
) -> None:
    """A context stands for a key and attributes; those of the call come first."""
    plan = dict(context.attributes)

    assert expected is features.boolean(
        "gold", default=False, key=context, **attributes
    )
    assert expected is features.details("gold", key=context, **attributes).value
    assert plan == context.attributes


def test_somebody_else_polls() -> None:
    """Whoever makes the snapshot read, its rules are in use at once."""
    features = client(stored(FLAGS))
    features.snapshot.current()

    assert features.boolean("gift", default=False) is True


@pytest.mark.parametrize("context", [None, "ann", {"key": "ann"}])
def test_no_context(features: Flags, context: Any) -> None:
    """What is no context gives the default, and says so."""
    details = features.evaluate("gift", 1, context)

    assert (1, ErrorCode.INVALID_CONTEXT) == (details.value, details.error)


@pytest.mark.parametrize("attributes", [None, [1], 7])
def test_odd_attributes(features: Flags, attributes: Any) -> None:
    """A context whose attributes are none raises nothing and condemns nothing."""
    context = Context(key="bob", attributes=attributes)

    assert features.boolean("gold", default=True, key=context) is True
    assert features.boolean("gold", default=True, key=context, plan="free") is False
    assert ErrorCode.GENERAL is features.evaluate("gold", 1, context).error
    assert features.snapshot.problem is None


def test_newer_rules_are_not_to_blame() -> None:
    """Rules that raise late, when newer ones were read, leave those in use."""
    store, clock = stored({"gift": FLAGS["gift"]}), FakeClock()
    features = Flags(Snapshot(store, build, now=clock, random=lambda: 0.5), now=clock)
    features.boolean("gift", default=False)
    edited(store)
    clock.advance(5.0)
    late = features.bind("ann")  # of version 2, which raises
    edited(store, enabled=True)
    clock.advance(5.0)
    features.bind("bob")

    assert late.boolean("gift", default=False) is True
    assert (3, None) == (features.rules and features.rules.version, features.problem)


def test_a_deep_caller_is_not_the_rules_fault() -> None:
    """A caller at the end of the stack gets its default; the rules stay in use."""
    deep: dict[str, Any] = {"attribute": "plan", "equals": "x"}
    for _ in range(14):
        deep = {"any": [deep]}
    flag = FLAGS["gold"] | {"rules": [{"when": deep, "serve": "on"}]}
    features = client(stored({"deep": flag}))
    features.boolean("deep", default=True)

    def dig(left: int) -> bool:
        return dig(left - 1) if left else features.boolean("deep", default=True)

    base = len(inspect.stack(0))
    for room in range(2, 40, 2):
        with contextlib.suppress(RecursionError):
            dig(sys.getrecursionlimit() - base - room)

    assert features.problem is None


def test_what_raises_once_is_not_condemned() -> None:
    """A passing trouble, of another thread say, costs nothing."""
    rules = decode(MINIMAL, {})
    raised: list[int] = []

    def plan(*_: Any) -> Any:
        if not raised:
            raised.append(1)
            raise RuntimeError("dictionary changed size during iteration")
        return outcome

    outcome = rules.plans["gift"](None, {}, 0.0)
    rules.plans["gift"] = plan
    snapshot = Snapshot(
        MemoryStore(),
        lambda *_: rules,
        now=FakeClock(),
        random=lambda: 0.5,
        bootstrap="",
    )
    features = Flags(snapshot, now=FakeClock())

    assert features.boolean("gift", default=False) is True
    assert [1] == raised
    assert features.problem is None


def test_refresh_never_raises() -> None:
    """A reader with a bug is told as a problem, when rules are looked for early too."""
    features = client(Bursting())
    features.refresh()

    assert "ZeroDivisionError" in str(features.problem)
    assert features.boolean("gift", default=True) is True

"""Snapshots that are read, and every kind that is not."""

from __future__ import annotations

import copy
import json
from itertools import pairwise
from typing import Any

import pytest

from flags.codec import MAX_BYTES, MAX_DEPTH, decode
from flags.errors import InvalidSnapshot
from flags.model import (
    Clause,
    Flag,
    Gate,
    Group,
    InSegment,
    Ramp,
    Release,
    Requirement,
    Rule,
    Ruleset,
    Segment,
    Slots,
    Split,
    Stage,
)

CLAUSE = {"attribute": "plan", "operator": "equals", "operand": "gold"}
SPLIT = {"ends": [10_000, 100_000], "variants": ["green", "blue"]}
ON_OFF = {"ends": [10_000, 100_000], "variants": ["on", "off"]}
NOW = {"attribute": "now", "operator": "before", "operand": "2030-01-01", "zone": "UTC"}
SNAPSHOT: dict[str, Any] = {
    "schema": 2,
    "version": 9,
    "flags": {
        "shop": {
            "version": 3,
            "enabled": True,
            "variants": {"blue": "blue", "green": "green"},
            "off": "blue",
            "salt": "s1",
            "targets": {"ann": "green"},
            "rules": [
                {
                    "name": "gold",
                    "when": {"join": "all", "members": [CLAUSE | {"negate": True}]},
                    "serve": "green",
                }
            ],
            "serve": SPLIT,
            "release": {
                "services": ["web"],
                "stable": "blue",
                "canary": "green",
                "since": 2,
            },
        },
        "gift": {
            "version": 1,
            "enabled": False,
            "variants": {"on": True, "off": False},
            "off": "off",
            "salt": "s2",
            "requires": [{"flag": "shop", "variants": ["blue"]}],
            "gates": [{"group": "q4", "slots": ["in"]}],
            "active": NOW,
            "kinds": {"tenant": {"acme": "on"}},
            "rules": [
                {
                    "name": "betas",
                    "when": {"segment": "betas", "negate": True},
                    "serve": {**ON_OFF, "by": "tenant"},
                }
            ],
            "serve": {"stages": [{"at": 100, **ON_OFF}], "linear": True, "by": "x"},
        },
    },
    "segments": {
        "betas": {
            "version": 4,
            "by": "tenant",
            "included": ["acme"],
            "excluded": {"list": "abc"},
            "rules": [{"segment": "staff"}],
        },
        "staff": {"version": 1, "included": ["ann"]},
    },
    "groups": {
        "q4": {
            "version": 2,
            "salt": "g",
            "by": "tenant",
            "ends": [5_000, 100_000],
            "slots": ["held-out", "in"],
        }
    },
    "routing": {"default": "web"},
}
LISTS = {"abc": frozenset({"globex"})}
SHOP = ("flags", "shop")
GIFT = ("flags", "gift")
BETAS = ("segments", "betas")
Q4 = ("groups", "q4")
WHEN = (*SHOP, "rules", 0, "when")
DELETED = object()


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The snapshot with one node replaced or deleted."""
    snapshot = copy.deepcopy(SNAPSHOT)
    node = snapshot
    for key in path[:-1]:
        node = node[key]
    if value is DELETED:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return snapshot


def test_valid() -> None:
    """Every part of a snapshot arrives where it belongs."""
    clause = Clause(attribute="plan", operator="equals", operand="gold", negate=True)
    expected = Ruleset(
        version=9,
        flags={
            "shop": Flag(
                name="shop",
                version=3,
                enabled=True,
                variants={"blue": "blue", "green": "green"},
                off="blue",
                salt="s1",
                targets={"ann": "green"},
                rules=(
                    Rule(
                        name="gold",
                        when=Group(join="all", members=(clause,)),
                        serve="green",
                    ),
                ),
                serve=Split(ends=(10_000, 100_000), variants=("green", "blue")),
                release=Release(
                    services=("web",), stable="blue", canary="green", since=2
                ),
            ),
            "gift": Flag(
                name="gift",
                version=1,
                enabled=False,
                variants={"on": True, "off": False},
                off="off",
                salt="s2",
                requires=(Requirement(flag="shop", variants=frozenset({"blue"})),),
                gates=(Gate(group="q4", slots=frozenset({"in"})),),
                active=Clause(
                    attribute="now",
                    operator="before",
                    operand="2030-01-01",
                    zone="UTC",
                ),
                targets={},
                kinds={"tenant": {"acme": "on"}},
                rules=(
                    Rule(
                        name="betas",
                        when=InSegment(segment="betas", negate=True),
                        serve=Split(
                            ends=(10_000, 100_000), variants=("on", "off"), by="tenant"
                        ),
                    ),
                ),
                serve=Ramp(
                    stages=(
                        Stage(
                            at=100,
                            split=Split(
                                ends=(10_000, 100_000), variants=("on", "off"), by="x"
                            ),
                        ),
                    ),
                    linear=True,
                    by="x",
                ),
            ),
        },
        segments={
            "betas": Segment(
                name="betas",
                version=4,
                by="tenant",
                included=frozenset({"acme"}),
                excluded=frozenset({"globex"}),
                rules=(InSegment(segment="staff"),),
            ),
            "staff": Segment(
                name="staff",
                version=1,
                included=frozenset({"ann"}),
                excluded=frozenset(),
            ),
        },
        groups={
            "q4": Slots(
                name="q4",
                version=2,
                salt="g",
                split=Split(
                    ends=(5_000, 100_000), variants=("held-out", "in"), by="tenant"
                ),
            )
        },
        routing={"default": "web"},
    )

    assert expected == decode(json.dumps(SNAPSHOT), LISTS)
    assert expected == decode(json.dumps(SNAPSHOT).encode(), LISTS)


def test_release_of() -> None:
    """A service finds its release, and any other finds none."""
    ruleset = decode(json.dumps(SNAPSHOT), LISTS)

    assert ruleset.flags["shop"] is ruleset.release_of("web")
    assert ruleset.release_of("email") is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("routing",), DELETED),
        (("routing",), None),
        ((*SHOP, "targets"), DELETED),
        ((*SHOP, "rules"), DELETED),
        ((*SHOP, "release"), DELETED),
        ((*SHOP, "release", "since"), DELETED),
        ((*SHOP, "release", "since"), None),
        (("flags",), {}),
        (("from-the-future",), {"ignored": True}),
        ((*SHOP, "from-the-future"), 1),
    ],
)
def test_optional(path: tuple[Any, ...], value: Any) -> None:
    """What may be left out may be left out, and unknown keys don't hurt."""
    assert 9 == decode(json.dumps(changed(path, value)), LISTS).version


def nested(levels: int) -> dict[str, Any]:
    """A condition of that many levels."""
    condition: dict[str, Any] = CLAUSE
    for _ in range(levels - 1):
        condition = {"join": "any", "members": [condition]}
    return condition


def test_deepest() -> None:
    """The deepest condition that is allowed is read."""
    assert 9 == decode(json.dumps(changed(WHEN, nested(MAX_DEPTH))), LISTS).version


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("schema",), DELETED, "KeyError: 'schema'"),
        (("schema",), 3, "schema 3 is not 2: update the library first"),
        (("schema",), "2", "schema '2' is not 2"),
        (("version",), DELETED, "KeyError"),
        (("version",), -1, "-1 is not a whole number"),
        (("version",), 1.0, "1.0 is not a whole number"),
        (("version",), True, "True is not a whole number"),
        (("flags",), DELETED, "KeyError"),
        (("flags",), [], "no attribute 'items'"),
        (("flags",), None, "no attribute 'items'"),
        (("flags", "shop"), None, "not subscriptable"),
        (("flags", "shop"), "shop", "indices"),
        (("routing",), ["web"], "not of type dict"),
        ((*SHOP, "version"), None, "None is not a whole number"),
        ((*SHOP, "enabled"), 1, "1 is not of type bool"),
        ((*SHOP, "enabled"), DELETED, "KeyError"),
        ((*SHOP, "variants"), ["blue"], "not of type dict"),
        ((*SHOP, "variants"), {}, "no variant"),
        ((*SHOP, "off"), "purple", "no variant 'purple'"),
        ((*SHOP, "off"), None, "no variant None"),
        ((*SHOP, "salt"), 7, "7 is not of type str"),
        ((*SHOP, "targets"), ["ann"], "not of type dict"),
        ((*SHOP, "targets", "ann"), "purple", "no variant 'purple'"),
        ((*SHOP, "targets", "ann"), ["green"], "no variant"),
        ((*SHOP, "rules"), 5, "not iterable"),
        ((*SHOP, "rules"), [None], "TypeError"),
        ((*SHOP, "rules", 0, "name"), None, "not of type str"),
        ((*SHOP, "rules", 0, "serve"), "purple", "no variant 'purple'"),
        ((*SHOP, "rules", 0, "when"), None, "AttributeError"),
        ((*WHEN, "join"), "xor", "unknown join 'xor'"),
        ((*WHEN, "join"), ["all"], "TypeError"),
        ((*WHEN, "members"), 3, "not iterable"),
        ((*WHEN, "members"), "all", "AttributeError"),
        (WHEN, CLAUSE | {"operator": "sounds_like"}, "unknown operator 'sounds_like'"),
        (WHEN, CLAUSE | {"operator": "matches", "operand": "("}, "ValueError"),
        (WHEN, CLAUSE | {"operator": "greater_than"}, "give a number"),
        (WHEN, CLAUSE | {"ignore_case": 1}, "1 is not of type bool"),
        (WHEN, CLAUSE | {"zone": 1}, "1 is not of type str"),
        (WHEN, {"segment": "nowhere"}, "KeyError: 'nowhere'"),
        (WHEN, {"segment": 1}, "1 is not of type str"),
        ((*GIFT, "requires", 0, "flag"), "nowhere", "KeyError: 'nowhere'"),
        ((*GIFT, "requires", 0, "flag"), "gift", "gift -> gift goes round in a circle"),
        ((*GIFT, "requires", 0, "variants"), [1], "1 is not of type str"),
        ((*GIFT, "gates", 0, "group"), "nowhere", "KeyError: 'nowhere'"),
        ((*GIFT, "gates", 0, "slots"), ["x"], "gift: no such slot in group q4"),
        ((*GIFT, "active"), {}, "KeyError: 'operator'"),
        ((*GIFT, "kinds", "tenant"), {"acme": "purple"}, "no variant 'purple'"),
        ((*GIFT, "kinds"), ["tenant"], "not of type dict"),
        ((*GIFT, "serve", "stages"), [], "the stages of a ramp are not ascending"),
        ((*GIFT, "serve", "stages", 0, "at"), "x", "'x' is not a whole number"),
        ((*GIFT, "serve", "linear"), 1, "1 is not of type bool"),
        ((*GIFT, "serve", "by"), 1, "1 is not of type str"),
        ((*BETAS, "included"), [1], "1 is not of type str"),
        ((*BETAS, "included"), "acme", "not of type list"),
        ((*BETAS, "included"), {"list": "missing"}, "KeyError: 'missing'"),
        ((*BETAS, "rules"), [{"segment": "betas"}], "goes round in a circle"),
        ((*BETAS, "rules"), [{"segment": "nowhere"}], "KeyError: 'nowhere'"),
        ((*BETAS, "version"), None, "None is not a whole number"),
        ((*Q4, "ends"), [5_000], "ranges don't cover"),
        ((*Q4, "slots"), [1, 2], "no variant 1"),
        ((*Q4, "salt"), None, "None is not of type str"),
        (WHEN, CLAUSE | {"operator": ["in"]}, "unhashable"),
        (WHEN, CLAUSE | {"operator": "in"}, "give texts, numbers, true or false"),
        (WHEN, CLAUSE | {"attribute": 1}, "1 is not of type str"),
        (WHEN, CLAUSE | {"negate": "no"}, "'no' is not of type bool"),
        (WHEN, {"attribute": "plan", "operator": "equals"}, "KeyError: 'operand'"),
        (WHEN, nested(MAX_DEPTH + 1), "conditions are nested deeper than 16"),
        ((*SHOP, "serve"), DELETED, "KeyError"),
        ((*SHOP, "serve"), "purple", "no variant 'purple'"),
        ((*SHOP, "serve"), 1, "AttributeError"),
        ((*SHOP, "serve", "variants", 0), "purple", "no variant 'purple'"),
        ((*SHOP, "serve", "variants"), ["green"], "ranges don't cover"),
        ((*SHOP, "serve", "ends"), [], "ranges don't cover"),
        ((*SHOP, "serve", "ends"), [10_000, 99_999], "ranges don't cover"),
        ((*SHOP, "serve", "ends"), [10_000, 100_001], "ranges don't cover"),
        ((*SHOP, "serve", "ends"), [100_000, 10_000], "ranges don't cover"),
        ((*SHOP, "serve", "ends"), [0, 100_000], "ranges don't cover"),
        ((*SHOP, "serve", "ends"), [100_000, 100_000], "ranges don't cover"),
        ((*SHOP, "serve", "ends"), [1.5, 100_000], "1.5 is not a whole number"),
        ((*SHOP, "release"), "shop", "AttributeError"),
        ((*SHOP, "release"), {}, "KeyError: 'services'"),
        ((*SHOP, "release", "services"), [1], "1 is not of type str"),
        ((*SHOP, "release", "stable"), "purple", "no variant 'purple'"),
        ((*SHOP, "release", "canary"), None, "no variant None"),
        ((*SHOP, "release", "since"), "2", "'2' is not a whole number"),
    ],
)
def test_refused(path: tuple[Any, ...], value: Any, message: str) -> None:
    """Each broken part is refused by name."""
    with pytest.raises(InvalidSnapshot) as raised:
        decode(json.dumps(changed(path, value)), LISTS)

    assert str(raised.value).startswith("snapshot refused: ")
    assert message in str(raised.value)


TEXT = json.dumps(SNAPSHOT)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "Expecting value"),
        ("null", "NoneType"),
        ("[]", "indices"),
        ("7", "not subscriptable"),
        (TEXT + "x", "Extra data"),
        (TEXT[:-1], "Expecting"),
        (TEXT.replace('"gold"', "NaN"), "NaN is not a number"),
        (TEXT.replace('"gold"', "Infinity"), "Infinity is not a number"),
        (TEXT.replace('"gold"', "-Infinity"), "-Infinity is not a number"),
        (TEXT.replace('"gold"', "1e999"), "1e999 is not a number"),
        (TEXT.replace('"gold"', "-1e999"), "-1e999 is not a number"),
        (TEXT.replace('"gold"', "1" * 5_000), "ValueError"),
        (TEXT.replace('"off":', '"salt":'), "a key stands twice in one object"),
        (TEXT.replace('"version": 9', '"schema": 2'), "a key stands twice"),
        (TEXT.replace('"web"', "[" * 90_000 + "]" * 90_000), "RecursionError"),
        (b"\xff" + TEXT.encode(), "UnicodeDecodeError"),
        ("\ufeff" + TEXT, "BOM"),
    ],
)
def test_refused_texts(body: str | bytes, message: str) -> None:
    """What is not one JSON text, with every key once, is refused."""
    with pytest.raises(InvalidSnapshot) as raised:
        decode(body)

    assert message in str(raised.value)


def test_too_large() -> None:
    """An oversized snapshot is not even parsed."""
    decode(TEXT + " " * (MAX_BYTES - len(TEXT)), LISTS)

    with pytest.raises(InvalidSnapshot) as raised:
        decode(TEXT + " " * (MAX_BYTES + 1 - len(TEXT)))

    expected = "snapshot of 8000001 bytes is over the limit of 8000000"
    assert expected == str(raised.value)


def test_longest_chain() -> None:
    """Flags may require each other as deep as conditions may be nested, no deeper."""

    def chain(length: int) -> str:
        flag = {**SNAPSHOT["flags"]["gift"], "requires": [], "gates": [], "rules": []}
        flags: dict[str, Any] = {"f0": flag}
        for number in range(1, length):
            before = {"flag": f"f{number - 1}", "variants": ["on"]}
            flags[f"f{number}"] = {**flag, "requires": [before]}
        return json.dumps({"schema": 2, "version": 1, "flags": flags})

    assert 1 == decode(chain(MAX_DEPTH)).version
    with pytest.raises(InvalidSnapshot, match="leads through more than 16 others"):
        decode(chain(MAX_DEPTH + 1))


def diamonds(levels: int, width: int) -> dict[str, Any]:
    """Segments of which each uses all of the level below."""
    names = [[f"s{level}-{place}" for place in range(width)] for level in range(levels)]
    segments: dict[str, Any] = {name: {"version": 1} for name in names[0]}
    for below, level in pairwise(names):
        rules = [{"segment": name} for name in below]
        segments |= {name: {"version": 1, "rules": rules} for name in level}
    return segments


@pytest.mark.parametrize("levels", [8, 16])
def test_too_much_work(levels: int) -> None:
    """What multiplies on the way is refused before anybody has to walk it."""
    body = changed(("segments",), diamonds(levels, 3))
    body["flags"]["gift"]["rules"][0]["when"] = {"segment": f"s{levels - 1}-0"}
    body["flags"]["gift"]["active"] = None

    with pytest.raises(InvalidSnapshot, match=r"gift leads to [0-9]+ tests, of 2000"):
        decode(json.dumps(body), LISTS)


def test_work_that_is_fine() -> None:
    """Five levels of three are 121 tests."""
    body = changed(("segments",), diamonds(5, 3))
    body["flags"]["gift"]["rules"][0]["when"] = {"segment": "s4-0"}

    assert 9 == decode(json.dumps(body), LISTS).version

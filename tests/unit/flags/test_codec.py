"""Snapshots that are read, and every kind that is not."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from flags.codec import MAX_BYTES, MAX_DEPTH, decode
from flags.errors import InvalidSnapshot
from flags.model import Clause, Flag, Group, Release, Rule, Ruleset, Split

CLAUSE = {"attribute": "plan", "operator": "equals", "operand": "gold"}
SPLIT = {"ends": [10_000, 100_000], "variants": ["green", "blue"]}
SNAPSHOT: dict[str, Any] = {
    "schema": 1,
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
        }
    },
    "routing": {"default": "web"},
}
SHOP = ("flags", "shop")
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
            )
        },
        routing={"default": "web"},
    )

    assert expected == decode(json.dumps(SNAPSHOT))
    assert expected == decode(json.dumps(SNAPSHOT).encode())


def test_release_of() -> None:
    """A service finds its release, and any other finds none."""
    ruleset = decode(json.dumps(SNAPSHOT))

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
    assert 9 == decode(json.dumps(changed(path, value))).version


def nested(levels: int) -> dict[str, Any]:
    """A condition of that many levels."""
    condition: dict[str, Any] = CLAUSE
    for _ in range(levels - 1):
        condition = {"join": "any", "members": [condition]}
    return condition


def test_deepest() -> None:
    """The deepest condition that is allowed is read."""
    assert 9 == decode(json.dumps(changed(WHEN, nested(MAX_DEPTH)))).version


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("schema",), DELETED, "KeyError: 'schema'"),
        (("schema",), 2, "schema 2 is not 1: update the library first"),
        (("schema",), "1", "schema '1' is not 1"),
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
        ((*SHOP, "variants"), {}, "no variant 'blue'"),
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
        ((*SHOP, "rules", 0, "when"), None, "TypeError"),
        ((*WHEN, "join"), "xor", "unknown join 'xor'"),
        ((*WHEN, "join"), ["all"], "TypeError"),
        ((*WHEN, "members"), 3, "not iterable"),
        ((*WHEN, "members"), "all", "TypeError"),
        (WHEN, CLAUSE | {"operator": "matches"}, "unknown operator 'matches'"),
        (WHEN, CLAUSE | {"operator": ["in"]}, "unhashable"),
        (WHEN, CLAUSE | {"operator": "in"}, "'gold' is not of type list"),
        (WHEN, CLAUSE | {"attribute": 1}, "1 is not of type str"),
        (WHEN, CLAUSE | {"negate": "no"}, "'no' is not of type bool"),
        (WHEN, {"attribute": "plan", "operator": "equals"}, "KeyError: 'operand'"),
        (WHEN, nested(MAX_DEPTH + 1), "conditions are nested deeper than 16"),
        ((*SHOP, "serve"), DELETED, "KeyError"),
        ((*SHOP, "serve"), "purple", "no variant 'purple'"),
        ((*SHOP, "serve"), 1, "not subscriptable"),
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
        decode(json.dumps(changed(path, value)))

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
        (TEXT.replace('"version": 9', '"schema": 1'), "a key stands twice"),
        (TEXT.replace('"gold"', "[" * 90_000 + "]" * 90_000), "RecursionError"),
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
    decode(TEXT + " " * (MAX_BYTES - len(TEXT)))

    with pytest.raises(InvalidSnapshot) as raised:
        decode(TEXT + " " * (MAX_BYTES + 1 - len(TEXT)))

    expected = "snapshot of 2000001 bytes is over the limit of 2000000"
    assert expected == str(raised.value)

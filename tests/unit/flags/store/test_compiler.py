"""From documents to compiled flags, edit after edit."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from flags.codec import decode, flag_from
from flags.errors import InvalidDocument
from flags.model import Clause, Flag, Group, Split
from flags.store.changes import Edit, Signature
from flags.store.checks import read_file
from flags.store.compiler import Making, compile_flag, compile_snapshot, other
from flags.store.documents import FlagDocument
from flags.store.syntax import parse, render
from flags.store.writer import Writer
from flags.testing import MemoryStore
from rollouts import moves
from tests.unit.flags.store.wrong import read_flag

GIFT: dict[str, Any] = {
    "variants": {"on": True, "off": False},
    "off": "off",
    "serve": {"on": 10, "off": 90},
}
SHOP: dict[str, Any] = {
    "release": {"services": ["web", "email"], "stable": "blue"},
    "targets": {"canary": ["ann"], "stable": ["bob"]},
    "rules": [
        {
            "name": "staff",
            "when": {"attribute": "email", "ends_with": "@example.com"},
            "serve": "canary",
        }
    ],
}


class Bench:
    """Compiles one flag again and again, as edits would."""

    def __init__(self) -> None:
        self._salts = (f"s{number}" for number in itertools.count(1))
        self.flag: Flag | None = None
        self.raw: dict[str, Any] = {}
        self.now = 0.0

    def edit(self, body: dict[str, Any]) -> Flag:
        """The flag after one more edit."""
        version = self.flag.version + 1 if self.flag else 1
        document = read_flag("shop", body)
        salt = next(self._salts)
        making = Making(version=version, salt=salt, now=self.now)
        self.raw = compile_flag(document, self.flag, making)
        self.flag = flag_from("shop", json.loads(json.dumps(self.raw)))
        return self.flag


def split(*ranges: tuple[str, int]) -> Split:
    """Ranges by the end of each."""
    return Split(
        ends=tuple(end for _, end in ranges), variants=tuple(name for name, _ in ranges)
    )


def test_plain_flag() -> None:
    """A flag is compiled with its variants, and percentages become ranges."""
    flag = Bench().edit({**GIFT, "targets": {"on": ["ann"]}, "enabled": False})

    assert (1, False, "off", "s1") == (flag.version, flag.enabled, flag.off, flag.salt)
    assert {"on": True, "off": False} == flag.variants
    assert {"ann": "on"} == flag.targets
    assert split(("on", 10_000), ("off", 100_000)) == flag.serve
    assert flag.release is None


def test_conditions() -> None:
    """Each condition keeps its meaning; unnamed rules are named by their place."""
    when = {
        "any": [
            {"attribute": "plan", "in": ["a", 1, True], "not": True},
            {"none": [{"attribute": "age", "exists": False}]},
        ]
    }
    flag = Bench().edit({**GIFT, "rules": [{"when": when, "serve": "on"}]})
    (rule,) = flag.rules

    assert "rules[0]" == rule.name
    assert (
        Group(
            join="any",
            members=(
                Clause(
                    attribute="plan", operator="in", operand=["a", 1, True], negate=True
                ),
                Group(
                    join="none",
                    members=(
                        Clause(attribute="age", operator="exists", operand=False),
                    ),
                ),
            ),
        )
        == rule.when
    )


def test_schedule() -> None:
    """Windows become conditions on the time; any of them will do."""
    window = {
        "from": "2026-12-01T09:00:00+01:00",
        "until": "2026-12-24",
        "days": ["mon"],
        "hours": "22:00-06:00",
        "zone": "Europe/Amsterdam",
    }
    bench = Bench()
    bench.edit({**GIFT, "schedule": window})
    zone = {"zone": "Europe/Amsterdam"}
    expected = {
        "join": "all",
        "members": [
            now("before", "2026-12-01T09:00:00+01:00") | {"negate": True},
            now("before", "2026-12-24"),
            now("weekday_in", ["mon"]) | zone,
            now("time_between", "22:00-06:00") | zone,
        ],
    }

    assert expected == bench.raw["active"]
    bench.edit({**GIFT, "schedule": [window, {"until": "2026-12-24"}]})
    assert {
        "join": "any",
        "members": [expected, now("before", "2026-12-24")],
    } == bench.raw["active"]


def now(operator: str, operand: object) -> dict[str, Any]:
    """A compiled condition on the time."""
    return {"attribute": "now", "operator": operator, "operand": operand}


def test_kinds_and_requirements() -> None:
    """Targets are kept by kind of context, requirements with their variants."""
    bench = Bench()
    flag = bench.edit(
        {
            **GIFT,
            "targets": {"on": ["ann"], "off": {"tenant": ["acme"], "key": ["bob"]}},
            "requires": [
                {"flag": "a", "variant": "on"},
                {"flag": "b", "variants": ["x", "y"]},
            ],
        }
    )

    assert {"ann": "on", "bob": "off"} == flag.targets
    assert {"tenant": {"acme": "off"}} == flag.kinds
    assert [("a", {"on"}), ("b", {"x", "y"})] == [
        (item.flag, set(item.variants)) for item in flag.requires
    ]


def test_kinds_of_a_release() -> None:
    """A release targets whole tenants too; roles are colours there."""
    targets = {"canary": {"tenant": ["acme"]}}
    flag = Bench().edit({**SHOP, "targets": targets, "weight": 0})

    assert {"tenant": {"acme": "green"}} == flag.kinds


def test_plain_flag_keeps_its_salt() -> None:
    """No edit of a flag moves its users, not even one that takes the split away."""
    bench = Bench()
    bench.edit(GIFT)
    bench.edit({**GIFT, "serve": "on"})
    flag = bench.edit({**GIFT, "serve": {"on": 20, "off": 80}})

    assert "s1" == flag.salt
    assert split(("on", 20_000), ("off", 100_000)) == flag.serve


def test_ranges_are_kept() -> None:
    """A weight change starts from the ranges in use, not from the order of names."""
    bench = Bench()
    bench.edit(GIFT)
    flag = bench.edit({**GIFT, "serve": {"off": 80, "on": 20}})

    assert flag.serve == split(("on", 10_000), ("off", 90_000), ("on", 100_000))


def test_ranges_of_a_named_rule() -> None:
    """A rule with a name keeps its ranges wherever it moves to."""
    when = {"attribute": "plan", "equals": "gold"}

    def rules(*named: tuple[str, int]) -> dict[str, Any]:
        serves = [(name, {"on": on, "off": 100 - on}) for name, on in named]
        rules = [{"name": n, "when": when, "serve": s} for n, s in serves]
        return {**GIFT, "rules": rules}

    bench = Bench()
    bench.edit(rules(("a", 50)))
    bench.edit({**rules(("a", 30))})
    before = bench.edit(rules(("a", 40))).rules[0].serve
    flag = bench.edit(rules(("new", 1), ("a", 40)))

    assert before == flag.rules[1].serve


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        (0, split(("blue", 100_000))),
        (0.001, split(("green", 1), ("blue", 100_000))),
        (0.1, split(("green", 100), ("blue", 100_000))),
        (33.333, split(("green", 33_333), ("blue", 100_000))),
        (99.999, split(("green", 99_999), ("blue", 100_000))),
        (100, split(("green", 100_000))),
    ],
)
def test_weights(percent: float, expected: Split) -> None:
    """A weight becomes exactly its buckets, for all the decimals it may have."""
    assert expected == Bench().edit({**SHOP, "weight": percent}).serve


def test_every_weight_is_exact() -> None:
    """No step of 0.001 is lost to binary fractions."""
    for bucket in range(0, 100_001, 97):
        serve = Bench().edit({**SHOP, "weight": bucket / 1_000}).serve
        assert isinstance(serve, Split)
        expected = [end for end in (bucket, 100_000) if end]

        assert expected[: len(serve.ends)] == list(serve.ends)


def test_resting_release() -> None:
    """Without a rollout everyone is on stable: targets and rules rest."""
    flag = Bench().edit(SHOP)

    assert ("blue", {}, (), "blue") == (flag.serve, flag.targets, flag.rules, flag.off)
    assert flag.release is not None
    assert (("web", "email"), "blue", "green", None) == (
        flag.release.services,
        flag.release.stable,
        flag.release.canary,
        flag.release.since,
    )


def test_live_release() -> None:
    """With a rollout roles are colours, in targets, rules and ranges."""
    flag = Bench().edit({**SHOP, "weight": 0})

    assert {"ann": "green", "bob": "blue"} == flag.targets
    assert "green" == flag.rules[0].serve
    assert "blue" == flag.off
    assert flag.release is not None
    assert 1 == flag.release.since


def test_life_of_a_release() -> None:
    """Salt and beginning last as long as a rollout, and no longer."""
    bench = Bench()
    bodies: list[dict[str, Any]] = [SHOP]
    bodies.append(moves.set_weight("shop", bodies[-1], 10))
    bodies.append(moves.set_weight("shop", bodies[-1], 50))
    bodies.append({**bodies[-1], "enabled": False})
    bodies.append({**bodies[-1], "enabled": True, "rules": []})
    bodies.append(moves.set_weight("shop", bodies[-1], 0))
    bodies.append(moves.abort("shop", bodies[-1]))
    bodies.append(moves.set_weight("shop", bodies[-1], 10))
    bodies.append(moves.promote("shop", bodies[-1]))
    bodies.append(moves.set_weight("shop", bodies[-1], 10))
    found = []
    for body in bodies:
        flag = bench.edit(body)
        assert flag.release is not None
        found.append((flag.salt, flag.release.since, flag.release.canary, flag.off))

    assert [
        ("s1", None, "green", "blue"),
        ("s2", 2, "green", "blue"),
        ("s2", 2, "green", "blue"),
        ("s2", 2, "green", "blue"),
        ("s2", 2, "green", "blue"),
        ("s2", 2, "green", "blue"),
        ("s7", None, "green", "blue"),
        ("s8", 8, "green", "blue"),
        ("s9", None, "blue", "green"),
        ("s10", 10, "blue", "green"),
    ] == found


def test_colours_swapped_in_a_file() -> None:
    """To name another stable colour in the middle of a rollout begins a new one."""
    bench = Bench()
    bench.edit({**SHOP, "weight": 10})
    release = {**SHOP["release"], "stable": "green"}
    flag = bench.edit({**SHOP, "release": release, "weight": 10})

    assert flag.release is not None
    assert ("s2", 2, "blue") == (flag.salt, flag.release.since, flag.release.canary)
    assert split(("blue", 10_000), ("green", 100_000)) == flag.serve


def test_from_flag_to_release_and_back() -> None:
    """What was a flag starts anew as a release, and the other way round."""
    bench = Bench()
    bench.edit(GIFT)
    release = bench.edit({**SHOP, "weight": 10})
    flag = bench.edit(GIFT)

    assert ("s2", "s3") == (release.salt, flag.salt)
    assert split(("green", 10_000), ("blue", 100_000)) == release.serve
    assert split(("on", 10_000), ("off", 100_000)) == flag.serve


def test_other() -> None:
    """There are two colours."""
    assert ("green", "blue") == (other("blue"), other("green"))


def test_snapshot() -> None:
    """A snapshot is compact, sorted, and keeps letters as they are."""
    text = compile_snapshot(3, {"b": {"x": "é"}, "a": {}}, {"default": "web"})

    assert (
        '{"schema":2,"version":3,"flags":{"a":{},"b":{"x":"é"}},'
        '"routing":{"default":"web"}}' == text
    )


FILE = """
flags:
  shop.gift:
    description: free gifts
    variants: {on: true, off: false}
    off: off
    targets: {on: [ann, bob]}
    rules:
    - name: gold
      when:
        all:
        - {attribute: plan, in: [gold, 1, true]}
        - {attribute: email, ends_with: '@example.com', not: true}
      serve: {on: 12.5, off: 87.5}
    serve: off
  menu:
    variants:
      a: {tea: null, cake: [1, 2.5, {x: yes}]}
    off: a
    serve: a
    enabled: false
  shop:
    release:
      services: [web, email]
      stable: green
    weight: 0
    targets: {canary: [ann]}
routing:
  default: web
  routes:
  - name: web
    service: web
    match: {source: [http, url], path: /checkout*}
    identity: [{header: x-user}, {body: user.id}]
    trust: false
"""


def test_round_trip() -> None:
    """What was applied is exported, and what was exported applies as the same."""
    first = read_file(parse(FILE, "file"))
    assert first.routing is not None
    exported = render(
        {
            "flags": {name: flag.body() for name, flag in first.flags.items()},
            "routing": first.routing.body(),
        }
    )
    second = read_file(parse(exported, "export"))

    assert first == second
    assert read_file(parse(json.dumps(parse(FILE, "f")), "json")) == first
    assert parse(FILE, "file") == parse(exported, "export")


def test_round_trip_through_the_store() -> None:
    """Stored documents compile to flags that answer, whatever they hold."""
    file = read_file(parse(FILE, "file"))
    store = MemoryStore()
    writer = Writer(store=store, timestamp=lambda: "t", salt=lambda: "s")
    writer.write(
        lambda _: [
            Edit(name=name, body=flag.body(), based_on=0, action="apply")
            for name, flag in file.flags.items()
        ],
        Signature(author="ann"),
    )
    documents = {
        name: read_flag(name, stored.body)
        for name, stored in store.load().documents.items()
    }
    found = store.body()
    assert found is not None

    assert file.flags == documents
    assert {"shop.gift", "menu", "shop"} == set(decode(found[1]).flags)
    assert file.flags["menu"].variants == decode(found[1]).flags["menu"].variants


def test_exported_version_is_checked_elsewhere() -> None:
    """A document may name its version; it is no part of what is stored."""
    document = read_flag("gift", {**GIFT, "version": 3})

    assert 3 == document.version
    assert document.body() == FlagDocument(**GIFT).body() == GIFT


def test_strange_operand_is_refused_before_compiling() -> None:
    """The compiler only ever meets what was checked."""
    with pytest.raises(InvalidDocument):
        Bench().edit({**GIFT, "serve": {"on": 10}})

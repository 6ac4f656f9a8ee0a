"""What an abort mark makes of rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from flags.aborts import is_marked, mark, marked, watched
from flags.client import Flags
from flags.codec import decode
from flags.model import (
    Clause,
    Context,
    Flag,
    Reason,
    Release,
    Rule,
    Ruleset,
    Split,
)
from flags.reader import TableReader
from flags.record import replace
from flags.release import decide
from flags.snapshot import Snapshot
from flags.testing import FakeClock
from flags.testing.commits import change
from flags.token import Carried
from router import routing
from tests.contracts.store_contract import Wire, abort, dynamo, reader, table

WATCH = {"measures": [["errors"]], "alpha": 0.05}
LIVE = Flag(
    name="shop",
    version=14,
    enabled=True,
    variants={"blue": "blue", "green": "green"},
    off="blue",
    salt="salt",
    targets={"tester": "green"},
    kinds={"tenant": {"acme": "green"}},
    rules=(
        Rule(
            name="staff",
            when=Clause(attribute="staff", operator="equals", operand=True),
            serve="green",
        ),
    ),
    serve=Split(ends=(100_000,), variants=("green",)),
    release=Release(
        services=("web",),
        stable="blue",
        canary="green",
        since=12,
        watch=WATCH,
        rollout="k3x9p2ab",
    ),
)
REST = Release(services=("web",), stable="blue", canary="green", since=None)
RESTING = replace(LIVE, name="office", release=REST)
PLAIN = replace(LIVE, name="gift", release=None)
RULES = Ruleset(version=20, flags={flag.name: flag for flag in (LIVE, RESTING, PLAIN)})
SHOP = frozenset({mark("shop", 12)})
NOW = 1_800_000_000.0


def test_a_mark_names_release_and_beginning() -> None:
    """People can read a mark, and no two rollouts have the same."""
    assert "shop 12" == mark("shop", 12)
    assert mark("shop", 12) != mark("shop", 121)


def test_a_marked_release_is_at_rest() -> None:
    """All that was of the rollout is gone; what is of the release stays."""
    found = marked(RULES, SHOP).flags["shop"]

    assert found == replace(
        LIVE,
        targets={},
        kinds={},
        rules=(),
        serve="blue",
        release=REST,
    )


def test_others_stay_what_they_are() -> None:
    """A mark changes one release of one snapshot, and nothing in place."""
    found = marked(RULES, SHOP)

    assert found.flags["office"] is RESTING
    assert found.flags["gift"] is PLAIN
    assert RULES.flags["shop"] is LIVE
    assert replace(found, flags=RULES.flags) == RULES


@pytest.mark.parametrize(
    "marks",
    [
        set(),
        {"shop 11"},
        {"shop 13"},
        {"shop 1"},
        {"shop"},
        {"shop None"},
        {"office None"},
        {"gift 12"},
        {"", " ", "12"},
    ],
)
def test_marks_that_are_about_nothing(marks: set[str]) -> None:
    """Marks on other rollouts, or none of ours, leave the very same rules."""
    assert marked(RULES, frozenset(marks)) is RULES
    assert not any(is_marked(f, frozenset(marks)) for f in RULES.flags.values())


def test_nothing_worked_out_before_is_kept() -> None:
    """Plans and owners of services, which rules keep, are those of the marked ones."""
    assert RULES.plans["shop"](None, {"staff": True}, NOW).variant == "green"
    assert RULES.release_of("web") is LIVE

    found = marked(RULES, SHOP)

    assert found.plans["shop"]("tester", {"staff": True}, NOW).variant == "blue"
    assert found.release_of("web") is found.flags["shop"]


def test_carried_decisions_heal() -> None:
    """Whoever comes with the canary is put on stable."""
    found = marked(RULES, SHOP)
    carried = Carried(release="shop", variant="green", generation=14)

    before = decide(RULES, LIVE, Context(), carried, NOW)
    after = decide(found, found.flags["shop"], Context(), carried, NOW)

    assert (Reason.CARRIED, "green") == (before.reason, before.variant)
    assert (Reason.HEALED, "blue", 14) == (after.reason, after.variant, after.version)


def test_watched() -> None:
    """Rules are watched if one of their releases is; a marked one is no more."""
    assert watched(RULES)
    assert not watched(marked(RULES, SHOP))
    assert not watched(Ruleset(version=1, flags={"gift": PLAIN}))


def test_the_routers_rules() -> None:
    """The router's rules are marked with those that they hold."""
    rules = routing.Rules(flags=RULES, routes=(), default="web")

    assert routing.marked(rules, frozenset()) is rules
    found = routing.marked(rules, SHOP)
    assert found == replace(rules, flags=marked(RULES, SHOP))
    assert routing.watched(rules)
    assert not routing.watched(found)


def compiled(**watch: Any) -> dict[str, Any]:
    """A release in full canary, as a snapshot holds it."""
    colours = {"stable": "blue", "canary": "green"}
    return {
        "enabled": True,
        "variants": {"blue": "blue", "green": "green"},
        "off": "blue",
        "salt": "s",
        "serve": "green",
        "release": {"services": ["web"], **colours, "since": 1} | watch,
    }


class Fleet:
    """Containers over one table: how many seconds ago they polled is up to them."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.wire = Wire(client)
        self.clock = FakeClock()

    def write(self, **watch: Any) -> None:
        """A release in full canary, watched or not."""
        store = dynamo(self.client)
        store.commit(change(store.load(), {"shop": compiled(**watch)}))

    def container(self) -> Snapshot[Ruleset]:
        """One more, which has read nothing yet."""
        return Snapshot(
            reader(self.wire),
            decode,
            now=self.clock,
            random=lambda: 0.5,
            refresh=5.0,
            marked=marked,
            watched=watched,
        )


def serves(container: Snapshot[Ruleset]) -> str:
    """What everyone gets here."""
    held = container.current()
    assert held is not None
    return held.rules.plans["shop"]("ann", {}, NOW).variant


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    """A table with a release in full canary."""
    with table() as client:
        made = Fleet(client)
        made.write(watch=WATCH)
        yield made


def test_a_mark_reaches_a_warm_container(fleet: Fleet) -> None:
    """One write to the tiny item, and each container heals with its next poll."""
    warm = fleet.container()
    assert "green" == serves(warm)
    fleet.clock.advance(4.0)
    assert abort(fleet.client, mark("shop", 1))
    fleet.wire.since()

    assert "green" == serves(warm)
    fleet.clock.advance(1.0)
    assert "blue" == serves(warm)
    assert ["snapshot/version"] == fleet.wire.since()


def test_a_mark_reaches_a_cold_container(fleet: Fleet) -> None:
    """A container that starts after a mark never serves the canary."""
    assert abort(fleet.client, mark("shop", 1))

    assert "blue" == serves(fleet.container())
    assert ["snapshot/body", "snapshot/version"] == fleet.wire.since()


def test_a_cold_container_without_watched_releases(fleet: Fleet) -> None:
    """Where nothing is watched a cold start is one read, as ever."""
    fleet.write()
    fleet.wire.since()

    assert "green" == serves(fleet.container())
    assert ["snapshot/body"] == fleet.wire.since()


def test_a_commit_in_between_keeps_the_mark(fleet: Fleet) -> None:
    """Another change after the mark brings the canary back nowhere."""
    warm = fleet.container()
    serves(warm)
    assert abort(fleet.client, mark("shop", 1))
    store = dynamo(fleet.client)
    store.commit(change(store.load(), {"segment:gift": {"included": []}}))
    fleet.clock.advance(5.0)

    assert "blue" == serves(warm)
    assert "blue" == serves(fleet.container())


def test_the_library_heals(monkeypatch: pytest.MonkeyPatch, fleet: Fleet) -> None:
    """A client as the environment describes it knows of marks."""
    wire = reader(fleet.wire)
    monkeypatch.setattr("flags.composition.TableReader", lambda *_: wire)
    assert abort(fleet.client, mark("shop", 1))

    features = Flags.from_env({"CANARY_TABLE": "canary", "AWS_REGION": "eu-west-1"})

    assert isinstance(wire, TableReader)
    assert "blue" == features.string("shop", default="none", key="ann")

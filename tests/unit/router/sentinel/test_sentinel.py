"""Watching over rollouts: who ends one, and who does not."""

from __future__ import annotations

from typing import Any

import pytest

from flags.aborts import mark
from rollouts.evidence import layout
from rollouts.judge import verdict
from router.passage import Leg
from tests.contracts.store_contract import TABLE
from tests.unit.router.passages import choice, passage
from tests.unit.router.sentinel.crowds import REPORT, crowd, settle
from tests.unit.router.sentinel.site import Site
from tests.unit.router.sentinel.wires import BEFORE, WELL


def test_a_broken_canary_is_marked_and_healed(site: Site) -> None:
    """One mark, a line that says why, and the next request is stable."""
    site.start()
    container = site.container()
    container.broken = {"green"}
    since, asked = site.since, 0
    while not container.lines and asked < 200:
        container.ask(f"user-{asked}", 0.4)
        asked += 1

    item = site.client.get_item(
        TableName=TABLE, Key={"pk": {"S": "snapshot"}, "sk": {"S": "version"}}
    )["Item"]
    assert item["aborted"] == {"SS": [mark("shop", since)]}
    (line,) = container.lines
    assert (line["message"], line["release"]) == ("rollout aborted", "shop")
    assert line["generation"] == since
    assert "canary" in line["problem"]
    later = [container.ask(user, 0.1) for user in crowd(20)]
    assert set(later) == {"blue"}
    assert asked < 60


def test_a_second_sentinel_marks_nothing_twice(site: Site) -> None:
    """It reads what the first one found, says nothing, and heals too."""
    site.start()
    one, two = site.container("one"), site.container("two")
    two.ask("user", 0.1)
    one.broken = two.broken = {"green"}
    for user in crowd(60):
        one.ask(user, 0.4)
    two.reads.fate = lambda *_: BEFORE  # it has not heard of it
    two.ask("user-1", 0.1)
    two.reads.fate = lambda *_: WELL
    settle(two)

    assert len(one.lines) == 1
    assert two.lines == []
    assert two.ask("user-1") == "blue"


@pytest.mark.parametrize(
    "odd", [{"S": "shop 2"}, {"NS": ["2"]}, {"M": {"shop 2": {"S": "x"}}}]
)
def test_what_is_not_a_set_of_marks_is_replaced(site: Site, odd: Any) -> None:
    """Whatever else stands there keeps no abort out."""
    site.start()
    key = {"pk": {"S": "snapshot"}, "sk": {"S": "version"}}
    site.client.update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression="SET aborted = :odd",
        ExpressionAttributeValues={":odd": odd},
    )
    container, since = site.container(), site.since
    container.broken = {"green"}
    for user in crowd(60):
        container.ask(user, 0.4)

    item = site.client.get_item(TableName=TABLE, Key=key)["Item"]
    assert item["aborted"] == {"SS": [mark("shop", since)]}
    assert [line["message"] for line in container.lines] == ["rollout aborted"]
    assert container.ask("user-1") == "blue"


def test_a_table_without_rules_is_not_marked(site: Site) -> None:
    """Where the snapshot is gone there is nothing to abort, and no item is made."""
    site.start()
    container, since = site.container(), site.since
    container.ask("user", 0.1)
    key = {"pk": {"S": "snapshot"}, "sk": {"S": "version"}}
    site.client.delete_item(TableName=TABLE, Key=key)
    container.broken = {"green"}
    for user in crowd(60):
        container.ask(user, 0.4)

    state = site.evidence.look("shop", since).state
    assert state is not None
    assert verdict(state).kind == "REGRESSED"
    assert "Item" not in site.client.get_item(TableName=TABLE, Key=key)


def test_whoever_reads_that_it_regressed_marks(site: Site) -> None:
    """The container that found it out may have ended before it could say so."""
    site.start()
    one, two = site.container("one"), site.container("two")
    two.ask("user", REPORT + 0.1)
    one.broken = {"green"}
    one.wire.fate = lambda _, q: BEFORE if "snapshot" in str(q.get("Key")) else WELL
    for user in crowd(60):
        if ("UpdateItem", "snapshot") not in one.wire.asked:
            one.ask(user, 0.4)
    two.sentinel.meanwhile()

    assert [line["message"] for line in two.lines] == ["rollout aborted"]


def test_who_was_slower_ends_nothing(site: Site) -> None:
    """A state that could not be written is nobody's word: there is another one."""
    site.start()
    container = site.container()
    for user in crowd(3):
        container.ask(user, 0.1)
    settle(container)
    site.clock.now += 60
    settle(container)
    key = {k: {"S": v} for k, v in layout.judge_key("shop", site.since).items()}

    def overtaken(operation: str, question: Any) -> str:
        if operation == "UpdateItem" and question["Key"] == key:
            site.client.update_item(
                TableName=TABLE,
                Key=key,
                UpdateExpression="ADD revision :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )
        return WELL

    container.wire.fate = overtaken
    container.broken = {"green"}
    for user in crowd(60, start=10):
        container.ask(user, 0.4)
    assert container.lines == []
    container.wire.fate = lambda *_: WELL
    settle(container)

    assert [line["message"] for line in container.lines] == ["rollout aborted"]


def test_both_versions_failing_is_an_incident(site: Site) -> None:
    """Nobody is rolled back for what stable does as well."""
    site.start()
    container = site.container()
    container.broken = {"blue", "green"}
    for user in crowd(60):
        container.ask(user, 0.1)
    settle(container)

    assert container.lines == []
    look = site.evidence.look("shop", site.since)
    assert look.state is not None
    assert verdict(look.state).kind != "REGRESSED"


def test_nothing_is_written_without_a_watched_rollout(site: Site) -> None:
    """Neither before a rollout, nor under a weight that a person gave, nor after."""
    container = site.container()
    for user in crowd(10):
        container.ask(user, 1.0)
    settle(container)
    assert container.wire.asked == []

    site.write({"shop": {**site.body(), "weight": 50}})
    for user in crowd(10):
        container.ask(user, 1.0)
    settle(container)
    assert container.wire.asked == []


def test_what_was_not_told_of_an_ended_rollout_is_dropped(site: Site) -> None:
    """The evidence of a rollout that is over interests nobody."""
    site.start()
    container = site.container()
    container.ask("user", 0.1)
    container.wire.since()
    site.abort()
    container.ask("user", 5.0)
    container.ask("user", 5.0)
    settle(container)

    assert container.wire.asked == []


def test_the_rollout_before_is_not_reported_on(site: Site) -> None:
    """Once the next one is live, what was not told of the last interests nobody."""
    site.start()
    container = site.container()
    container.ask("user", 0.1)
    container.wire.since()
    site.abort()
    site.start()
    for user in crowd(5):
        container.ask(user, 4.0)
    settle(container)
    written = [pk for op, pk in container.wire.asked if op == "UpdateItem"]

    assert {pk.split("#")[2] for pk in written} == {str(site.since)}


def test_two_rollouts_are_reported_in_turn(site: Site) -> None:
    """No release keeps another one from being counted and judged."""
    site.start()
    site.write({"cart": {**site.body(), "release": {"services": ["shop-cart"]}}})
    container = site.container()
    held = container.snapshot.current()
    assert held
    releases = {name: held.rules.flags.flags[name] for name in ("shop", "cart")}
    for name, flag in releases.items():
        drawn = choice("green", subject=1, release=name, generation=flag.version)
        leg = Leg(alias="green", choices=(drawn,), seconds=0.1)
        container.sentinel.witness(flag, {}).saw(passage(leg))
    for _ in range(2):
        container.clock.now += REPORT + 0.1
        container.sentinel.meanwhile()

    for name, flag in releases.items():
        assert flag.release
        found = site.evidence.look(name, flag.release.since or 0).totals
        assert found.counts["errors"]["warm"].canary == 1

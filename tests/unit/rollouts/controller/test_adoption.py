"""A table that was restored or copied is seen, named and adopted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from flags.aws.client import AwsClient
from flags.codec import decode
from flags.lineage import version_of
from flags.reader import TableReader
from flags.snapshot import Snapshot
from flags.store.dynamodb import DynamoStore
from flags.store.lineage import home_of
from rollouts.machine import moves
from tests.contracts.store_contract import TABLE, Wire, make_table, scan
from tests.unit.rollouts.controller.world import MINUTE, World


def copied(client: Any, items: list[Any], name: str) -> None:
    """A new table of this name, with the items of a backup."""
    if name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)
    make_table(client, name)
    for item in items:
        client.put_item(TableName=name, Item=item)


def lineage(world: World) -> int:
    """The lineage that the table has now."""
    return world.store.load().lineage.number


@pytest.fixture
def restored(world: World) -> World:
    """A table restored to when a rollout was live, which was aborted since."""
    world.start()
    world.tick()
    backup = scan(world.client("dynamodb"))
    world.move("shop", moves.abort, "abort", why="bad")
    copied(world.client("dynamodb"), backup, TABLE)
    world.now += MINUTE
    return world


def test_changes_keep_the_lineage(world: World) -> None:
    """It is exchanged by nothing but an adoption, and in every part of the table."""
    world.start()
    first = lineage(world)
    for _ in range(3):
        world.tick(MINUTE)
    body = world.reader.body(consistent=True)
    version = world.reader.version(consistent=True)

    assert body is not None
    assert version is not None
    assert 100_000 <= lineage(world) == first
    assert decode(body.text).lineage == first
    assert version_of(version.number, first) == version_of(body.version, first)
    assert world.store.load().damage() == ()


def test_a_restore_under_the_same_name(restored: World) -> None:
    """The controller adopts it, and ends what had been ended; it says why."""
    before = lineage(restored)
    assert restored.store.load().lineage.copied

    restored.tick()

    assert "weight" not in restored.stored().body
    assert restored.rollout()["phase"] == "aborted"
    assert restored.rollout()["why"] == "the table was restored or copied"
    assert lineage(restored) != before
    assert restored.store.load().damage() == ()
    told = [it["damage"] for it in restored.complained if "damage" in it]
    assert told == ["the table was restored or copied under its name"]


def test_a_warm_reader_meets_another_world(world: World) -> None:
    """It takes the restored rules, even when their version is the one that it has."""
    world.put("shop", {"release": {"services": ["a"]}})
    backup = scan(world.client("dynamodb"))
    for number in range(2):
        world.put("shop", {"release": {"services": ["a"]}, "description": str(number)})
    clock = [0.0]
    snapshot = Snapshot(world.reader, decode, now=lambda: clock[0], random=lambda: 0.5)
    held = snapshot.current()
    assert held is not None
    copied(world.client("dynamodb"), backup, TABLE)
    world.tick(MINUTE)
    world.put("other", {"variants": {"on": 1}, "off": "on", "serve": "on"})

    clock[0] += 10
    other = snapshot.current()

    assert other is not None
    assert held.rules.version == other.rules.version == 3
    assert set(other.rules.flags) == {"shop", "other"}


def test_a_copy_under_another_name(world: World) -> None:
    """Readers say so by themselves: their table's name isn't the one in the item."""
    world.start()
    client = world.client("dynamodb")
    copied(client, scan(client), "staging")
    reader = TableReader(cast("AwsClient", Wire(client)), "staging")

    version = reader.version()

    assert version is not None
    assert version.problem == (
        "these rules are a copy of the table canary's; `canary repair` adopts them"
    )
    snapshot = Snapshot(reader, decode, now=lambda: 0.0, random=lambda: 0.5)
    snapshot.current()
    snapshot.catch_up()
    assert (snapshot.held is not None and snapshot.held.stale, snapshot.problem) == (
        True,
        version.problem,
    )
    own = world.reader.version()
    assert own is not None
    assert own.problem is None
    store = DynamoStore(client, "staging")
    assert store.load().lineage.copied == "the table is a copy of canary"


def test_a_copy_whose_rollout_nobody_can_read(restored: World) -> None:
    """It ends by a mark, and the table is adopted all the same."""
    restored.client("dynamodb").update_item(
        TableName=TABLE,
        Key={"pk": {"S": "flags"}, "sk": {"S": "shop"}},
        UpdateExpression="SET document = :it",
        ExpressionAttributeValues={":it": {"S": "{"}},
    )

    restored.tick()

    state = restored.store.load()
    assert not state.lineage.copied
    assert {mark.partition(" ")[0] for mark in state.aborted} == {"shop"}


@pytest.mark.parametrize(
    ("described", "home"),
    [
        (None, "t -"),
        ({"Table": {}}, "t -"),
        ({"Table": {"TableId": "x"}}, "t x"),
        ({"Table": {"CreationDateTime": datetime.fromtimestamp(7, UTC)}}, "t 7.000"),
        ({"Table": {"TableId": "x", "Replicas": [{}]}}, "t -"),
    ],
)
def test_homes(described: Any, home: str) -> None:
    """A table is known by name and id; replicas of one table by their name alone."""
    assert home_of("arn:aws:dynamodb:eu-west-1:1:table/t", described) == home
    assert home_of("t", described) == home

"""Keys, and changes as DynamoDB takes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from rollouts.evidence import layout
from rollouts.evidence.layout import Change
from rollouts.judge.errors import InvalidEvidence
from tests.contracts.store_contract import TABLE, scan, table

NOW = 1_900_000_000.0
KEY = layout.totals_key("shop", 7, 3)


@pytest.fixture
def client() -> Iterator[Any]:
    """A client of an empty table."""
    with table() as made:
        yield made


def make(client: Any, change: Change) -> bool:
    """Whether the change was made."""
    try:
        client.update_item(
            TableName=TABLE,
            Key={name: {"S": text} for name, text in change.key.items()},
            UpdateExpression=change.expression,
            ConditionExpression=change.condition,
            ExpressionAttributeNames=dict(change.names),
            ExpressionAttributeValues=dict(change.values),
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def add(stamp: int, counts: dict[str, int], **changes: Any) -> Change:
    """A flush of the container `one`."""
    return layout.adding(KEY, "one", stamp, counts, expires_at=1, **changes)


def test_a_flush_is_added_once(client: Any) -> None:
    """Sent again it is refused; a later one is added to it."""
    assert make(client, add(1, {"c#errors#warm#canary": 2}))
    assert not make(client, add(1, {"c#errors#warm#canary": 2}))
    assert make(client, add(2, {"c#errors#warm#canary": 3}))
    (item,) = scan(client)

    assert item["c#errors#warm#canary"] == {"N": "5"}
    assert layout.stamps(item) == {"one": 2}


def test_containers_are_apart(client: Any) -> None:
    """Their stamps have nothing to do with each other."""
    assert make(client, add(5, {"a": 1}))
    other = layout.adding(KEY, "two", 1, {"a": 1}, expires_at=1)
    assert make(client, other)
    assert scan(client)[0]["a"] == {"N": "2"}


def test_old_stamps_go(client: Any) -> None:
    """Half an hour after; one's own never does."""
    make(client, add(int(NOW * 1000) - 1_900_000, {}))
    make(client, layout.adding(KEY, "two", int(NOW * 1000), {}, expires_at=1))
    (item,) = scan(client)
    gone = layout.outdated(item, NOW)
    assert gone == ["one"]
    make(client, layout.adding(KEY, "two", 2**50, {}, expires_at=1, removed=gone))
    make(client, layout.adding(KEY, "two", 2**51, {}, expires_at=1, removed=["two"]))

    assert layout.stamps(scan(client)[0]) == {"two": 2**51}


def test_a_stamp_outlives_its_flush() -> None:
    """Clocks may disagree by twenty minutes, and nothing is counted twice."""
    assert layout.STAMP_KEPT - layout.RETRIED_FOR >= 20 * 60


def test_an_expression_is_within_limits() -> None:
    """Many counts, and more stamps than one change may remove: 4 KB, 300 parts."""
    counts = {f"c#slow:{n}#warm#canary": n for n in range(200)}
    change = add(1, counts, removed=[f"{n:08}" for n in range(1_000)])

    assert len(change.expression) < 4_096
    assert change.expression.count("#") < 300


def test_a_claim_is_the_first_ones(client: Any) -> None:
    """And the owner's, however often it asks."""
    key = layout.claim_key("shop", 7, "errors", 2**64 - 1)
    assert make(client, layout.claim(key, "one.1", 1))
    assert make(client, layout.claim(key, "one.1", 1))
    assert not make(client, layout.claim(key, "one.2", 1))
    assert not make(client, layout.claim(key, "two.1", 1))
    assert key["pk"] == "evidence#shop#7#claim#errors#ffffffffffffffff"


def test_containers_at_work() -> None:
    """By their stamps, whatever shard they are in."""
    stamps = {"f#a": NOW, "f#b": NOW - 59, "f#c": NOW - 61}
    item = {name: {"N": str(int(at * 1000))} for name, at in stamps.items()}

    assert layout.active([item, {}], NOW, 60) == 2
    assert layout.active([item], NOW) == 3


@pytest.mark.parametrize("value", [{"N": "-1"}, {"N": "1.5"}, {"S": "1"}, {}])
def test_a_stamp_that_is_none_is_refused(value: dict[str, str]) -> None:
    """As counts are that can't be."""
    with pytest.raises(InvalidEvidence):
        layout.stamps({"f#AAAAAAAA": value})


def test_shards_are_evenly_used() -> None:
    """Names of containers are random."""
    names = (f"{n * 2_654_435_761 % 2**32:08x}" for n in range(16_000))
    used = Counter(map(layout.shard, names))

    assert len(used) == layout.SHARDS
    assert max(used.values()) < 2 * min(used.values())
    assert len({key["pk"] for key in layout.all_totals("shop", 7)}) == layout.SHARDS

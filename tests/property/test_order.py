"""Laws of ordered batches: nothing lost, nothing overtaken, few invocations."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.waves import MOST
from tests.fuzz.rig import SERVICE, Reply, Rig, Seen, rules

pytestmark = pytest.mark.property

ERROR = b'{"errorType":"ValueError","errorMessage":"no"}'
# What becomes of an invocation: all is well, all failed, or one record did, by place.
FATES = st.lists(st.sampled_from(["well", "raised"]) | st.integers(0, 60), max_size=30)
USERS = st.integers(0, 12).map("user-{}".format)
MANY = st.lists(USERS, min_size=1, max_size=80)
some = settings(deadline=None, max_examples=150)


def rig(order: str) -> Rig:
    """A router whose canary has half of the users."""
    route = {"name": "all", "service": SERVICE, "match": {}, "order": order}
    return Rig(rules(weight=50, routes=[route]))


RIGS = {order: rig(order) for order in ("key", "shard")}


class Delivery:
    """One batch on its way: what targets were sent, and which of it failed."""

    def __init__(self, fates: list[str | int]) -> None:
        self.fates = iter(fates)
        self.sent: list[tuple[str, list[int]]] = []
        self.failed: set[int] = set()

    def says(self, seen: Seen) -> Reply:
        """A target's answer, as its fate has it."""
        numbers = [number for number, _ in records(json.loads(seen.payload))]
        self.sent.append((seen.alias, numbers))
        fate = next(self.fates, "well")
        if fate == "raised":
            self.failed |= set(numbers)
            return Reply(payload=ERROR, error="Unhandled")
        named = [] if fate == "well" else numbers[int(fate) : int(fate) + 1]
        self.failed |= set(named)
        listed = [{"itemIdentifier": identifier(one)} for one in named]
        return Reply(payload=json.dumps({"batchItemFailures": listed}).encode())


def kinesis(users: list[tuple[int, str]]) -> dict[str, Any]:
    """A batch of one shard, with the records' numbers."""
    return {
        "Records": [
            {
                "eventSource": "aws:kinesis",
                "eventSourceARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/s",
                "kinesis": {
                    "partitionKey": user,
                    "sequenceNumber": str(number),
                    "data": "e30=",
                },
            }
            for number, user in users
        ]
    }


def records(event: Any) -> list[tuple[int, str]]:
    """The records of a batch: number and user."""
    held = [record["kinesis"] for record in event["Records"]]
    return [(int(one["sequenceNumber"]), one["partitionKey"]) for one in held]


def identifier(number: int) -> str:
    """As Kinesis has it."""
    return str(number)


def deliver(order: str, batch: list[tuple[int, str]], delivery: Delivery) -> int | None:
    """Hand over a batch; the number where the shard goes on, None if all is done."""
    RIGS[order].says = delivery.says
    try:
        answer = RIGS[order].handle(json.dumps(kinesis(batch)).encode())
    except Exception:  # noqa: BLE001 - to the source it is all the same
        return batch[0][0]
    listed = json.loads(answer)["batchItemFailures"]
    return min((int(one["itemIdentifier"]) for one in listed), default=None)


@given(users=MANY, fates=FATES, order=st.sampled_from(["key", "shard"]))
@some
def test_a_shard_goes_on_from_what_was_not_done(
    users: list[str], fates: list[str | int], order: str
) -> None:
    """It stops at the first record that failed or was not invoked: none is lost."""
    batch = list(enumerate(users))
    delivery = Delivery(fates)

    stopped = deliver(order, batch, delivery)

    reached = {number for _, numbers in delivery.sent for number in numbers}
    left = delivery.failed | ({number for number, _ in batch} - reached)
    assert min(left, default=None) == stopped


@given(users=MANY, fates=FATES, order=st.sampled_from(["key", "shard"]))
@some
def test_a_record_runs_once_on_one_colour(
    users: list[str], fates: list[str | int], order: str
) -> None:
    """No batch hands a record to both colours, or to one of them twice."""
    delivery = Delivery(fates)

    deliver(order, list(enumerate(users)), delivery)

    numbers = [number for _, numbers in delivery.sent for number in numbers]
    assert len(set(numbers)) == len(numbers)


@given(users=MANY, fates=FATES)
@some
def test_a_key_keeps_its_order_and_its_colour(
    users: list[str], fates: list[str | int]
) -> None:
    """Until all is done, a key's records go to one colour and never out of turn."""
    batch, fate = list(enumerate(users)), fates
    colours: dict[str, set[str]] = defaultdict(set)
    while batch:
        delivery = Delivery(fate)
        stopped = deliver("key", batch, delivery)
        assert len(delivery.sent) <= 2
        for alias, numbers in delivery.sent:
            assert sorted(numbers) == numbers
            for number in numbers:
                colours[users[number]].add(alias)
        batch = [] if stopped is None else batch[stopped - batch[0][0] :]
        fate = fate[len(delivery.sent) :]

    assert all(len(found) == 1 for found in colours.values())


@given(users=MANY, fates=FATES)
@some
def test_a_shard_keeps_its_order(users: list[str], fates: list[str | int]) -> None:
    """No record overtakes another, and none goes out behind one that failed."""
    delivery = Delivery(fates)

    deliver("shard", list(enumerate(users)), delivery)

    numbers = [number for _, numbers in delivery.sent for number in numbers]
    assert list(range(len(numbers))) == numbers
    *before, _last = delivery.sent
    assert not delivery.failed & {n for _, group in before for n in group}
    assert len(delivery.sent) <= MOST


def test_beyond_the_bound_all_is_on_stable() -> None:
    """The head goes by its decisions, and the tail in one invocation."""
    delivery = Delivery([])

    stopped = deliver("shard", [(n, f"user-{n}") for n in range(1_000)], delivery)

    aliases = [alias for alias, _ in delivery.sent]
    assert stopped is None
    assert MOST == len(aliases)
    assert "blue" == aliases[-1]
    assert all(a != b for a, b in itertools.pairwise(aliases[:-1]))
    assert sum(len(numbers) for _, numbers in delivery.sent) == 1_000

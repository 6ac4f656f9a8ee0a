"""What Pipes and Custom Event Buses deliver: a decision for each element."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flags import carriers
from router.document import Node
from router.sources import recognise
from router.sources.source import Facts
from tests.fuzz.index import TOKEN
from tests.fuzz.rig import SERVICE, Reply, Rig, Seen, corpus, rules

BLUE = "v1~shop.blue.3"


def facts(name: str) -> Facts:
    """What routes match on."""
    node = Node.of(corpus()[name])
    return recognise(node).facts(node)


def rig() -> Rig:
    """A router with a canary that nobody is on but those who carry green."""
    match = {"source": ["pipes", "eventbridge"]}
    route = {"name": "all", "service": SERVICE, "match": match}
    return Rig(rules(weight=0, routes=[route]))


def carrying(name: str, *tokens: str | None) -> bytes:
    """An event whose elements carry these, where their source has them."""
    event = json.loads(corpus()[name])[: len(tokens)]
    for one, token in zip(event, tokens, strict=True):
        holder = one.get("Metadata", one)
        holder.pop("canary-decision", None)
        if "detail" in one:
            holder = one["detail"]
        if "messageAttributes" in one:
            one["messageAttributes"] = {}
            value = {"stringValue": token, "dataType": "String"}
            holder = one["messageAttributes"] if token else {}
            holder["canary-decision"] = value
        elif token:
            holder["canary-decision"] = token
    return json.dumps(event).encode()


@pytest.mark.parametrize(
    "name",
    ["pipes_sqs", "pipes_kinesis", "eventbridge_list_tokens", "eventbridge_metadata"],
)
def test_each_element_keeps_its_decision(name: str) -> None:
    """Green goes to green, all else to blue, and each reads its own there."""
    router = rig()
    # Of this rollout: the rules have one version.
    router.handle(carrying(name, "v1~shop.green.1", None, "v1~shop.blue.1"))
    seen = {
        one.alias: [
            token.variant("shop")
            for record in json.loads(one.payload)
            if (token := carriers.from_record(record))
        ]
        for one in router.seen
    }

    assert {"green": ["green"], "blue": ["blue", "blue"]} == seen


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("pipes_sqs", "queue", "ledger"),
        ("pipes_kinesis", "stream", "clicks"),
        ("pipes_dynamodb", "stream", "orders"),
        ("pipes_kafka", "topic", "orders"),
        ("pipes_active", "queue", "orders"),
        ("pipes_rabbit", "queue", "orders"),
        ("eventbridge_list", "event_source", "shop.orders"),
        ("eventbridge_metadata_single", "event_source", "shop.orders"),
    ],
)
def test_routes_know_what_it_is_about(name: str, key: str, expected: str) -> None:
    """By the name of what a pipe reads, or the source of the event."""
    assert expected in facts(name).names[key]


def test_raw_events_have_no_names() -> None:
    """Their producers give none."""
    assert {"event_source": (), "detail_type": ()} == facts(
        "eventbridge_metadata"
    ).names


def test_an_enrichments_events_are_in_order() -> None:
    """One for each record at its place; of another number, alias by alias."""
    router, event = rig(), carrying("pipes_sqs", "v1~shop.green.1", None, TOKEN)

    def says(seen: Seen) -> Reply:
        made = [one["messageId"] for one in json.loads(seen.payload)]
        return Reply(payload=json.dumps(made * times).encode())

    router.says, times = says, 1
    ids = [one["messageId"] for one in json.loads(event)]
    assert ids == json.loads(router.handle(event))
    times = 2
    assert sorted(ids * 2) == sorted(json.loads(router.handle(event)))


def test_a_group_of_a_bus_shares_a_decision() -> None:
    """Its events are in order, which two invocations would not keep."""
    event: list[dict[str, Any]] = json.loads(corpus()["eventbridge_metadata"])
    for one, token in zip(event, ("v1~shop.green.1", BLUE, None), strict=True):
        one["SystemMetadata"]["EventGroupId"] = "g"
        one["Metadata"] = {"canary-decision": token} if token else {}
    router = rig()
    router.handle(json.dumps(event).encode())

    assert ["green"] == [one.alias for one in router.seen]

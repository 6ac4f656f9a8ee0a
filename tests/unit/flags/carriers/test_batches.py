"""Which events are batches, and where their records are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flags import carriers
from flags.carriers import batches
from flags.token import NAME, Token

EVENTS = Path(__file__).parents[3] / "events"
WIRE = "v1~shop.green.12"


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("sns", 1),
        ("sqs", 10),
        ("kinesis_tokens", 4),
        ("dynamodb_tokens", 3),
        ("kafka_partitions", None),
        ("kafka_self_managed", None),
        ("firehose_direct", None),
        ("mq_active", 2),
        ("mq_rabbit", 2),
        ("s3_put", None),
        ("appsync_batch", None),
    ],
)
def test_batches(name: str, count: int | None) -> None:
    """Each source's records are found; each takes the router's member."""
    event = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    places = batches.places(event)
    assert places
    records = list(batches.records(places))
    assert len(records) == (count or len(records)) > 0
    for record in records:
        record[NAME] = WIRE

    assert carriers.from_event(event) == Token.parse(WIRE)


@pytest.mark.parametrize(
    "event",
    [
        None,
        "text",
        7,
        {},
        {"Records": None},
        {"Records": "abc"},
        {"Records": {"a": [{NAME: WIRE}]}},
        {"": [{NAME: WIRE}]},
        {"records": [{NAME: WIRE}]},
        {"messages": [{NAME: WIRE}]},
        {"messages": [{NAME: WIRE}], "eventSource": ["aws:mq"]},
        {"records": {"t-0": []}, "eventSource": "aws:sqs"},
        {"records": 7, "eventSource": "aws:kafka"},
        {"rmqMessagesByQueue": None, "eventSource": "aws:rmq"},
    ],
)
def test_what_is_no_batch(event: Any) -> None:
    """A payload that only has such a name is somebody's own."""
    assert batches.places(event) is None
    assert carriers.from_event(event) is None


def test_the_payloads_own_key() -> None:
    """Whoever invokes asynchronously, or starts an execution, writes it there."""
    assert carriers.from_event({"order": 7, NAME: WIRE}) == Token.parse(WIRE)


def test_the_payloads_key_before_what_is_in_it() -> None:
    """A payload that is an event passed on carries what it was passed on with."""
    old = {"headers": {NAME: "v1~shop.blue.1"}}

    assert carriers.from_event({**old, NAME: WIRE}) == Token.parse(WIRE)
    assert carriers.from_event({"Records": [old], NAME: WIRE}) == Token.parse(WIRE)


@pytest.mark.parametrize("holder", ["Context", "context", None])
def test_the_context_object_of_an_execution(holder: str | None) -> None:
    """A task that hands on its context object has what the execution began with."""
    inside = {"Execution": {"Id": "arn", "Input": {"order": 7, NAME: WIRE}}}

    event = {holder: inside} if holder else inside
    assert carriers.from_event(event) == Token.parse(WIRE)
    assert carriers.from_event({"Execution": {"Input": NAME}}) is None


def test_appsync() -> None:
    """A field's decision is among the headers of the request; a batch agrees."""
    field = {"arguments": {}, "request": {"headers": {NAME: WIRE}}}
    other = {"arguments": {}, "request": {"headers": {NAME: "v1~shop.blue.1"}}}

    assert carriers.from_event(field) == Token.parse(WIRE)
    assert carriers.from_event([field, field]) == Token.parse(WIRE)
    assert carriers.from_event([field, other]) is None
    assert carriers.from_event({"request": None}) is None

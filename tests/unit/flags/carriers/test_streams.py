"""Decisions in the records of streams, brokers and item images."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from flags import carriers
from flags.carriers import batches, streams
from flags.token import NAME, Token

EVENTS = Path(__file__).parents[3] / "events"
WIRE = "v1~shop.green.12"
BOTH = "v1~search.blue.3~shop.green.12"
GREEN = Token.parse(WIRE)
BYTES = list(WIRE.encode())


def encoded(value: Any) -> str:
    """Data as it is in a record: JSON in base64."""
    return base64.b64encode(json.dumps(value).encode()).decode()


DATA = encoded({NAME: WIRE})


@pytest.mark.parametrize(
    "record",
    [
        {"kinesis": {"data": DATA}, "eventSource": "aws:kinesis"},
        {"recordId": "1", "data": DATA},
        {"messageID": "1", "data": DATA},
        {"topic": "t", "value": DATA, "headers": []},
        {"topic": "t", "value": None, "headers": [{"a": [1]}, {NAME: BYTES}]},
        {"topic": "t", "headers": [{NAME: BYTES}, {NAME: BYTES}]},
        {
            "topic": "t",
            "value": encoded({NAME: "v1~shop.blue.1"}),
            "headers": [{NAME: BYTES}],
        },
        {"eventName": "INSERT", "dynamodb": {"NewImage": {NAME: {"S": WIRE}}}},
        {
            "eventName": "MODIFY",
            "dynamodb": {
                "NewImage": {NAME: {"S": WIRE}},
                "OldImage": {NAME: {"S": "v1~shop.blue.1"}},
            },
        },
        {"eventName": "REMOVE", "dynamodb": {"OldImage": {NAME: {"S": WIRE}}}},
        {"s3": {"object": {"key": "k"}}, NAME: WIRE},
        {"kinesis": {"data": encoded({NAME: "v1~shop.blue.1"})}, NAME: WIRE},
        {"dynamodb": {"NewImage": {NAME: {"S": "v1~shop.blue.1"}}}, NAME: WIRE},
    ],
)
def test_records(record: Any) -> None:
    """The router's member comes first, then what the source has."""
    assert carriers.from_record(record) == GREEN


@pytest.mark.parametrize(
    "record",
    [
        {
            "eventName": "MODIFY",
            "dynamodb": {"NewImage": {}, "OldImage": {NAME: {"S": WIRE}}},
        },
        {"eventName": "REMOVE", "dynamodb": {"Keys": {}}},
        {"dynamodb": None},
        {"dynamodb": {"NewImage": {NAME: WIRE}}},
        {"dynamodb": {"NewImage": {NAME: {"N": "7"}}}},
        {"kinesis": None},
        {"kinesis": {"data": WIRE}},
        {"kinesis": {"data": 7}},
        {"kinesis": {"data": encoded([NAME])}},
        {"kinesis": {"data": encoded(f"a {NAME}")}},
        {"kinesis": {"data": encoded({"in": {NAME: WIRE}})}},
        {"kinesis": {"data": DATA[:-3]}},
        {"kinesis": {"data": "é" + DATA}},
        {"kinesis": {"data": base64.b64encode(b"\xff" + NAME.encode()).decode()}},
        {"kinesis": {"data": base64.b64encode(b"[" * 90_000 + NAME.encode()).decode()}},
        {"value": DATA[2:], "headers": {NAME: BYTES}},
        {"value": "", "headers": [7, {}, {"other": BYTES}]},
    ],
)
def test_records_without(record: Any) -> None:
    """Whatever looks like it and is none carries nothing."""
    assert carriers.from_record(record) is None
    assert not carriers.unread


@pytest.mark.parametrize("header", [WIRE + "x" * 2000, 7, None, [999, -7], ["a"], "é"])
def test_wrong_headers(header: Any) -> None:
    """A Kafka header of ours that is no token is counted, and never raises."""
    record = {"value": None, "headers": [{NAME: header}]}

    assert carriers.from_record(record) is None
    assert (0 if header is None else 1) == carriers.unread.total()


@pytest.mark.parametrize("before", range(12))
def test_the_name_shows_through_base64(before: int) -> None:
    """However far into the data it begins, and whatever is around it."""
    for around in (b"\x00", b"\xff", b'"', b"{"):
        data = around * before + NAME.encode() + around
        assert streams.mentions(base64.b64encode(data).decode())


def test_other_data_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that doesn't have the name costs a look."""
    monkeypatch.setattr(streams, "binascii", None)
    assert (
        carriers.from_record({"kinesis": {"data": encoded({"n": [1] * 999})}}) is None
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kinesis_tokens", [BOTH, "v1~shop.blue.3", None, "v1~shop.green.5"]),
        ("dynamodb_tokens", [BOTH, "v1~shop.blue.3", BOTH]),
        ("dynamodb_keys_only", None),
        ("kafka_tokens", [BOTH, "v1~shop.blue.3"]),
        ("kafka_null_key", None),
        ("firehose_tokens", [BOTH, None]),
        ("mq_active", [None, None]),
        ("mq_rabbit", [None, None]),
        ("s3_put", None),
        ("kinesis_aggregated", None),
        ("kinesis_not_json", None),
    ],
)
def test_real_records(name: str, expected: list[str | None] | None) -> None:
    """Events as AWS writes them are read so; None is for events without any."""
    event = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    places = batches.places(event)
    assert places
    found = [carriers.from_record(record) for record in batches.records(places)]

    assert found
    assert [Token.parse(text) for text in expected or [None] * len(found)] == found
    assert not carriers.unread


def test_two_headers_that_differ() -> None:
    """What is said twice in different ways is no decision, and is counted."""
    record = {"value": "", "headers": [{NAME: BYTES}, {NAME: BYTES[:-1]}]}

    assert carriers.from_record(record) is None
    assert {"duplicated": 1} == carriers.unread

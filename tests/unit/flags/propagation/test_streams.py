"""Kinesis records carry the decision if their data is a JSON object."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from flags import propagation
from flags.propagation.boto import carrying
from flags.token import NAME
from tests.unit.flags.propagation.conftest import KIB, MIB, NUMBERS, WIRE

pytestmark = pytest.mark.usefixtures("decided")


def test_streams(aws: Any) -> None:
    """What is put into a stream comes out with the decision in its data."""
    client, name = aws("kinesis"), f"orders-{next(NUMBERS)}"
    client.create_stream(StreamName=name, ShardCount=1)
    client.put_record(StreamName=name, Data=b'{"id":1}\n', PartitionKey="a")
    records = [{"Data": data, "PartitionKey": "b"} for data in (b'{"id":2}', b"\x00{")]
    client.put_records(StreamName=name, Records=records)
    shard = client.describe_stream(StreamName=name)["StreamDescription"]["Shards"][0]
    place = client.get_shard_iterator(
        StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    found = client.get_records(ShardIterator=place["ShardIterator"])["Records"]

    carried = f',"{NAME}":"{WIRE}"}}'
    assert {
        f'{{"id":1{carried}\n'.encode(),
        f'{{"id":2{carried}'.encode(),
        b"\x00{",
    } == {record["Data"] for record in found}
    assert {"kinesis": 1} == propagation.skipped


@pytest.mark.parametrize("data", ['{"id":1}', b'{"id":1}', bytearray(b'{"id":1}')])
def test_kinds_of_data(data: Any) -> None:
    """Text stays text, bytes stay bytes."""
    sent = carrying("kinesis", "PutRecord", {"Data": data, "PartitionKey": "a"})
    expected = f'{{"id":1,"{NAME}":"{WIRE}"}}'

    assert sent["Data"] == (expected if isinstance(data, str) else expected.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"[1]",
        b'{"a":1}\n{"b":2}',
        b'{"a":"\xff"}',
        '{"a":1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"\x89PNG{}",
        io.BytesIO(b"{}"),
        7,
        None,
    ],
)
def test_other_data(data: Any) -> None:
    """Data that is no JSON object in UTF-8 stays as it is, unread, and is counted."""
    params = {"Data": data, "PartitionKey": "a"}

    assert carrying("kinesis", "PutRecord", params) is params
    assert {"kinesis": 1} == propagation.skipped
    assert not isinstance(data, io.BytesIO) or data.tell() == 0


def test_a_decision_already() -> None:
    """Data that has this decision stays as it is."""
    data = json.dumps({NAME: WIRE}).encode()
    params = {"Records": [{"Data": data, "PartitionKey": "a"}]}

    assert carrying("kinesis", "PutRecords", params) is params
    assert not propagation.skipped


@pytest.mark.parametrize("limit", [MIB, 10 * MIB])
def test_limit_of_a_record(limit: int) -> None:
    """No record is pushed across a limit that it was under."""

    def carries(size: int) -> bool:
        data = b'{"x":"' + b"y" * (size - 9) + b'"}'
        params = {"Data": data, "PartitionKey": "a"}
        return carrying("kinesis", "PutRecord", params) is not params

    assert carries(limit - 100)
    assert not carries(limit - 30)


def test_limit_of_a_request() -> None:
    """Records without room in the request go without."""
    data = b'{"x":"' + b"y" * (MIB - 8 * KIB) + b'"}'
    filler = {"Data": b"z" * (5 * 8 * KIB - 200), "PartitionKey": "a"}
    records = [{"Data": data, "PartitionKey": "a"}] * 5 + [filler]
    sent = carrying("kinesis", "PutRecords", {"Records": records})["Records"]

    carried = [NAME.encode() in record["Data"] for record in sent]
    assert carried[0]
    assert not carried[4]

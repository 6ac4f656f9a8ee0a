"""A DynamoDB that answers from given items, and counts as the real one bills."""

from __future__ import annotations

import base64
import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from benchmarks.harness.endpoint import Refused, Tables, plain, served, size, units

ITEM = {"pk": {"S": "flags"}, "sk": {"S": "gift"}, "body": {"S": "é" * 2_000}}
OTHER = {"pk": {"S": "flags"}, "sk": {"S": "cart"}, "body": {"S": "x"}}
KEY = {"pk": {"S": "flags"}, "sk": {"S": "gift"}}


@pytest.fixture
def tables() -> Tables:
    """A table with two items."""
    return Tables(items={"table": [ITEM, OTHER]})


def test_get_item(tables: Tables) -> None:
    """An item is found by its whole key."""
    found = tables.answer("GetItem", {"TableName": "table", "Key": KEY})

    assert {"Item": ITEM} == found
    assert (1, 0.5) == (tables.calls, tables.units)


def test_nothing_found(tables: Tables) -> None:
    """Looking for what isn't there costs the least that a read costs."""
    key = {**KEY, "sk": {"S": "none"}}

    assert {} == tables.answer("GetItem", {"TableName": "table", "Key": key})
    assert 0.5 == tables.units


@pytest.mark.parametrize(
    "condition",
    [
        {
            "KeyConditionExpression": "#p = :p",
            "ExpressionAttributeNames": {"#p": "pk"},
            "ExpressionAttributeValues": {":p": {"S": "flags"}},
        },
        {
            "KeyConditions": {
                "pk": {"AttributeValueList": [{"S": "flags"}]},
            }
        },
    ],
    ids=["expression", "older"],
)
def test_query(tables: Tables, condition: dict[str, Any]) -> None:
    """A query finds a partition, and is billed for the sum of its items."""
    question = {"TableName": "table", "ConsistentRead": True, **condition}

    found = tables.answer("Query", question)

    assert [ITEM, OTHER] == found["Items"]
    assert 1 == tables.units


def test_refusal(tables: Tables) -> None:
    """What it has no answer for is refused, and costs nothing."""
    with pytest.raises(Refused, match="PutItem"):
        tables.answer("PutItem", {})

    assert (0, 0) == (tables.calls, tables.units)


@pytest.mark.parametrize(
    ("length", "consistent", "expected"),
    [
        (1, False, 0.5),
        (1, True, 1),
        (4_095, True, 1),
        (4_096, True, 2),
        (8_192, False, 1.5),
    ],
)
def test_units(length: int, consistent: bool, expected: float) -> None:  # noqa: FBT001 - parametrised
    """Read units go by 4 KB, names of attributes included."""
    assert expected == units([{"a": {"S": "x" * length}}], consistent=consistent)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"S": "é"}, 2),
        ({"B": base64.b64encode(b"12345").decode()}, 5),
        ({"SS": ["ab", "c"]}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"N": "7"}, 8),
        ({"L": [{"S": "ab"}]}, 6),
        ({"M": {"a": {"S": "b"}}}, 6),
    ],
)
def test_size(value: dict[str, Any], expected: int) -> None:
    """An item's size is that of its names and values, bytes before Base64."""
    assert 1 + expected == size({"n": value})


def test_bytes_on_the_wire() -> None:
    """What boto3 gives as bytes goes out in Base64, wherever it stands."""
    item = {"a": {"B": b"x"}, "b": {"L": [{"B": b"y"}]}, "c": {"N": "1"}}

    found = plain(item)

    assert {"a": {"B": "eA=="}, "b": {"L": [{"B": "eQ=="}]}, "c": {"N": "1"}} == found


@pytest.mark.parametrize(
    ("operation", "status"), [("GetItem", 200), ("DescribeTable", 400)]
)
def test_served(tables: Tables, operation: str, status: int) -> None:
    """Over HTTP it answers what it knows, and remembers what it refused."""
    question = json.dumps({"TableName": "table", "Key": KEY})
    target = {"x-amz-target": f"DynamoDB_20120810.{operation}"}

    with served(tables) as url:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=5)
        connection.request("POST", "/", question, target)
        response = connection.getresponse()
        body = json.loads(response.read())
        connection.close()

    assert status == response.status
    assert (status == 200) == ("Item" in body)
    assert (status == 400) == bool(tables.refused)

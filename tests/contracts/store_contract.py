"""The stores that hold the contract, each with a way to look at all of it.

The contract itself ships with the library, for stores that others write:
`flags.testing.StoreContract`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import boto3
from botocore.loaders import Loader
from botocore.session import Session
from moto import mock_aws

from flags.aws.client import AwsClient
from flags.aws.transport import Response
from flags.reader import TableReader
from flags.store.dynamodb import DynamoStore

TABLE = "canary"
# The simulation's own.
ACCOUNT = "123456789012"


def make_table(client: Any, name: str = TABLE) -> None:
    """Make an empty table with the keys of the template's, `pk` and `sk`."""
    keys = {"pk": "HASH", "sk": "RANGE"}
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": k, "KeyType": kind} for k, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    client.get_waiter("table_exists").wait(TableName=name)


@cache
def _loader() -> Loader:
    return Loader(extra_search_paths=[Loader.CUSTOMER_DATA_PATH])


def simulated(service: str) -> Any:
    """A new client of a simulated service; its description is read once for all."""
    session = Session()
    session.register_component("data_loader", _loader())
    return boto3.Session(
        botocore_session=session,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    ).client(service)


@contextmanager
def table() -> Iterator[Any]:
    """A client for an empty table in memory, with keys `pk` and `sk`."""
    with mock_aws():
        client = simulated("dynamodb")
        make_table(client)
        yield client


def scan(client: Any) -> list[Any]:
    """Every item of the table, in the order of the keys."""
    pages = client.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
    items = [item for page in pages for item in page["Items"]]
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def abort(client: Any, mark: str, name: str = TABLE) -> bool:
    """Mark a rollout in the one write of a router; False if that was in vain."""
    try:
        client.update_item(
            TableName=name,
            Key={"pk": {"S": "snapshot"}, "sk": {"S": "version"}},
            UpdateExpression="ADD aborted :marks",
            ConditionExpression="attribute_exists(pk) AND NOT contains(aborted, :mark)",
            ExpressionAttributeValues={":marks": {"SS": [mark]}, ":mark": {"S": mark}},
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def dynamo(client: Any) -> DynamoStore:
    """The store over that table."""
    return DynamoStore(client, TABLE)


@dataclass(slots=True)
class Wire:
    """Stands in for the lean client: asks boto3, and answers as the service does."""

    client: Any
    service: str = "dynamodb"
    # The keys that were asked for, those of strong reads with a `!`.
    asked: list[str] = field(default_factory=list)

    def begin(self, _method: str, _path: str, *, body: bytes, **_: Any) -> Answer:
        """Ask."""
        question = json.loads(body)
        key = "/".join(question["Key"][part]["S"] for part in ("pk", "sk"))
        self.asked.append(key + "!" * question.get("ConsistentRead", False))
        found = self.client.get_item(**question)
        found.pop("ResponseMetadata")
        text = json.dumps(found, default=lambda data: base64.b64encode(data).decode())
        return Answer(Response(status=200, headers={}, body=text.encode()))

    def reset(self) -> None:
        """Note it."""
        self.asked.append("reset")

    def since(self) -> list[str]:
        """What was asked since the last time."""
        asked, self.asked = self.asked, []
        return asked


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is there."""

    response: Response

    def result(self) -> Response:
        """The answer."""
        return self.response


def reader(wire: Wire) -> TableReader:
    """What readers of the table use."""
    return TableReader(cast("AwsClient", wire), TABLE)

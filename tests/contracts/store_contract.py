"""The stores that hold the contract, each with a way to look at all of it.

The contract itself ships with the library, for stores that others write:
`flags.testing.StoreContract`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

from flags.store.changes import Store
from flags.store.dynamodb import DynamoStore

TABLE = "canary"


@contextmanager
def table() -> Iterator[Any]:
    """A client for an empty table in memory, with keys `pk` and `sk`."""
    with mock_aws():
        client = boto3.client(
            "dynamodb",
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        client.create_table(
            TableName=TABLE,
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


def scan(client: Any) -> list[Any]:
    """Every item of the table, in the order of the keys."""
    items = client.scan(TableName=TABLE, ConsistentRead=True)["Items"]
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def dynamo(client: Any) -> Store:
    """The store over that table."""
    return DynamoStore(client, TABLE)

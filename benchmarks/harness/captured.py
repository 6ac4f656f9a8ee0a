"""Tables as the real writers leave them, ours and LaunchDarkly's, out of moto."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws

from benchmarks.harness.endpoint import Item, plain
from benchmarks.harness.table import Documents, written
from flags.store.dynamodb import DynamoStore

OURS, LAUNCHDARKLY = "ours", "launchdarkly"
ENVIRON = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
}
KEYS = {OURS: ("pk", "sk"), LAUNCHDARKLY: ("namespace", "key")}


def our_table(*changes: Documents) -> list[list[Item]]:
    """Our table after each of these changes."""
    return our_table_after(
        *(lambda store, some=change: written(store, some) for change in changes)
    )


def our_table_after(*writes: Callable[[DynamoStore], Any]) -> list[list[Item]]:
    """Our table after each of these writes."""
    return _captured(OURS, lambda client, do: do(DynamoStore(client, OURS)), writes)


def their_table(
    flags: Mapping[str, Any], segments: Mapping[str, Any] | None = None
) -> list[Item]:
    """LaunchDarkly's table."""
    # Only the benchmarks have these; tests of what else is here do without.
    from ldclient.integrations import DynamoDB  # noqa: PLC0415 - as above
    from ldclient.versioned_data_kind import FEATURES, SEGMENTS  # noqa: PLC0415 - same

    def write(_: Any, flags: Mapping[str, Any]) -> None:
        store = DynamoDB.new_feature_store(LAUNCHDARKLY)
        store.init({FEATURES: flags, SEGMENTS: segments or {}})

    return _captured(LAUNCHDARKLY, write, [flags])[0]


def _captured(
    table: str, write: Callable[[Any, Any], None], changes: Any
) -> list[list[Item]]:
    partition, sort = KEYS[table]
    with _mocked() as client:
        client.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": partition, "KeyType": "HASH"},
                {"AttributeName": sort, "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": partition, "AttributeType": "S"},
                {"AttributeName": sort, "AttributeType": "S"},
            ],
        )
        found: list[list[Item]] = []
        for change in changes:
            write(client, change)
            pages = client.get_paginator("scan").paginate(TableName=table)
            found.append([plain(item) for page in pages for item in page["Items"]])
        return found


@contextmanager
def _mocked() -> Any:
    with patch.dict(os.environ, ENVIRON), mock_aws():
        yield boto3.client("dynamodb")

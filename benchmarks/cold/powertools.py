"""Powertools' FeatureFlags over a store that reads one item with boto3."""

import json
import os
import sys
from typing import Any

import boto3
import mmh3
from aws_lambda_powertools.utilities.feature_flags import FeatureFlags, StoreProvider

from benchmarks.cold import ATTRIBUTES, USER


class Table(StoreProvider):
    """The configuration in an item."""

    def __init__(self) -> None:
        self._client = boto3.client("dynamodb")

    @property
    def get_raw_configuration(self) -> dict[str, Any]:
        """The rules."""
        return self.get_configuration()

    def get_configuration(self) -> dict[str, Any]:
        """The rules."""
        found = self._client.get_item(
            TableName="powertools", Key={"pk": {"S": "flags"}}
        )
        configuration: dict[str, Any] = json.loads(found["Item"]["configuration"]["S"])
        return configuration


bucket = mmh3.hash("split." + USER, signed=False) % 100
context = {"id": USER, "bucket": bucket, "build": 40102, **ATTRIBUTES}
flags = FeatureFlags(store=Table())
print(flags.evaluate(name=sys.argv[1], context=context, default=None), flush=True)
os._exit(0)  # how long it takes to end is not asked

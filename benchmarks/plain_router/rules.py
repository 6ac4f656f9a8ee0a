"""The rules out of DynamoDB, kept for some seconds."""

from __future__ import annotations

import os
import time

import boto3
from botocore.config import Config

from benchmarks.plain_router.models import Rules

# A retry would invoke the target twice; a read of rules can wait for the next request.
CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=60)
REFRESH = float(os.environ["CANARY_REFRESH_SECONDS"])

_client = boto3.client("dynamodb", config=CONFIG)
_kept: Rules | None = None
_until = 0.0


def current() -> Rules:
    """The rules, at most `CANARY_REFRESH_SECONDS` old."""
    global _kept, _until  # noqa: PLW0603 - as a module of a Lambda function does it
    now = time.time()
    if _kept is None or now >= _until:
        found = _client.get_item(
            TableName=os.environ["PLAIN_TABLE"], Key={"pk": {"S": "router"}}
        )
        _kept = Rules.model_validate_json(found["Item"]["rules"]["S"])
        _until = now + REFRESH
    return _kept

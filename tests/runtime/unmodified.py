"""A function that was written without knowing of us: sends on what it gets."""

from __future__ import annotations

import os
from typing import Any

import boto3

queue = boto3.client("sqs")


def handler(event: Any, context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's
    """A message for each record."""
    for record in event["Records"]:
        queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=record["body"])
    return {"sent": len(event["Records"]), "event": event}


def fails(event: Any, context: Any) -> float:  # noqa: ARG001 - Lambda's
    """What many functions do sooner or later."""
    return _share(event["amount"], 0)


def _share(amount: float, people: int) -> float:
    return amount / people

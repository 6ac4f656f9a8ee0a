"""Books the orders that come by SQS, up to ten at a time."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3

import lambda_canary

receipts = boto3.resource("dynamodb").Table(os.environ["RECEIPTS_TABLE"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Book what can be booked, and hand the rest back to the queue."""
    colour = context.invoked_function_arn.rpartition(":")[2]
    failures = []
    with receipts.batch_writer(overwrite_by_pkeys=["order", "service"]) as batch:
        for record in lambda_canary.records(event):
            try:
                order = json.loads(record["body"])
                batch.put_item(Item=_receipt(order, colour))
            except (KeyError, TypeError, ValueError):
                failures.append({"itemIdentifier": record["messageId"]})
    booked = len(event["Records"]) - len(failures)
    report = {"colour": colour, "booked": booked, "failed": len(failures)}
    print(json.dumps({"service": "shop-ledger"} | report))
    return {"batchItemFailures": failures}


def _receipt(order: dict[str, Any], colour: str) -> dict[str, Any]:
    return {
        "order": order["order"],
        "service": "shop-ledger",
        "user": order.get("user"),
        "colour": colour,
        # Each record has its own decision: a batch holds many users.
        "variant": lambda_canary.current().variant("shop"),
        # The colour of the checkout that took the order.
        "edge": order.get("edge"),
        "door": "sqs",
    }

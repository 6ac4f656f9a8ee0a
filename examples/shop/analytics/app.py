"""Counts the orders that come by EventBridge."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3

import lambda_canary

receipts = boto3.resource("dynamodb").Table(os.environ["RECEIPTS_TABLE"])


def handler(event: dict[str, Any], context: Any) -> None:
    """EventBridge hands over one event at a time."""
    decision = lambda_canary.read(event, context)
    order = event["detail"]
    receipt = {
        "order": order["order"],
        "service": "shop-analytics",
        "user": order.get("user"),
        "colour": context.invoked_function_arn.rpartition(":")[2],
        "variant": decision.variant("shop"),
        # The colour of the checkout that took the order.
        "edge": order.get("edge"),
        "door": "eventbridge",
    }
    receipts.put_item(Item=receipt)
    print(json.dumps({k: v for k, v in receipt.items() if k != "user"}))

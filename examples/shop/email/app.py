"""Mails a confirmation for each order that comes by SNS."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3

import lambda_canary

receipts = boto3.resource("dynamodb").Table(os.environ["RECEIPTS_TABLE"])
features = lambda_canary.Flags.from_env()


def handler(event: dict[str, Any], context: Any) -> None:
    """SNS hands over one record at a time."""
    colour = context.invoked_function_arn.rpartition(":")[2]
    for record in lambda_canary.records(event):
        order = json.loads(record["Sns"]["Message"])
        user = order.get("user")
        receipt = {
            "order": order["order"],
            "service": "shop-email",
            "user": user,
            "colour": colour,
            "variant": lambda_canary.current().variant("shop"),
            # The colour of the checkout that took the order.
            "edge": order.get("edge"),
            "door": "sns",
            "gift": features.boolean("free-gift", default=False, key=user),
        }
        receipts.put_item(Item=receipt)
        print(json.dumps({k: v for k, v in receipt.items() if k != "user"}))

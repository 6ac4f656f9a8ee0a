"""Takes orders: POST /orders with {"order": ..., "user": ...}; a GET asks if it can."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

import boto3

from . import faults, receipts

sns = boto3.client("sns")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Publish the order; the answer says which version took it."""
    colour = receipts.colour_of(context)
    if event["requestContext"]["http"]["method"] == "GET":
        return _answer({"open": True, "colour": colour})
    body = event["body"]
    order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    receipts.keep([receipts.line(order, "door", colour, 1, faults.OK)])
    sns.publish(TopicArn=os.environ["TOPIC"], Message=json.dumps(order))
    return _answer({"order": order["order"], "colour": colour})


def _answer(told: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(told)
    print(body)
    headers = {"content-type": "application/json"}
    return {"statusCode": 200, "headers": headers, "body": body}

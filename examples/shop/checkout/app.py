"""Takes orders: POST /checkout with {"user": ..., "order": ...}. GET is a quote."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

import boto3

import lambda_canary

GREETING = "Thank you for your order."
PRICE = 49.00
SHIPPING = 4.90

sns = boto3.client("sns")
sqs = boto3.client("sqs")
events = boto3.client("events")
receipts = boto3.resource("dynamodb").Table(os.environ["RECEIPTS_TABLE"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request of an HTTP API, function URL, REST API or load balancer."""
    decision = lambda_canary.read(event, context)
    colour = context.invoked_function_arn.rpartition(":")[2]
    answer = {
        "greeting": GREETING,
        "total": PRICE + SHIPPING,
        "shipping": SHIPPING,
        "colour": colour,
        "variant": decision.variant("shop"),
    }
    if _method(event) == "POST":
        order = _body(event)
        if order is None:
            return _answer(400, {"error": 'send JSON such as {"order": "o-1"}'})
        answer["order"] = order["order"]
        _place({"user": None} | order | {"edge": colour})
        _keep(order, answer, _door(event))
    print(json.dumps({"service": "shop-checkout"} | answer))
    return _answer(200, answer)


def _place(order: dict[str, Any]) -> None:
    """Tell the others. Nothing here is about the decision: `flags` carries it on."""
    message = json.dumps(order)
    sns.publish(TopicArn=os.environ["TOPIC_ARN"], Message=message)
    sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=message)
    # Analytics has no business with the user.
    detail = {"order": order["order"], "edge": order["edge"]}
    entry = {
        "EventBusName": os.environ["EVENT_BUS_NAME"],
        "Source": "shop.checkout",
        "DetailType": "OrderPlaced",
        "Detail": json.dumps(detail),
    }
    events.put_events(Entries=[entry])


def _keep(order: dict[str, Any], answer: dict[str, Any], door: str) -> None:
    receipt = {
        "order": order["order"],
        "service": "shop-checkout",
        "user": order.get("user"),
        "colour": answer["colour"],
        "variant": answer["variant"],
        "door": door,
    }
    receipts.put_item(Item=receipt)


def _method(event: dict[str, Any]) -> str:
    http = event.get("requestContext", {}).get("http", {})
    return str(event.get("httpMethod") or http.get("method"))


def _door(event: dict[str, Any]) -> str:
    domain = event.get("requestContext", {}).get("domainName") or ""
    return "url" if ".lambda-url." in domain else "http"


def _body(event: dict[str, Any]) -> dict[str, Any] | None:
    """The order; None if the body is not one."""
    body = event.get("body") or ""
    try:
        order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    except ValueError:
        return None
    good = isinstance(order, dict) and isinstance(order.get("order"), str)
    return order if good else None


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}

"""Tells which version did what with an order: before it fails, or takes its time.

A line goes under the run that the order is of, the part of its name before the dash,
in the order of time, so that whoever looks on reads only what is new.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from typing import Any

import boto3

dynamodb = boto3.client("dynamodb")


def line(
    order: dict[str, Any], service: str, colour: str, attempt: int, outcome: str
) -> dict[str, Any]:
    """One line, with the time of now."""
    texts = {
        "run": order["order"].partition("-")[0],
        "line": f"{time.time():.6f} {order['order']} {service}#{attempt}",
        "order": order["order"],
        "service": service,
        "user": order["user"],
        "colour": colour,
        "outcome": outcome,
    }
    return {name: {"S": text} for name, text in texts.items()} | {
        "attempt": {"N": str(attempt)}
    }


def noted(attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a message, all that are text, to be kept with its line."""
    texts = {name: it.get("stringValue", "") for name, it in attributes.items()}
    return {"attributes": {"S": json.dumps(texts)}}


def keep(lines: Iterable[dict[str, Any]]) -> None:
    """Write them, up to 25; raises if the table takes one not."""
    table = os.environ["RECEIPTS_TABLE"]
    requests = [{"PutRequest": {"Item": item}} for item in lines]
    while requests:
        answer = dynamodb.batch_write_item(RequestItems={table: requests})
        requests = answer.get("UnprocessedItems", {}).get(table, [])


def colour_of(context: Any) -> str:
    """The alias that was invoked."""
    return str(context.invoked_function_arn.rpartition(":")[2])

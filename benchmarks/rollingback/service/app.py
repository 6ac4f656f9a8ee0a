"""Answers after a while. Green fails who asks with `x-broken`: its bug, switched on."""

from __future__ import annotations

import json
import time
from typing import Any

# Seconds: so at 20 requests a second several routers are at work, not one.
TAKES = 0.2


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request of an HTTP API with its colour, and when it came there."""
    colour = context.invoked_function_arn.rpartition(":")[2]
    failed = colour == "green" and "x-broken" in event["headers"]
    answer = {"colour": colour, "at": time.time()}
    time.sleep(TAKES)
    print(json.dumps(answer))
    return {
        "statusCode": 500 if failed else 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(answer),
    }

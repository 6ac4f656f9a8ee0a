"""Takes what comes one at a time: SNS, EventBridge, HTTP, invocations, executions."""

from __future__ import annotations

import base64
import json
from typing import Any

from . import arrival


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Hand it on; the answer is for those who wait for one."""
    arrival.handle(_parcel(event), context)
    return {"statusCode": 200, "body": "{}"}


def _parcel(event: dict[str, Any]) -> dict[str, Any]:
    found: Any = event
    if "Records" in event:
        found = json.loads(event["Records"][0]["Sns"]["Message"])
    elif "detail" in event:
        found = event["detail"]
    elif "Execution" in event:
        found = event["Execution"]["Input"]
    elif "requestContext" in event:
        body = event["body"]
        found = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    return arrival.parcel_of(found)

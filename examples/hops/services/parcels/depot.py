"""Takes what comes by queue, and hands back what failed."""

from __future__ import annotations

import json
from typing import Any

from . import arrival


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Hand on what can be handed on."""
    failures = []
    for record in event["Records"]:
        attributes = {
            name: attribute["stringValue"]
            for name, attribute in record["messageAttributes"].items()
        }
        try:
            arrival.handle(_parcel(record["body"]), context, attributes)
        except arrival.AddressError:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _parcel(body: str) -> dict[str, Any]:
    """The parcel, be it wrapped by SNS or EventBridge."""
    found: dict[str, Any] = json.loads(body)
    if found.get("Type") == "Notification":
        found = json.loads(found["Message"])
    if "detail" in found:
        found = found["detail"]
    return arrival.parcel_of(found)

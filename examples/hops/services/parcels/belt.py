"""Takes what comes by stream, in order; what fails holds up all that follows."""

from __future__ import annotations

import base64
import json
from typing import Any

from . import arrival


def handler(event: dict[str, Any], context: Any) -> None:
    """Hand on one after the other."""
    for record in event["Records"]:
        arrival.handle(_parcel(record), context)


def _parcel(record: dict[str, Any]) -> dict[str, Any]:
    if "kinesis" in record:
        found = json.loads(base64.b64decode(record["kinesis"]["data"]))
    else:
        found = json.loads(record["dynamodb"]["NewImage"]["parcel"]["S"])
    return arrival.parcel_of(found)

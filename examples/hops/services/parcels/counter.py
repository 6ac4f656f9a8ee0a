"""Takes parcels over HTTP."""

from __future__ import annotations

import base64
import json
from typing import Any

from . import arrival


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """POST a parcel; the answer says which version took it."""
    body = event["body"]
    text = base64.b64decode(body) if event["isBase64Encoded"] else body
    arrival.handle(json.loads(text), context)
    colour = context.invoked_function_arn.rpartition(":")[2]
    return {"statusCode": 200, "body": json.dumps({"colour": colour})}

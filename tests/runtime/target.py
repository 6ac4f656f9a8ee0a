"""A function behind the router, on the runtime's usual way: does what it is told."""

from __future__ import annotations

import base64
import os
from typing import Any


def handler(event: Any, context: Any) -> Any:
    """`raise` an error of this type, answer `bytes`, or say what was `seen`."""
    told = event.get("told", event)
    if "raise" in told:
        raise type(told["raise"], (Exception,), {})(told["message"])
    if "bytes" in told:
        return base64.b64decode(told["bytes"])
    return {
        "event": event,
        "custom": getattr(context.client_context, "custom", None),
        "env": getattr(context.client_context, "env", None),
        "tenant": context.tenant_id,
        "trace": os.environ.get("_X_AMZN_TRACE_ID"),
    }

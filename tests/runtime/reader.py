"""A function downstream of the router: says which decision it was handed."""

from __future__ import annotations

from typing import Any

import flags


def handler(event: Any, context: Any) -> dict[str, Any]:
    """The decision of an event, read with one line."""
    decision = flags.read(event, context)
    return {"token": str(decision), "variant": decision.variant("shop")}

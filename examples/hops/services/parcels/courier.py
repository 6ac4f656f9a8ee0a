"""Carries parcels of all users from one queue to another, up to ten at a time."""

from __future__ import annotations

import json
from typing import Any

from . import post


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001 - Lambda's
    """Bring them all back."""
    parcels = []
    for record in event["Records"]:
        parcel = json.loads(record["body"])
        post.back(parcel)
        parcels.append(parcel["parcel"])
    print(json.dumps({"courier": parcels}))

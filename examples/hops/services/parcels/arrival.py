"""What every function does with a parcel: tell that it is here, and hand it on."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from . import post

# What a parcel says; whatever else came with it stays where it is.
NAMES = {"parcel", "way", "step", "fails_at", "fails"}


class AddressError(RuntimeError):
    """The address can't be read at the moment."""


def handle(
    parcel: dict[str, Any], context: Any, attributes: Mapping[str, str] | None = None
) -> None:
    """Hand a parcel on; `attributes` are those of the message that it came in."""
    fails = _in_trouble(parcel)
    line = {
        "parcel": parcel["parcel"],
        "step": parcel["step"],
        "colour": context.invoked_function_arn.rpartition(":")[2],
        "failed": fails,
    }
    print(json.dumps(line))
    if fails:
        raise AddressError(parcel["parcel"])
    post.send(parcel, attributes or {})


def parcel_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """The parcel alone, out of what was found."""
    return {name: value for name, value in found.items() if name in NAMES}


def _in_trouble(parcel: dict[str, Any]) -> bool:
    """Whether it fails here, which some are meant to, a number of times."""
    if parcel["step"] != parcel.get("fails_at"):
        return False
    answer = post.client("dynamodb").update_item(
        TableName=os.environ["TROUBLES"],
        Key={"id": {"S": parcel["parcel"]}},
        UpdateExpression="ADD tries :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    return int(answer["Attributes"]["tries"]["N"]) <= int(parcel["fails"])

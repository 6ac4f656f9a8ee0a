"""Whom a rollout calls: functions that check a step, and topics that are told of it."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, JsonValue, WithJsonSchema

from flags.codec import MAX_DEPTH
from flags.store.plans.durations import Interval, Patience
from flags.store.strict import Document
from flags.store.values import plain

MOST_CHECKS = 10
MOST_NOTIFIED = 10
# A payload is kept with the plan in every version of the release's document.
MOST_PAYLOAD = 4096

_JSON = ("object", "array", "string", "number", "boolean", "null")
_ARN = r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:"
_FUNCTION = re.compile(
    rf"({_ARN})?[A-Za-z0-9_-]{{1,64}}(:([A-Za-z0-9_-]{{1,128}}))?", re.ASCII
)
_TOLD = (
    r"arn:aws[a-z-]*:(sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?"
    r"|events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9._/-]{1,256})"
)


def _function(value: object) -> object:
    like = "such as shop-smoke:live"
    if isinstance(value, str) and value.endswith(":$LATEST"):
        msg = "$LATEST may change at any moment; name an alias or a version"
        raise ValueError(msg)
    if not isinstance(value, str) or not _FUNCTION.fullmatch(value):
        msg = f"{value!r} is no Lambda function; give its name or ARN, {like}"
        raise ValueError(msg)
    return value


def _payload(value: object) -> object:
    if value is None:
        return {}  # a key without a value is a key that is not there
    if not plain(value, MAX_DEPTH):
        msg = f"give JSON no deeper than {MAX_DEPTH}"
        raise ValueError(msg)
    size = len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
    if size > MOST_PAYLOAD:
        msg = f"{size} bytes of JSON; keep it to {MOST_PAYLOAD}"
        raise ValueError(msg)
    return value


def _told(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(_TOLD, value, re.ASCII):
        msg = (
            f"{value!r} is neither an SNS topic nor an EventBridge bus; give its ARN, "
            "arn:aws:sns:REGION:ACCOUNT:NAME or "
            "arn:aws:events:REGION:ACCOUNT:event-bus/NAME"
        )
        raise ValueError(msg)
    return value


class BeforeDocument(Document):
    """A Lambda function to invoke; an error, or no answer in time, is a failure."""

    invoke: Annotated[
        str,
        BeforeValidator(_function),
        Field(description="Its name or ARN, best with an alias: shop-smoke:live."),
    ]
    payload: Annotated[
        JsonValue,
        BeforeValidator(_payload),
        WithJsonSchema({"type": [*_JSON]}),
        Field(description="What it is invoked with."),
    ] = Field(default_factory=dict)
    timeout: Annotated[Patience, Field(description="How long to wait for it.")] = "30s"


class DuringDocument(BeforeDocument):
    """A function to invoke again and again while a step bakes."""

    every: Annotated[Interval, Field(description="How often, from 1m on.")] = "1m"


Notify: Any = Annotated[
    list[
        Annotated[
            str,
            BeforeValidator(_told),
            WithJsonSchema({"type": "string", "pattern": f"^{_TOLD}$"}),
        ]
    ],
    Field(
        max_length=MOST_NOTIFIED,
        description="SNS topics and EventBridge buses, told of each transition.",
    ),
]

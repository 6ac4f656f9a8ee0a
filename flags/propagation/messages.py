"""SNS and SQS: a message attribute.

A String of letters, digits and `._~-`: a quote in one would make a subscription with a
filter policy drop the message. Bodies stay as they are, and with them what a FIFO
queue or topic takes for a duplicate. SNS hands on no attributes of a message whose
MessageStructure is "json", and a text message to a phone has none to hand on.
"""

from __future__ import annotations

from collections.abc import Mapping

from flags.propagation import weights
from flags.propagation.batches import Change, Load, each, one
from flags.propagation.boto import Params, Writer
from flags.token import NAME, Token

MAX_ATTRIBUTES = 10
# The attribute's name and type, and what the services may count besides.
ENVELOPE_BYTES = 64

_LIMITS = {"sns": weights.SNS, "sqs": weights.SQS}


def _with_attribute(token: str) -> Change:
    def change(message: Params) -> Params | None:
        attributes = message.get("MessageAttributes", {})
        if not isinstance(attributes, dict):
            return None
        if NAME in attributes:
            return message
        if len(attributes) >= MAX_ATTRIBUTES:
            return None
        ours = {"DataType": "String", "StringValue": token}
        return {**message, "MessageAttributes": {**attributes, NAME: ours}}

    return change


def _load(service: str, messages: object, token: Token) -> Load:
    text = str(token)
    return Load(
        service=service,
        change=_with_attribute(text),
        cost=len(text) + ENVELOPE_BYTES,
        left=weights.room(weights.weight(messages), _LIMITS[service]),
    )


def _single(service: str) -> Writer:
    def write(params: Params, token: Token) -> Params:
        if "PhoneNumber" in params:
            return params
        return one(params, _load(service, params, token))

    return write


def _batch(service: str, key: str) -> Writer:
    def write(params: Params, token: Token) -> Params:
        return each(params, key, _load(service, params.get(key), token))

    return write


WRITERS: Mapping[tuple[str, str], Writer] = {
    ("sns", "Publish"): _single("sns"),
    ("sns", "PublishBatch"): _batch("sns", "PublishBatchRequestEntries"),
    ("sqs", "SendMessage"): _single("sqs"),
    ("sqs", "SendMessageBatch"): _batch("sqs", "Entries"),
}

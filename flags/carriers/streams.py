"""Decisions in the records of streams, queues of brokers, and item images.

Laws
1. Data is decoded and parsed only if the name is in it, which base64 doesn't hide:
   a text has three encodings there, by how far it is from the start (`mentions`).
2. An image of an item speaks for who wrote it: of a change the new one, of a removal
   the old one, which is the last that there was.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping

from flags.carriers.keys import ATTRIBUTE, from_object
from flags.carriers.tokens import only, read
from flags.token import NAME, Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Both names as they look in base64 behind 0, 2 and 1 bytes of a group of three. The
# characters that depend on neighbours are left out.
_ENCODED = tuple(
    binascii.b2a_base64(name[skip : skip + 12].encode(), newline=False).decode()
    for name in (NAME, ATTRIBUTE)
    for skip in (0, 1, 2)
)


def from_stream(record: Mapping[str, Any]) -> Token | None:
    """The decision of a record of Kinesis, DynamoDB, Kafka, MQ or Firehose."""
    if "dynamodb" in record:
        return _image(record["dynamodb"], record.get("eventName"))
    if "value" in record or "headers" in record:
        return _header(record.get("headers")) or _data(record.get("value"))
    kinesis = record.get("kinesis")
    return _data((kinesis if isinstance(kinesis, Mapping) else record).get("data"))


def mentions(text: str) -> bool:
    """Whether base64 may have the decision's name in it."""
    return any(encoded in text for encoded in _ENCODED)


def _data(data: Any) -> Token | None:
    """The decision under its name in what is JSON in base64."""
    if not isinstance(data, str) or not mentions(data):
        return None
    try:
        found = json.loads(binascii.a2b_base64(data))
    except (ValueError, RecursionError):
        return None
    return from_object(found)


def _image(change: Any, kind: object) -> Token | None:
    """The decision that an item was written with."""
    if not isinstance(change, Mapping):
        return None
    image = change.get("OldImage" if kind == "REMOVE" else "NewImage")
    value = image.get(NAME) if isinstance(image, Mapping) else None
    return read(value.get("S")) if isinstance(value, Mapping) else None


def _header(headers: Any) -> Token | None:
    """The decision among Kafka's headers: a list of one name each, with bytes."""
    return only(
        [
            _text(header[NAME])
            for header in (headers if isinstance(headers, list) else ())
            if isinstance(header, Mapping) and NAME in header
        ]
    )


def _text(signed: Any) -> Any:
    """A text out of Kafka's bytes, which are signed; what is none as it is."""
    try:
        return bytes(byte & 0xFF for byte in signed).decode("ascii")
    except (TypeError, ValueError):
        return signed

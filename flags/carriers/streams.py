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

from flags.carriers.keys import ATTRIBUTE, in_object
from flags.carriers.places import BASE64, Place
from flags.carriers.tokens import only, read
from flags.carriers.walk import in_envelope
from flags.token import NAME

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from flags.carriers.places import Way
    from flags.carriers.walk import Found

# Both names as they look in base64 behind 0, 2 and 1 bytes of a group of three. The
# characters that depend on neighbours are left out.
_ENCODED = tuple(
    binascii.b2a_base64(name[skip : skip + 12].encode(), newline=False).decode()
    for name in (NAME, ATTRIBUTE)
    for skip in (0, 1, 2)
)


def in_stream(record: Mapping[str, Any], way: Way, deeper: int) -> Found:
    """The places of a record of Kinesis, DynamoDB, Kafka, MQ or Firehose."""
    if "dynamodb" in record:
        change = (*way, "dynamodb")
        yield from _image(record["dynamodb"], record.get("eventName"), change)
    elif "value" in record or "headers" in record:
        yield from _headers(record.get("headers"), (*way, "headers"))
        yield from _data(record.get("value"), (*way, "value"), deeper)
    elif isinstance(record.get("kinesis"), Mapping):
        inside = (*way, "kinesis", "data")
        yield from _data(record["kinesis"].get("data"), inside, deeper)
    else:
        yield from _data(record.get("data"), (*way, "data"), deeper)


def mentions(text: str) -> bool:
    """Whether base64 may have the decision's name in it."""
    return any(encoded in text for encoded in _ENCODED)


def _data(data: Any, way: Way, deeper: int) -> Found:
    """What is under our name in JSON in base64, or in an envelope there."""
    if not isinstance(data, str) or not mentions(data):
        return
    try:
        found = json.loads(binascii.a2b_base64(data))
    except RecursionError:
        # Another language may read it.
        yield Place(way[:-1], way[-1:], None, read)
        return
    except ValueError:
        return
    yield from in_object(found, (*way, BASE64))
    if deeper > 0 and isinstance(found, dict):
        yield from in_envelope(found, (*way, BASE64), deeper)


def _image(change: Any, kind: object, way: Way) -> Iterator[Place]:
    """What an item was written with."""
    if not isinstance(change, Mapping):
        return
    name = "OldImage" if kind == "REMOVE" else "NewImage"
    image = change.get(name)
    value = image.get(NAME) if isinstance(image, Mapping) else None
    if isinstance(value, Mapping):
        yield Place((*way, name), (NAME,), value.get("S"), read)


def _headers(headers: Any, way: Way) -> Iterator[Place]:
    """Those of our name among Kafka's: a list of one name each, with bytes."""
    found = {
        at: header[NAME]
        for at, header in enumerate(headers if isinstance(headers, list) else ())
        if isinstance(header, Mapping) and NAME in header
    }
    if found:
        yield Place(way, found, [*map(_text, found.values())], only)


def _text(signed: Any) -> Any:
    """A text out of Kafka's bytes, which are signed; what is none as it is."""
    try:
        return bytes(byte & 0xFF for byte in signed).decode("ascii")
    except (TypeError, ValueError):
        return signed

"""Where a decision travels in an event, one shape at a time.

Reading is total: an event of an unknown shape, and a token that is not one, read as
no decision.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flags.token import NAME, Token


def from_event(event: Any, context: Any = None) -> Token | None:
    """The decision of a whole event: what all its records agree on."""
    if not isinstance(event, Mapping):
        return from_client_context(context)
    records = event.get("Records")
    if isinstance(records, list):
        return _agreed([from_record(record) for record in records])
    # What the router sets beside a payload comes before what the payload says.
    beside = from_client_context(context)
    if beside is not None:
        return beside
    detail = event.get("detail")
    return from_headers(event) if detail is None else from_detail(detail)


def from_record(record: Any) -> Token | None:
    """The decision of one SNS or SQS record, or of what was queued inside it."""
    if not isinstance(record, Mapping):
        return None
    if isinstance(record.get("Sns"), Mapping):
        return _attribute(record["Sns"].get("MessageAttributes"), "Value")
    found = _attribute(record.get("messageAttributes"), "stringValue")
    return found or _wrapped(record.get("body"))


def from_detail(detail: Any) -> Token | None:
    """The decision in an EventBridge event's detail."""
    return Token.parse(detail.get(NAME)) if isinstance(detail, Mapping) else None


def from_headers(event: Mapping[str, Any]) -> Token | None:
    """The decision in HTTP headers, single or multi-value."""
    for name, value in _headers(event):
        if str(name).lower() == NAME:
            return Token.parse(value)
    return None


def from_client_context(context: Any) -> Token | None:
    """The decision that a synchronous invocation brings beside its payload."""
    custom = getattr(getattr(context, "client_context", None), "custom", None)
    return Token.parse(custom.get(NAME)) if isinstance(custom, Mapping) else None


def _wrapped(body: Any) -> Token | None:
    """The decision inside what SNS or EventBridge put into a queue."""
    # Most bodies are nobody's envelope, and are not worth parsing.
    if not isinstance(body, str) or NAME not in body:
        return None
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(envelope, Mapping):
        return None
    if envelope.get("Type") == "Notification":
        return _attribute(envelope.get("MessageAttributes"), "Value")
    return from_detail(envelope.get("detail")) if "detail-type" in envelope else None


def _headers(event: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    multi = event.get("multiValueHeaders")
    if isinstance(multi, Mapping):
        for name, values in multi.items():
            yield name, values[0] if isinstance(values, list) and values else None
    single = event.get("headers")
    if isinstance(single, Mapping):
        yield from single.items()


def _attribute(attributes: Any, key: str) -> Token | None:
    attribute = attributes.get(NAME) if isinstance(attributes, Mapping) else None
    return Token.parse(attribute.get(key)) if isinstance(attribute, Mapping) else None


def _agreed(tokens: list[Token | None]) -> Token | None:
    """The decisions that every record carries with one variant."""
    first = tokens[0] if tokens else None
    if first is None:
        return None
    members = tuple(
        member
        for member in first.members
        if all(t and t.variant(member.release) == member.variant for t in tokens)
    )
    return Token(members=members) if members else None

"""Where a decision travels in an event; each kind of carrier has a file.

Laws
1. Reading is total: an event of an unknown shape, and a token that is not one, read
   as no decision. `unread` counts tokens that are none, by what is wrong with them.
2. What comes first: the ClientContext, the payload's own key, then records, detail or
   headers. Whoever hands an event on sets what is nearest.
3. Of a record: the member that a router adds, attributes, then what is wrapped in it.
4. What carries nothing costs next to nothing: no text is parsed that lacks the name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from flags.carriers import batches
from flags.carriers.headers import BAGGAGE, from_baggage, from_headers
from flags.carriers.keys import from_object, is_named
from flags.carriers.tokens import agreed, only, read, unread
from flags.token import NAME, Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "beside",
    "from_client_context",
    "from_detail",
    "from_event",
    "from_headers",
    "from_record",
    "from_resources",
    "unread",
    "within",
]

# SNS in a queue, an event in that, a failure's report in that: and no further.
DEEPEST = 4
# What a decision among the resources of an event begins with.
RESOURCE = f"{NAME}:"


def from_event(event: Any, context: Any = None) -> Token | None:
    """The decision of a whole event: of a batch, what all its records agree on."""
    return beside(event, context) or within(event, context)


def beside(event: Any, context: Any = None) -> Token | None:
    """The decision for all of an event: in the ClientContext, or the payload's key."""
    found = from_client_context(context)
    if found is not None or not isinstance(event, Mapping):
        return found
    return None if event.get("eventSource") == batches.IOT else from_object(event)


def within(event: Any, context: Any = None) -> Token | None:
    """What is left if nothing came beside it: the decision inside an event."""
    return _within(event, DEEPEST) or _baggage(context)


def from_client_context(context: Any) -> Token | None:
    """The decision that a synchronous invocation brings beside its payload."""
    custom = getattr(getattr(context, "client_context", None), "custom", None)
    return read(custom.get(NAME)) if isinstance(custom, Mapping) else None


def from_record(record: Any) -> Token | None:
    """The decision of one record of any source, or of what is wrapped in it."""
    return _record(record, DEEPEST)


def from_detail(detail: Any) -> Token | None:
    """The decision in an EventBridge event's detail."""
    return from_object(detail)


def from_resources(event: Mapping[str, Any]) -> Token | None:
    """The decision among an EventBridge event's resources."""
    listed = event.get("resources")
    if not isinstance(listed, list) or not listed:
        return None
    return only([text[len(RESOURCE) :] for text in listed if is_ours(text)])


def is_ours(resource: Any) -> bool:
    """Whether one of an event's resources is a decision."""
    return isinstance(resource, str) and resource.startswith(RESOURCE)


def _within(event: Any, deeper: int) -> Token | None:
    """The decision inside an event."""
    places = batches.places(event)
    if places is not None:
        return agreed(_record(record, deeper) for record in batches.records(places))
    if not isinstance(event, Mapping) or event.get("eventSource") == batches.IOT:
        return None
    detail = event.get("detail")
    if detail is not None:
        listed = from_resources(event) if "detail-type" in event else None
        return from_detail(detail) or listed or _failed(detail, deeper)
    return (
        from_headers(event)
        or _request(event.get("request"))
        or _failed(event, deeper)
        or _execution(event)
    )


def _record(record: Any, deeper: int) -> Token | None:
    if not isinstance(record, Mapping) or record.get("eventSource") == batches.IOT:
        return None
    found = from_object(record)
    if found is not None:
        return found
    sns = record.get("Sns")
    if isinstance(sns, Mapping):
        return _message(sns, deeper)
    # A queue's message always has them; a request has a body, too, of a stranger's.
    attributes = record.get("messageAttributes")
    if attributes is not None:
        return _attribute(attributes, "stringValue") or _wrapped(record, deeper)
    request = record.get("request")
    if request is not None:
        return _request(request)
    from flags.carriers.streams import from_stream  # noqa: PLC0415 - few have streams

    return from_stream(record)


def _message(sns: Mapping[str, Any], deeper: int) -> Token | None:
    """The decision of what SNS delivers, or EventBridge by way of it."""
    attributes = sns.get("MessageAttributes")
    return _attribute(attributes, "Value") or _enveloped(sns.get("Message"), deeper)


def _wrapped(record: Mapping[str, Any], deeper: int) -> Token | None:
    """The decision of what SNS, EventBridge or a failed invocation put in a queue."""
    attributes = record.get("messageAttributes")
    body = record.get("body")
    if isinstance(attributes, Mapping) and "ErrorCode" in attributes:
        # Lambda's own dead-letter queue: the body is the event that failed.
        event = _parsed(body) if deeper > 0 else None
        return beside(event) or _within(event, deeper - 1)
    return _enveloped(body, deeper)


def _enveloped(text: Any, deeper: int) -> Token | None:
    """The decision in an envelope; what is none is nobody's business."""
    found = _parsed(text) if deeper > 0 else None
    if not isinstance(found, dict):
        return None
    if found.get("Type") == "Notification":
        return _message(found, deeper - 1)
    if "detail-type" in found or "requestPayload" in found:
        return _within(found, deeper - 1)
    return None


def _failed(report: Any, deeper: int) -> Token | None:
    """The decision of the event that a report to a destination is about."""
    payload = report.get("requestPayload") if isinstance(report, Mapping) else None
    if payload is None or deeper <= 0:
        return None
    return beside(payload) or _within(payload, deeper - 1)


def _execution(event: Mapping[str, Any]) -> Token | None:
    """What an execution was started with, in a task that hands on its context."""
    for place in (event, event.get("Context"), event.get("context")):
        execution = place.get("Execution") if isinstance(place, Mapping) else None
        if isinstance(execution, Mapping):
            return from_detail(execution.get("Input"))
    return None


def _request(request: Any) -> Token | None:
    """The decision in the headers of an AppSync request."""
    return from_headers(request) if isinstance(request, Mapping) else None


def _attribute(attributes: Any, key: str) -> Token | None:
    attribute = attributes.get(NAME) if isinstance(attributes, Mapping) else None
    return read(attribute.get(key)) if isinstance(attribute, Mapping) else None


def _parsed(text: Any) -> Any:
    """What a text is in JSON, if the name is in it at all."""
    if not isinstance(text, str) or not is_named(text):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _baggage(context: Any) -> Token | None:
    """The decision in the baggage that Lambda itself hands on, where it does."""
    w3c = getattr(context, "w3c", None) if BAGGAGE else None
    if w3c is None:
        return None
    try:
        return from_baggage(w3c().get("baggage"))
    except Exception:  # noqa: BLE001 - law 1: it is not documented yet
        return None

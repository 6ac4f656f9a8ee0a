"""Goes through all places of an event where a decision may stand, the nearest first.

Laws
1. A place is given only if something stands there; what it is, is for others to read.
   Where nothing can stand nothing is called: most records carry nothing.
2. Envelopes are opened `DEEPEST` deep, and only those that services make.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from flags.carriers import batches
from flags.carriers.headers import in_headers
from flags.carriers.keys import ATTRIBUTE, in_object, is_named
from flags.carriers.places import JSON, Batch, Place
from flags.carriers.tokens import only, read
from flags.token import NAME

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from flags.carriers.places import Way

    Found: TypeAlias = Iterator[Place | Batch]

# SNS in a queue, an event in that, a failure's report in that: and no further.
DEEPEST = 4
# What only tasks of a state machine have, or some.
_TASKS = frozenset({"Context", "Execution", "Input", "context", "input"})
# What a decision among the resources of an event begins with.
RESOURCE = f"{NAME}:"

# What is nested deeper than Python reads.
_TOO_DEEP = object()

# The session of API Gateway, which puts what a client said into a queue as it is.
_GATEWAY = "BackplaneAssumeRoleSession"


def in_event(event: Any, way: Way = (), deeper: int = DEEPEST) -> Found:
    """An event's own key, and what is inside."""
    if isinstance(event, Mapping) and not of_device(event):
        yield from in_object(event, way)
    yield from within_event(event, way, deeper)


def within_event(event: Any, way: Way = (), deeper: int = DEEPEST) -> Found:
    """All but an event's own key."""
    places = batches.places(event)
    if places is not None:
        records = [
            ((*way, *inside), record) for inside, record in batches.ways(event, places)
        ]
        yield Batch(records, lambda record, at: in_record(record, at, deeper))
        return
    if not isinstance(event, Mapping) or of_device(event):
        return
    if batches.is_from_bus(event):
        yield from _bus(event, way, deeper)
        return
    detail = event.get("detail")
    if detail is not None:
        yield from in_object(detail, (*way, "detail"))
        if "detail-type" in event:
            yield from in_resources(event, way)
        yield from _failed(detail, (*way, "detail"), deeper)
        return
    yield from in_headers(event, way)
    if "request" in event:
        yield from _request(event, way)
    if "requestPayload" in event:
        yield from _failed(event, way, deeper)
    if not _TASKS.isdisjoint(event):
        yield from _execution(event, way)


def in_record(record: Any, way: Way = (), deeper: int = DEEPEST) -> Found:
    """One record of any source, and what is wrapped in it."""
    if not isinstance(record, Mapping) or of_device(record):
        return
    if NAME in record or ATTRIBUTE in record:
        yield from in_object(record, way)
    sns = record.get("Sns")
    if isinstance(sns, Mapping):
        yield from _message(sns, (*way, "Sns"), deeper)
        return
    # A queue's message always has them; a request has a body, too, of a stranger's.
    attributes = record.get("messageAttributes")
    if attributes is not None:
        if attributes:
            inside = (*way, "messageAttributes")
            yield from _attribute(attributes, inside, "stringValue")
        body = record.get("body")
        if isinstance(body, str) and is_named(body):
            yield from _wrapped(record, way, deeper)
    elif record.get("request") is not None:
        yield from _request(record, way)
    elif "detail-type" in record or batches.is_from_bus(record):
        yield from within_event(record, way, deeper)
    else:
        from flags.carriers.streams import in_stream  # noqa: PLC0415 - few have streams

        yield from in_stream(record, way, deeper)


def in_resources(event: Mapping[str, Any], way: Way) -> Found:
    """Those resources of an EventBridge event that are decisions."""
    listed = event.get("resources")
    if not isinstance(listed, list) or not listed:
        return
    found = {at: one[len(RESOURCE) :] for at, one in enumerate(listed) if is_ours(one)}
    if found:
        yield Place((*way, "resources"), found, [*found.values()], only)


def is_ours(resource: Any) -> bool:
    """Whether one of an event's resources is a decision."""
    return isinstance(resource, str) and resource.startswith(RESOURCE)


def of_device(event: Mapping[str, Any]) -> bool:
    """Whether an IoT rule marks it as said by a device, whatever it looks like."""
    return event.get("eventSource") == batches.IOT


def _message(sns: Mapping[str, Any], way: Way, deeper: int) -> Found:
    """What SNS delivers, EventBridge by way of it, or Lambda of what failed."""
    attributes = sns.get("MessageAttributes")
    yield from _attribute(attributes, (*way, "MessageAttributes"), "Value")
    inside = (*way, "Message")
    if isinstance(attributes, Mapping) and "ErrorCode" in attributes:
        yield from _dead_letter(sns.get("Message"), inside, deeper)
    else:
        yield from _enveloped(sns.get("Message"), inside, deeper)


def _wrapped(record: Mapping[str, Any], way: Way, deeper: int) -> Found:
    """What SNS, EventBridge or a failed invocation put in a queue."""
    attributes = record.get("messageAttributes")
    inside = (*way, "body")
    if isinstance(attributes, Mapping) and "ErrorCode" in attributes:
        yield from _dead_letter(record.get("body"), inside, deeper)
    elif not _said_by_a_client(record):
        yield from _enveloped(record.get("body"), inside, deeper)


def _said_by_a_client(record: Mapping[str, Any]) -> bool:
    """Whether API Gateway put a request's body into the queue, without any code."""
    attributes = record.get("attributes")
    sender = attributes.get("SenderId") if isinstance(attributes, Mapping) else None
    return isinstance(sender, str) and sender.endswith(_GATEWAY)


def _dead_letter(text: Any, way: Way, deeper: int) -> Found:
    """In Lambda's own dead-letter queue or topic: the event that failed."""
    event = _parsed(text) if deeper > 0 else None
    if event is _TOO_DEEP:
        yield _unread(way)
        return
    yield from in_event(event, (*way, JSON), deeper - 1)


def _enveloped(text: Any, way: Way, deeper: int) -> Found:
    """In an envelope; what is none is nobody's business."""
    found = _parsed(text) if deeper > 0 else None
    if found is _TOO_DEEP:
        yield _unread(way)
    if isinstance(found, dict):
        yield from in_envelope(found, (*way, JSON), deeper)


def in_envelope(found: Mapping[str, Any], way: Way, deeper: int) -> Found:
    """What SNS, a bus or a report wraps; nothing in an object of any other kind."""
    if found.get("Type") == "Notification":
        yield from _message(found, way, deeper - 1)
    elif (
        "detail-type" in found
        or "requestPayload" in found
        or batches.is_from_bus(found)
    ):
        yield from within_event(found, way, deeper - 1)


def _failed(report: Any, way: Way, deeper: int) -> Found:
    """The event that a report to a destination is about."""
    payload = report.get("requestPayload") if isinstance(report, Mapping) else None
    if payload is not None and deeper > 0:
        yield from in_event(payload, (*way, "requestPayload"), deeper - 1)


def _execution(event: Mapping[str, Any], way: Way) -> Found:
    """What an execution was started with, in a task that hands it on.

    Either in its context object, or as `input` beside a token to call back with.
    """
    for path in ((), ("Context",), ("context",)):
        place = event.get(path[0]) if path else event
        execution = place.get("Execution") if isinstance(place, Mapping) else None
        if isinstance(execution, Mapping):
            inside = (*way, *path, "Execution", "Input")
            yield from in_object(execution.get("Input"), inside)
            return
    for name in ("input", "Input"):
        if name in event and _waits(event):
            yield from in_object(event[name], (*way, name))


def _waits(event: Mapping[str, Any]) -> bool:
    """Whether a task waits for somebody to call back with its token."""
    return any(
        str(name).lower().endswith("token") and value for name, value in event.items()
    )


def _bus(event: Mapping[str, Any], way: Way, deeper: int) -> Found:
    """What a Custom Event Bus delivers with its metadata."""
    yield from in_object(event.get("Metadata"), (*way, "Metadata"))
    data = event.get("Data")
    if isinstance(data, Mapping):
        yield from in_event(data, (*way, "Data"), deeper)


def _request(event: Mapping[str, Any], way: Way) -> Found:
    """The headers of an AppSync request."""
    request = event.get("request")
    if isinstance(request, Mapping):
        yield from in_headers(request, (*way, "request"))


def _attribute(attributes: Any, way: Way, key: str) -> Found:
    attribute = attributes.get(NAME) if isinstance(attributes, Mapping) else None
    if isinstance(attribute, Mapping):
        yield Place(way, (NAME,), attribute.get(key), read)


def _parsed(text: Any) -> Any:
    """What a text is in JSON, if the name is in it at all."""
    if not isinstance(text, str) or not is_named(text):
        return None
    try:
        return json.loads(text)
    except RecursionError:
        return _TOO_DEEP
    except ValueError:
        return None


def _unread(way: Way) -> Place:
    """A text that another language may read, and this one can't: all of it."""
    return Place(way[:-1], way[-1:], None, read)

"""Where an event keeps its records, if it is a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    # What holds a list of records, and under which key.
    Place: TypeAlias = tuple[Any, Any]
    # The steps from an event to a record.
    Way: TypeAlias = tuple[str | int, ...]

# What has its records by partition or queue, by its source. Such names any payload may
# have.
_SORTED = {
    "SelfManagedKafka": "records",
    "aws:SelfManagedKafka": "records",
    "aws:kafka": "records",
    "aws:rmq": "rmqMessagesByQueue",
}

# ActiveMQ, by the name that events have and by the one in older documents.
_ACTIVE = ("aws:amq", "aws:mq")

# What only records have, of one source or another.
_MARKS = frozenset(
    {
        "EventSource",
        "Sns",
        "basicProperties",
        "dynamodb",
        "eventSource",
        "kinesis",
        "messageAttributes",
        "messageID",
        "recordId",
        "timestampType",
    }
)

# By this an IoT rule marks what a device says, whatever that looks like.
IOT = "aws:iot"


def places(event: Any) -> list[Place] | None:
    """The places of all lists of records, in order; None for what is no batch."""
    if isinstance(event, list):  # AppSync's batches, and what Pipes hand over
        return [([event], 0)]
    if not isinstance(event, Mapping):
        return None
    source = event.get("eventSource")
    if source == IOT:
        return None
    named = _SORTED.get(source) if isinstance(source, str) else None
    if named is not None and isinstance(event.get(named), Mapping):
        lists = event[named]
        return [(lists, key) for key, part in lists.items() if isinstance(part, list)]
    name = "Records"
    if "deliveryStreamArn" in event:
        name = "records"
    elif source in _ACTIVE:
        name = "messages"
    return [(event, name)] if isinstance(event.get(name), list) else None


def is_from_bus(event: Mapping[str, Any]) -> bool:
    """Whether a Custom Event Bus delivers it together with its metadata."""
    return "SystemMetadata" in event and "Data" in event


def is_record(found: Any) -> bool:
    """Whether this is one record of a batch, and no event."""
    return (
        isinstance(found, Mapping)
        and not _MARKS.isdisjoint(found)
        and places(found) is None
    )


def records(found: list[Place]) -> Iterator[Any]:
    """All records of these places, one after the other."""
    for holder, key in found:
        yield from holder[key]


def ways(event: Any, found: list[Place]) -> Iterator[tuple[Way, Any]]:
    """The same records, each with the steps that lead to it."""
    for holder, key in found:
        if isinstance(event, list):
            way: Way = ()
        else:
            inside = holder is not event
            sorted_by = _SORTED.get(event["eventSource"], "") if inside else ""
            way = (sorted_by, key) if inside else (key,)
        for at, record in enumerate(holder[key]):
            yield (*way, at), record

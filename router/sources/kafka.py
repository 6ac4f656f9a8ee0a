"""Kafka: Amazon MSK and clusters of one's own.

Laws
1. Records of a partition keep their order: a partition is a lane. By key, those of
   one key in it do; the rest have none.
2. A failed run fails the batch, or with partial responses the partition from the
   run's first record on.
"""

from __future__ import annotations

from collections.abc import Sequence

from flags.hints import Any
from router.document import Node
from router.sources.partial import PartialBatch
from router.sources.source import Asked, Facts
from router.sources.values import arn_names, decoded, parse, search

# Clusters of one's own are named in two ways: in events, and in some documents.
_MARKERS = ("aws:kafka", "SelfManagedKafka", "aws:SelfManagedKafka")


class Kafka(PartialBatch):
    """Recognised by the event's own `eventSource`."""

    name = "kafka"
    encoded = True
    identity = (Asked(kind="key"),)

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return event.string("eventSource") in _MARKERS and "records" in event

    def facts(self, event: Node) -> Facts:
        """The first record's topic, and the cluster."""
        units = self.units(event)
        topic = units[0].string("topic") if units else ""
        cluster = event.string("eventSourceArn")
        names = {"topic": (topic,), "cluster": arn_names(cluster)}
        return Facts(source=self.name, names=names)

    def arrays(self, event: Node) -> Sequence[Node]:
        """The partitions' arrays."""
        records = event.get("records")
        members = records.members() if records is not None else ()
        return [member.value for member in members]

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into key, headers, or the value if that is JSON."""
        if asked.kind == "key":
            return _key(unit)
        if asked.kind == "header":
            return _header(unit, asked.name)
        if asked.kind == "data":
            return search(asked.name, unit.once(_value))
        return super().find(unit, asked)

    def lane(self, unit: Node) -> str | None:
        """The partition."""
        return _partition(unit)

    def ordered(self, unit: Node) -> str | None:
        """The record's key, in its partition."""
        key = _key(unit)
        return None if key is None else f"{_partition(unit)}:{key}"

    def identifier(self, unit: Node) -> Any:
        """Partition and offset."""
        return {"partition": _partition(unit), "offset": unit.dig("offset")}


def _value(unit: Node) -> Any:
    return parse(decoded(unit.dig("value")))


def _key(unit: Node) -> str | None:
    return _text(decoded(unit.dig("key")))


def _partition(unit: Node) -> str:
    return f"{unit.string('topic')}-{unit.dig('partition')}"


def _header(unit: Node, name: str) -> str | None:
    """A header's value: headers are lists of objects with lists of bytes."""
    headers = unit.get("headers")
    for one in headers.elements() if headers is not None else ():
        found = one.dig(name)
        if isinstance(found, list):
            return _text(bytes(byte % 256 for byte in found if isinstance(byte, int)))
    return None


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")

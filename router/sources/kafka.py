"""Kafka: Amazon MSK and clusters of one's own.

Laws
1. Records of a partition keep their order: a partition is a lane.
2. A failed run fails the batch, or with partial responses the partition from the
   run's first record on.
"""

from __future__ import annotations

from collections.abc import Sequence

from flags import carriers
from flags.hints import Any
from flags.token import Token
from router.document import Node
from router.sources import partial
from router.sources.records import Records
from router.sources.source import Asked, Facts, Outcome
from router.sources.values import arn_names, decoded, parse, search

_MARKERS = ("aws:kafka", "SelfManagedKafka")


class Kafka(Records):
    """Recognised by the event's own `eventSource`."""

    name = "kafka"
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

    def units(self, event: Node) -> Sequence[Node]:
        """The records, partition by partition."""
        return [unit for array in self.arrays(event) for unit in array.elements()]

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into key, headers, or the value if that is JSON."""
        if asked.kind == "key":
            return _text(decoded(unit.dig("key")))
        if asked.kind == "header":
            return _header(unit, asked.name)
        if asked.kind == "data":
            return search(asked.name, parse(decoded(unit.dig("value"))))
        return super().find(unit, asked)

    def inbound(self, unit: Node, context: Any) -> Token | None:  # noqa: ARG002
        """The token among the record's headers, or in its value."""
        return carriers.from_record(unit.dig())

    def lane(self, unit: Node) -> str | None:
        """The partition."""
        return _partition(unit)

    def failed(self, outcome: Outcome) -> bool:
        """Whether any of its records failed."""
        return bool(partial.failures(outcome, identifier))

    def merge(
        self,
        event: Node,  # noqa: ARG002
        outcomes: Sequence[Outcome],
        *,
        whole: bool,
    ) -> bytes:
        """One list of failed records; if every run failed, the error itself."""
        return partial.merge(outcomes, identifier, whole=whole)


def identifier(unit: Node) -> Any:
    """How partial responses name a record: partition and offset."""
    return {"partition": _partition(unit), "offset": unit.dig("offset")}


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

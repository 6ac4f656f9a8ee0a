"""Kinesis data streams."""

from __future__ import annotations

from flags.hints import Any
from router.document import Node
from router.sources.streams import Stream
from router.sources.values import decoded, parse


class Kinesis(Stream):
    """Recognised by the records' `eventSource`."""

    name = "kinesis"
    marker = "aws:kinesis"
    sequence = ("kinesis", "sequenceNumber")

    def key(self, unit: Node) -> Any:
        """The partition key."""
        return unit.dig("kinesis", "partitionKey")

    def data(self, unit: Node) -> Any:
        """The record's data."""
        return parse(decoded(unit.dig("kinesis", "data")))

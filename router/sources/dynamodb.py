"""DynamoDB streams."""

from __future__ import annotations

from flags.hints import Any
from router.document import Node
from router.sources.streams import Stream
from router.sources.values import mapping


class DynamoDb(Stream):
    """Recognised by the records' `eventSource`."""

    name = "dynamodb"
    marker = "aws:dynamodb"
    sequence = ("dynamodb", "SequenceNumber")

    def key(self, unit: Node) -> Any:
        """The item's keys, by which the stream is ordered."""
        keys = mapping(unit.dig("dynamodb", "Keys"))
        values = [f"{name}={plain(keys[name])}" for name in sorted(keys)]
        return "&".join(values) or None

    def data(self, unit: Node) -> Any:
        """The item as it is now, or as it was if it is gone, in plain values."""
        for image in ("NewImage", "OldImage", "Keys"):
            found = unit.dig("dynamodb", image)
            if found:
                return plain({"M": found})
        return None


def plain(value: Any) -> Any:
    """What an attribute value such as `{"S": "x"}` says; numbers stay texts."""
    kind, held = next(iter(mapping(value).items()), ("NULL", True))
    if kind == "M":
        return {name: plain(inner) for name, inner in mapping(held).items()}
    if kind == "L":
        return [plain(inner) for inner in held] if isinstance(held, list) else None
    return None if kind == "NULL" else held

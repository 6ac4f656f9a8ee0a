"""Amazon MQ: ActiveMQ and RabbitMQ. An error makes the broker deliver all again."""

from __future__ import annotations

from collections.abc import Sequence

from flags.hints import Any
from router.document import Node
from router.sources.records import Records, data_of
from router.sources.source import Asked, Facts
from router.sources.values import arn_names, mapping, search

# ActiveMQ is named in two ways: in events, and in some documents.
_MARKERS = ("aws:amq", "aws:mq", "aws:rmq")


class Mq(Records):
    """Recognised by the event's own `eventSource`."""

    name = "mq"
    encoded = True

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return event.string("eventSource") in _MARKERS

    def facts(self, event: Node) -> Facts:
        """The queue's name, and the broker."""
        broker = arn_names(event.string("eventSourceArn"))
        names = {"queue": _queues(event), "broker": broker}
        return Facts(source=self.name, names=names)

    def arrays(self, event: Node) -> Sequence[Node]:
        """ActiveMQ's array of messages, or RabbitMQ's array for each queue."""
        messages, queues = event.get("messages"), event.get("rmqMessagesByQueue")
        if messages is not None:
            return (messages,)
        return [one.value for one in queues.members()] if queues is not None else ()

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the message's properties, or its data if that is JSON."""
        if asked.kind == "attribute":
            return _property(unit, asked.name)
        if asked.kind in ("data", "body"):
            return search(asked.name, unit.once(data_of))
        return super().find(unit, asked)


def _queues(event: Node) -> tuple[str, ...]:
    queues = event.get("rmqMessagesByQueue")
    if queues is not None:
        # RabbitMQ names queue and virtual host: `orders::/`.
        return tuple(one.name.partition("::")[0] for one in queues.members())
    messages = event.get("messages")
    first = messages.elements()[:1] if messages is not None else ()
    return tuple(one.string("destination", "physicalName") for one in first)


def _property(unit: Node, name: str) -> Any:
    """A property of an ActiveMQ message, or a header of a RabbitMQ one."""
    properties = mapping(unit.dig("properties"))
    headers = mapping(unit.dig("basicProperties", "headers"))
    found = properties.get(name, headers.get(name))
    # RabbitMQ's texts come as objects with a list of bytes.
    listed = mapping(found).get("bytes")
    if isinstance(listed, list) and all(isinstance(byte, int) for byte in listed):
        return bytes(byte % 256 for byte in listed).decode("utf-8", "replace")
    return found

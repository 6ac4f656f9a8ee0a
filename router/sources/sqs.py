"""SQS queues, standard and FIFO, with partial batch responses.

The messages of a FIFO group share the decision of the first, so that a group is
never split between colours and keeps its order.
"""

from __future__ import annotations

from collections.abc import Mapping

from flags.hints import Any
from flags.token import NAME
from router.document import Edits, Node, quoted
from router.sources import decision
from router.sources.decision import put_attribute
from router.sources.partial import PartialBatch
from router.sources.records import first_record
from router.sources.source import Asked, Facts, Part
from router.sources.values import arn_names, dig, mapping, parse, search


class Sqs(PartialBatch):
    """Recognised by the records' `eventSource`."""

    name = "sqs"

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        first = first_record(event)
        return first is not None and first.string("eventSource") == "aws:sqs"

    def facts(self, event: Node) -> Facts:
        """The queue, by ARN and by name."""
        first = first_record(event)
        queue = first.string("eventSourceARN") if first else ""
        return Facts(source=self.name, names={"queue": arn_names(queue)})

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the attributes, the message group, or a JSON body."""
        if asked.kind == "attribute":
            found = unit.dig("messageAttributes", asked.name, "stringValue")
            return found or dig(_sns(unit), "MessageAttributes", asked.name, "Value")
        if asked.kind == "group":
            return unit.dig("attributes", "MessageGroupId")
        if asked.kind == "body":
            found = search(asked.name, unit.once(_body))
            return found or search(asked.name, unit.once(_message))
        return super().find(unit, asked)

    def together(self, unit: Node) -> str | None:
        """What must not be split: the message group of a FIFO queue."""
        fifo = unit.string("eventSourceARN").endswith(".fifo")
        return unit.string("attributes", "MessageGroupId") or None if fifo else None

    def put(self, edits: Edits, part: Part) -> None:
        """Put the token among the message's attributes.

        Beside them, if there is one: that is where readers look first.
        """
        if decision.has(part.unit):
            super().put(edits, part)
            return
        put_attribute(edits, part.unit, "messageAttributes", part.token, _attribute)

    def identifier(self, unit: Node) -> str:
        """The message's id."""
        return unit.string("messageId")


def _body(unit: Node) -> Any:
    return parse(unit.dig("body"))


def _message(unit: Node) -> Any:
    """What a topic's message says, if that is JSON."""
    return parse(_sns(unit).get("Message"))


def _sns(unit: Node) -> Mapping[str, Any]:
    """What a topic sent to the queue, if it isn't delivered raw."""
    body = mapping(unit.once(_body))
    return body if body.get("Type") == "Notification" else {}


def _attribute(token: str) -> str:
    return (
        f'"{NAME}":{{"stringValue":{quoted(token)},"stringListValues":[],'
        '"binaryListValues":[],"dataType":"String"}'
    )

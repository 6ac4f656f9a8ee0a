"""SNS topics. An error makes SNS deliver again, so an error is what comes out."""

from __future__ import annotations

from flags.hints import Any
from flags.token import NAME
from router.document import Edits, Node, quoted
from router.sources import decision
from router.sources.decision import put_attribute
from router.sources.records import Records, first_record
from router.sources.source import Asked, Facts, Part
from router.sources.values import arn_names, parse, search


class Sns(Records):
    """Recognised by the records' `EventSource`."""

    name = "sns"

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        first = first_record(event)
        known = first is not None and first.string("EventSource") == "aws:sns"
        return known and first is not None and "Sns" in first

    def facts(self, event: Node) -> Facts:
        """The topic, by ARN and by name."""
        first = first_record(event)
        topic = first.string("Sns", "TopicArn") if first else ""
        return Facts(source=self.name, names={"topic": arn_names(topic)})

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the message's attributes, or its body if that is JSON."""
        if asked.kind == "attribute":
            return unit.dig("Sns", "MessageAttributes", asked.name, "Value")
        if asked.kind == "body":
            return search(asked.name, unit.once(_message))
        return super().find(unit, asked)

    def put(self, edits: Edits, part: Part) -> None:
        """Put the token among the message's attributes.

        Beside the message, if there is one: that is where readers look first.
        """
        if decision.has(part.unit):
            super().put(edits, part)
            return
        message = part.unit.get("Sns")
        if message is not None:
            put_attribute(edits, message, "MessageAttributes", part.token, _attribute)


def _message(unit: Node) -> Any:
    return parse(unit.dig("Sns", "Message"))


def _attribute(token: str) -> str:
    return f'"{NAME}":{{"Type":"String","Value":{quoted(token)}}}'

"""SNS topics. An error makes SNS deliver again, so an error is what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flags import carriers
from flags.token import NAME, Token
from router.sources.source import Asked, Event, Facts, Part, Source
from router.sources.values import dig, first_record, parse, search


class Sns(Source):
    """Recognised by the records' `EventSource`."""

    name = "sns"
    retries = True

    def recognises(self, event: Event) -> bool:
        """Whether the event is of this source."""
        first = first_record(event)
        return bool(dig(first, "EventSource") == "aws:sns" and dig(first, "Sns"))

    def facts(self, event: Event) -> Facts:
        """The topic's ARN."""
        topic = dig(event["Records"][0], "Sns", "TopicArn")
        return Facts(source=self.name, topic=str(topic or ""))

    def units(self, event: Event) -> list[Any]:
        """The records."""
        return list(event["Records"])

    def find(self, unit: Any, asked: Asked) -> Any:
        """Look into the message's attributes, or its body if that is JSON."""
        message = unit["Sns"]
        if asked.kind == "attribute":
            return dig(message, "MessageAttributes", asked.name, "Value")
        if asked.kind == "body":
            return search(asked.name, parse(message.get("Message")))
        return None

    def inbound(self, unit: Any, context: Any) -> Token | None:  # noqa: ARG002
        """The token among the message's attributes."""
        return carriers.from_record(unit)

    def carry(self, event: Event, parts: Sequence[Part]) -> Event:
        """The records of one group, each with its token as an attribute."""
        return {**event, "Records": [_carrying(part) for part in parts]}


def _carrying(part: Part) -> Any:
    message = dict(part.unit["Sns"])
    attributes = dict(message.get("MessageAttributes") or {})
    attributes.pop(NAME, None)
    if part.token.members:
        attributes[NAME] = {"Type": "String", "Value": str(part.token)}
    return {**part.unit, "Sns": {**message, "MessageAttributes": attributes}}

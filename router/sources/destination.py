"""Reports of asynchronous invocations, which Lambda sends to a function as destination.

The decision is that of the event which the report is about.
"""

from __future__ import annotations

from flags import carriers
from flags.carriers.keys import is_named
from flags.hints import Any
from flags.token import Token
from router.document import Node
from router.sources.source import Asked, Facts, Source
from router.sources.values import search


class Destination(Source):
    """Recognised by `requestPayload`, and by the function that was invoked."""

    name = "destination"
    retries = True

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        told = "requestPayload" in event
        return told and bool(event.string("requestContext", "functionArn"))

    def facts(self, event: Node) -> Facts:
        """The function, by ARN and by name, and the condition as `detail_type`."""
        arn = event.string("requestContext", "functionArn")
        # arn:aws:lambda:REGION:ACCOUNT:function:NAME:QUALIFIER
        name = arn.split(":", 7)[6:7]
        condition = event.string("requestContext", "condition")
        names = {"function": (arn, *name), "detail_type": (condition,)}
        return Facts(source=self.name, names=names)

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the event that the function was invoked with."""
        if asked.kind == "body":
            return search(asked.name, unit.dig("requestPayload"))
        return super().find(unit, asked)

    def inbound(self, unit: Node, context: Any) -> Token | None:
        """What the event had that is reported on."""
        beside = carriers.from_client_context(context)
        if beside is not None or not is_named(unit.text):
            return beside
        return carriers.from_event(unit.dig())

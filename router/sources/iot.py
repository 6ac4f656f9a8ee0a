"""AWS IoT rules.

A rule's event is whatever its SQL selects, so the SQL has to say whose it is:

    SELECT *, 'aws:iot' AS eventSource, topic() AS topic,
       clientid() AS clientid FROM 'a'
"""

from __future__ import annotations

from collections.abc import Sequence

from flags.hints import Any
from flags.token import Token
from router.document import Edits, Node
from router.sources import decision
from router.sources.source import Asked, Facts, Part, Source
from router.sources.values import search


class Iot(Source):
    """Recognised by the `eventSource` that the rule's SQL adds."""

    name = "iot"
    # Devices are strangers.
    public = True
    retries = True
    identity = (Asked(kind="event", name="clientid"),)

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return event.string("eventSource") == "aws:iot"

    def facts(self, event: Node) -> Facts:
        """The MQTT topic, if the rule selects it."""
        return Facts(source=self.name, names={"topic": (event.string("topic"),)})

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the payload."""
        if asked.kind == "body":
            return search(asked.name, unit.dig())
        return super().find(unit, asked)

    def inbound(self, unit: Node, context: Any) -> Token | None:  # noqa: ARG002
        """Nothing: devices have no say in it."""
        return None

    def carry(self, event: Node, parts: Sequence[Part]) -> str:  # noqa: ARG002
        """The event, without what a device may call a decision."""
        edits = Edits(event.text)
        decision.drop(edits, event)
        return edits.text()

"""EventBridge buses. An error makes EventBridge deliver again."""

from __future__ import annotations

from collections.abc import Sequence

from flags.hints import Any
from flags.token import NAME, Token
from router.document import Edits, Node
from router.sources import decision
from router.sources.source import Asked, Facts, Part, Source
from router.sources.values import search


class EventBridge(Source):
    """Recognised by `detail-type`, `source` and `detail`."""

    name = "eventbridge"
    retries = True

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return all(key in event for key in ("detail-type", "source", "detail"))

    def facts(self, event: Node) -> Facts:
        """Source and detail type; a rule's target isn't told the bus."""
        names = {
            "event_source": (event.string("source"),),
            "detail_type": (event.string("detail-type"),),
        }
        return Facts(source=self.name, names=names)

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the detail."""
        if asked.kind == "detail":
            return search(asked.name, unit.dig("detail"))
        return super().find(unit, asked)

    def inbound(self, unit: Node, context: Any) -> Token | None:  # noqa: ARG002
        """The token in the detail."""
        return Token.parse(unit.dig("detail", NAME))

    def carries_inside(self, event: Node) -> bool:
        """In the detail, if that is an object."""
        return isinstance(event.dig("detail"), dict)

    def carry(self, event: Node, parts: Sequence[Part]) -> str:
        """The event with our token in its detail."""
        detail = event.get("detail")
        if detail is None or not detail.is_object:
            return event.text
        edits = Edits(event.text)
        decision.put(edits, detail, parts[0].token)
        return edits.text()

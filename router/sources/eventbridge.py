"""EventBridge buses. An error makes EventBridge deliver again."""

from __future__ import annotations

from collections.abc import Sequence

from flags import carriers
from flags.carriers.keys import is_named
from flags.hints import Any
from flags.token import Token
from router.document import Edits, Node, quoted
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
        """The token in the detail, among the resources, or in what failed."""
        if not is_named(unit.text):
            return None
        return carriers.from_event(unit.dig())

    def carries_inside(self, event: Node) -> bool:
        """In the detail, if that is an object, or where a decision is listed."""
        return isinstance(event.dig("detail"), dict) or _is_listed(event)

    def carry(self, event: Node, parts: Sequence[Part]) -> str:
        """The event with our token where there was one, or else in its detail."""
        edits, token = Edits(event.text), parts[0].token
        listed = _list(edits, event.get("resources"), token)
        detail = event.get("detail")
        if detail is None or not detail.is_object:
            return edits.text()
        if not listed or decision.has(detail):
            decision.put(edits, detail, token)
        return edits.text()


def _is_listed(event: Node) -> bool:
    resources = event.dig("resources")
    return isinstance(resources, list) and any(map(carriers.is_ours, resources))


def _list(edits: Edits, resources: Node | None, token: Token) -> bool:
    """Put the token in the place of one among the resources; whether one was there."""
    elements = resources.elements() if resources is not None else ()
    others = [one.raw for one in elements if not carriers.is_ours(one.dig())]
    if resources is None or len(others) == len(elements):
        return False
    ours = [quoted(f"{carriers.RESOURCE}{token}")] if token.members else []
    edits.replace(resources, f"[{','.join([*others, *ours])}]")
    return True

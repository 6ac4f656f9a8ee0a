"""EventBridge buses. An error makes EventBridge deliver again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flags.token import NAME
from router.sources.source import Asked, Event, Facts, Part, Source
from router.sources.values import mapping, search


class EventBridge(Source):
    """Recognised by `detail-type`, `source` and `detail`."""

    name = "eventbridge"
    retries = True

    def recognises(self, event: Event) -> bool:
        """Whether the event is of this source."""
        return all(key in event for key in ("detail-type", "source", "detail"))

    def facts(self, event: Event) -> Facts:
        """Source and detail type; a rule's target isn't told the bus."""
        return Facts(
            source=self.name,
            event_source=str(event["source"]),
            detail_type=str(event["detail-type"]),
        )

    def find(self, unit: Any, asked: Asked) -> Any:
        """Look into the detail."""
        return search(asked.name, unit["detail"]) if asked.kind == "detail" else None

    def carry(self, event: Event, parts: Sequence[Part]) -> Event:
        """The event with our token in its detail."""
        if not isinstance(event["detail"], dict):
            return event
        detail = {k: v for k, v in mapping(event["detail"]).items() if k != NAME}
        if parts[0].token.members:
            detail[NAME] = str(parts[0].token)
        return {**event, "detail": detail}

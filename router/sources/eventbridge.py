"""EventBridge buses. An error makes EventBridge deliver again.

A Custom Event Bus delivers a list of events, also of one, or an event by itself, and if
it is asked to each with its metadata. What the former buses deliver is one event.

The decision goes into the detail, unless CANARY_JSON_KEY says that the target takes no
key there: `events:SOURCE=none`, by the event's source, since no bus is named in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from flags import carriers
from flags.carriers.keys import is_named
from flags.hints import Any
from flags.propagation.places import KEY, place_in
from flags.token import Token
from router.document import Edits, Node, quoted
from router.sources import decision
from router.sources.source import Asked, Facts, Part, Source
from router.sources.values import mapping, search


class EventBridge(Source):
    """Recognised by `detail-type`, `source` and `detail`, or by a bus's metadata."""

    name = "eventbridge"
    retries = True
    batch = True

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        first = event.first() or event
        if all(key in first for key in ("detail-type", "source", "detail")):
            return True
        told = first.string("SystemMetadata", "aws:DeliveryType")
        return "Data" in first and bool(told)

    def units(self, event: Node) -> Sequence[Node]:
        """The events."""
        return event.elements() if event.is_array else (event,)

    def facts(self, event: Node) -> Facts:
        """Source and detail type; a target isn't told the bus."""
        first = _event(event.first() or event)
        names = {
            name: (text,) if isinstance(text, str) else ()
            for name, text in (
                ("event_source", first.get("source")),
                ("detail_type", first.get("detail-type")),
            )
        }
        return Facts(source=self.name, names=names)

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the detail; of a raw event that is all of the data."""
        if asked.kind == "detail":
            if "SystemMetadata" not in unit:
                return search(asked.name, unit.dig("detail"))
            data = unit.dig("Data")
            whole = mapping(data)
            inside = whole.get("detail") if "detail-type" in whole else data
            return search(asked.name, inside)
        return super().find(unit, asked)

    def together(self, unit: Node) -> str | None:
        """An event group, whose order a bus keeps: like a FIFO queue's."""
        told = mapping(unit.dig("SystemMetadata"))
        group = told.get("EventGroupId") or told.get("aws:EventGroupId")
        return group if isinstance(group, str) else None

    def inbound(self, unit: Node, context: Any) -> Token | None:  # noqa: ARG002
        """The token of an event, or of the event that it reports on."""
        return carriers.from_record(unit.dig()) if is_named(unit.text) else None

    def carries_inside(self, event: Node) -> bool:
        """In the detail, if that may have it, or where a decision is listed."""
        listed = event.is_array or "SystemMetadata" in event
        return listed or _is_listed(event) or _may_have_key(event)

    def carry(self, event: Node, parts: Sequence[Part]) -> str:
        """The events of one group, each with our token."""
        edits, units = Edits(event.text), self.units(event)
        chosen = {part.unit.start: part.token for part in parts}
        kept = [index for index, unit in enumerate(units) if unit.start in chosen]
        if event.is_array:
            edits.keep(event, kept)
        for index in kept:
            token = chosen[units[index].start]
            _put(edits, units[index], token, in_list=event.is_array)
        return edits.text()


def _event(unit: Node) -> Any:
    """The event itself, without what a custom bus says of it."""
    return mapping(unit.dig("Data") if "SystemMetadata" in unit else unit.dig())


def _put(edits: Edits, unit: Node, token: Token, *, in_list: bool) -> None:
    """Put the token where the event has room for it.

    Its metadata; else where one is listed, the detail, or in a list beside the detail.
    """
    if in_list and decision.has(unit):
        # That is where readers look first.
        decision.put(edits, unit, token)
        return
    if "SystemMetadata" in unit:
        _put_metadata(edits, unit, token)
        return
    resources, detail = unit.get("resources"), unit.get("detail")
    inside = _may_have_key(unit)
    if in_list and not inside and not _is_listed(unit):
        decision.put(edits, unit, token)
        return
    listed = _list(edits, resources, token)
    if detail is not None and inside and (not listed or decision.has(detail)):
        decision.put(edits, detail, token)


def _put_metadata(edits: Edits, unit: Node, token: Token) -> None:
    metadata = unit.get("Metadata")
    if metadata is not None and metadata.is_object:
        decision.put(edits, metadata, token)
    elif token.members:
        made = f'"Metadata":{{{decision.ours(token)[0]}}}'
        edits.rewrite(unit, lambda name: name == "Metadata", (made,))


def _may_have_key(event: Node) -> bool:
    """Whether there is room in the detail, and a key there before or welcome."""
    detail = event.get("detail")
    if detail is None or not detail.is_object:
        return False
    return decision.has(detail) or place_in("events", event.string("source")) == KEY


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

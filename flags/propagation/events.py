"""EventBridge: a key of the event's detail, or one of its resources.

The second one where CANARY_JSON_KEY says so of the bus (`flags.propagation.places`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flags.carriers import RESOURCE, is_ours
from flags.propagation import weights
from flags.propagation.batches import Load, each
from flags.propagation.boto import Params, Writer
from flags.propagation.documents import COST, spliced
from flags.propagation.places import NONE, RESOURCES, place_in
from flags.token import Token


def _put_events(params: Params, token: Token) -> Params:
    text = str(token)

    def change(entry: Params) -> Params | None:
        return with_decision(entry, entry.get("EventBusName", "default"), text)

    left = weights.room(weights.weight(params.get("Entries")), weights.EVENTS)
    load = Load(service="events", change=change, cost=COST + len(text), left=left)
    return each(params, "Entries", load)


def with_decision(entry: Params, bus: object, text: str) -> Params | None:
    """An entry of a bus with the decision; None if it has no room for one."""
    place = place_in("events", bus)
    if place == NONE:
        return entry
    if place == RESOURCES:
        return _with_resource(entry, f"{RESOURCE}{text}")
    detail = entry.get("Detail")
    carried = spliced(detail, text) if isinstance(detail, str) else None
    if carried is None:
        return None
    return entry if carried is detail else {**entry, "Detail": carried}


def _with_resource(entry: Params, ours: str) -> Params | None:
    """The entry with the decision among its resources, in place of any other there."""
    given: Any = entry.get("Resources", [])
    if not isinstance(given, list | tuple):
        return None
    if [text for text in given if is_ours(text)] == [ours]:
        return entry
    others = [text for text in given if not is_ours(text)]
    return {**entry, "Resources": [*others, ours]}


WRITERS: Mapping[tuple[str, str], Writer] = {("events", "PutEvents"): _put_events}

"""Custom Event Buses of EventBridge: as on any bus, and metadata of raw events.

A subscriber gets metadata only if it asks for them, so the data have the decision too,
where they are a JSON object and say so. Data of any other kind stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flags.propagation import weights
from flags.propagation.batches import Change, Load, each
from flags.propagation.boto import Params, Writer
from flags.propagation.documents import COST, spliced_data
from flags.propagation.events import with_decision
from flags.propagation.places import KEY, place_in
from flags.token import NAME, Token

SERVICE = "eventbridgev2"
MAX_METADATA = 100
# Data that are one JSON object, whose readers take one more key.
_OBJECTS = ("application/json", "application/cloudevents+json")


def _put_events(params: Params, token: Token) -> Params:
    bus, text = params.get("EventBusArn"), str(token)
    return _each(params, lambda entry: with_decision(entry, bus, text), len(text))


def _put_raw_events(params: Params, token: Token) -> Params:
    text = str(token)
    keyed = place_in("events", params.get("EventBusArn")) == KEY

    def change(entry: Params) -> Params | None:
        metadata = entry.get("Metadata", {})
        if not isinstance(metadata, dict):
            return None
        if NAME in metadata:
            return entry
        if len(metadata) >= MAX_METADATA:
            return None
        carried = {**entry, "Metadata": {**metadata, NAME: text}}
        data = _with_key(entry, text) if keyed else None
        return carried if data is None else {**carried, "Data": data}

    return _each(params, change, 2 * len(text))


def _with_key(entry: Params, text: str) -> Any:
    """The data with the decision; None for data that have no place for it."""
    kind = (entry.get("SystemMetadata") or {}).get("ContentType")
    known = isinstance(kind, str) and kind.partition(";")[0].strip() in _OBJECTS
    return spliced_data(entry.get("Data"), text) if known else None


def _each(params: Params, change: Change, size: int) -> Params:
    left = weights.room(weights.weight(params.get("Entries")), weights.EVENTS)
    load = Load(service=SERVICE, change=change, cost=2 * COST + size, left=left)
    return each(params, "Entries", load)


WRITERS: Mapping[tuple[str, str], Writer] = {
    (SERVICE, "PutEvents"): _put_events,
    (SERVICE, "PutRawEvents"): _put_raw_events,
}

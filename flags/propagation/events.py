"""EventBridge: a key of the event's detail."""

from __future__ import annotations

from collections.abc import Mapping

from flags.propagation import weights
from flags.propagation.batches import Load, each
from flags.propagation.boto import Params, Writer
from flags.propagation.documents import COST, spliced
from flags.token import Token


def _put_events(params: Params, token: Token) -> Params:
    text = str(token)

    def change(entry: Params) -> Params | None:
        detail = entry.get("Detail")
        carried = spliced(detail, text) if isinstance(detail, str) else None
        if carried is None:
            return None
        return entry if carried is detail else {**entry, "Detail": carried}

    left = weights.room(weights.weight(params.get("Entries")), weights.EVENTS)
    load = Load(service="events", change=change, cost=COST + len(text), left=left)
    return each(params, "Entries", load)


WRITERS: Mapping[tuple[str, str], Writer] = {("events", "PutEvents"): _put_events}

"""Where a decision travels in an event; each kind of carrier has a file.

Laws
1. Reading is total: an event of an unknown shape, and a token that is not one, read
   as no decision. `unread` counts tokens that are none, by what is wrong with them.
2. What comes first: the ClientContext, the payload's own key, then records, detail or
   headers. Whoever hands an event on sets what is nearest.
3. Of a record: the member that a router adds, attributes, then what is wrapped in it.
4. What carries nothing costs next to nothing: no text is parsed that lacks the name.
5. There is one list of places (`flags.carriers.walk`): what is read, in its order,
   is what a router takes out of an event that it doesn't trust.
"""

from __future__ import annotations

from collections.abc import Mapping

from flags.carriers.headers import BAGGAGE, from_baggage, in_headers
from flags.carriers.keys import from_object, in_object
from flags.carriers.places import Batch, Place, first
from flags.carriers.tokens import read, unread
from flags.carriers.walk import (
    RESOURCE,
    in_event,
    in_record,
    in_resources,
    is_ours,
    of_device,
    within_event,
)
from flags.token import NAME, Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = [
    "RESOURCE",
    "beside",
    "from_client_context",
    "from_detail",
    "from_event",
    "from_headers",
    "from_record",
    "from_resources",
    "is_ours",
    "places",
    "places_of_record",
    "unread",
    "within",
]


def from_event(event: Any, context: Any = None) -> Token | None:
    """The decision of a whole event: of a batch, what all its records agree on."""
    return beside(event, context) or within(event, context)


def beside(event: Any, context: Any = None) -> Token | None:
    """The decision for all of an event: in the ClientContext, or the payload's key."""
    found = from_client_context(context)
    if found is not None or not isinstance(event, Mapping) or of_device(event):
        return found
    return first(in_object(event, ()))


def within(event: Any, context: Any = None) -> Token | None:
    """What is left if nothing came beside it: the decision inside an event."""
    return first(within_event(event)) or _baggage(context)


def from_client_context(context: Any) -> Token | None:
    """The decision that a synchronous invocation brings beside its payload."""
    custom = getattr(getattr(context, "client_context", None), "custom", None)
    return read(custom.get(NAME)) if isinstance(custom, Mapping) else None


def from_record(record: Any) -> Token | None:
    """The decision of one record of any source, or of what is wrapped in it."""
    return first(in_record(record))


def from_detail(detail: Any) -> Token | None:
    """The decision in an EventBridge event's detail."""
    return from_object(detail)


def from_resources(event: Mapping[str, Any]) -> Token | None:
    """The decision among an EventBridge event's resources."""
    return first(in_resources(event, ()))


def from_headers(event: Mapping[str, Any]) -> Token | None:
    """The decision in an event's headers; None if there are two that differ."""
    return first(in_headers(event, ()))


def places(event: Any) -> Iterator[Place]:
    """All places of an event in which something stands that a reader may believe.

    In each record of a batch, too, and whatever stands there: a later reader may read
    what this one doesn't.
    """
    return _each(in_event(event))


def places_of_record(record: Any) -> Iterator[Place]:
    """The same for one record, or for what is wrapped in it."""
    return _each(in_record(record))


def _each(found: Iterator[Place | Batch]) -> Iterator[Place]:
    for one in found:
        yield from one.all() if isinstance(one, Batch) else (one,)


def _baggage(context: Any) -> Token | None:
    """The decision in the baggage that Lambda itself hands on, where it does."""
    w3c = getattr(context, "w3c", None) if BAGGAGE else None
    if w3c is None:
        return None
    try:
        return from_baggage(w3c().get("baggage"))
    except Exception:  # noqa: BLE001 - law 1: it is not documented yet
        return None

"""Takes out of an event whatever a reader may believe, where nobody is to be believed.

The places are the reader's own (`flags.carriers.places`), so that one that is added
there is taken out here. What a router has decided goes in afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flags import carriers
from flags.carriers.keys import ATTRIBUTE
from flags.carriers.places import Place
from flags.carriers.streams import mentions
from flags.token import NAME
from router.document import Edits, Malformed, Node
from router.document.prune import pruned
from router.sources import decision
from router.sources.stripping import unlisted

# No reader's name.
_NOBODYS = "canary-distrust"


def cleaned(event: Node, units: Sequence[Node]) -> Node:
    """The event without decisions; the very same if it has none.

    `units` are its parts, each a record of it or all of it.
    """
    if not _mentioned(event.text):
        return event
    edits = Edits(event.text)
    for unit in units:
        text = _cleaned(unit, whole=unit is event)
        if text != unit.raw:
            edits.replace(unit, text)
    text = edits.text()
    if units and units[0] is not event and decision.has(event):
        return without_key(Node.of(text.encode("latin-1")))
    return event if text is event.text else Node.of(text.encode("latin-1"))


def without_key(event: Node) -> Node:
    """The event without the member of our name at its top."""
    edits = Edits(event.text)
    decision.drop(edits, event)
    return Node.of(edits.text().encode("latin-1"))


def without_headers(event: Node) -> str:
    """The text of an event whose headers say nothing of decisions."""
    value = event.dig()
    found = [
        place
        for place in (carriers.places(value) if isinstance(value, dict) else ())
        if place.way[-1:] in (("headers",), ("multiValueHeaders",))
    ]
    if not found:
        return event.text
    text = event.text
    return f"{text[: event.start]}{pruned(event, found, unlisted)}{text[event.end :]}"


def _cleaned(unit: Node, *, whole: bool) -> str:
    try:
        unit.value()
        found = [*_places(unit, whole=whole)]
        return pruned(unit, found, unlisted) if found else unit.raw
    except Malformed:
        # Too deep for us to read, and maybe not for the function.
        return unit.raw.replace(NAME, _NOBODYS).replace(ATTRIBUTE, _NOBODYS)


def _places(unit: Node, *, whole: bool) -> Iterable[Place]:
    value = unit.dig()
    return carriers.places(value) if whole else carriers.places_of_record(value)


def _mentioned(text: str) -> bool:
    """Whether the name may be in it: in any case, behind escapes, or in base64."""
    return "canary" in text.lower() or "\\u" in text or mentions(text)

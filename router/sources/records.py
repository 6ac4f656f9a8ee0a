"""Events that are a list of records, each with a decision of its own."""

from __future__ import annotations

from collections.abc import Sequence

from flags import carriers
from flags.carriers.keys import ATTRIBUTE
from flags.hints import Any
from flags.token import NAME, Token
from router.document import Edits, Node
from router.sources import decision
from router.sources.source import Part, Source
from router.sources.values import decoded, parse


def first_record(event: Node) -> Node | None:
    """The first of an event's records, or None."""
    records = event.get("Records")
    elements = records.elements() if records is not None else ()
    return elements[0] if elements else None


def data_of(unit: Node) -> Any:
    """What a record's `data` says, if that is JSON."""
    return parse(decoded(unit.dig("data")))


def _mentioned(unit: Node) -> bool:
    """Whether a decision's name stands in it as it is."""
    find = unit.text.find
    return any(find(name, unit.start, unit.end) >= 0 for name in (NAME, ATTRIBUTE))


class Records(Source):
    """The common part; where the token goes in a record is the subclass's."""

    retries = True
    batch = True
    # The member of the event that is the records' array.
    member = "Records"
    # Whether what records say is base64, in which no decision shows unless it is read.
    encoded = False

    def units(self, event: Node) -> Sequence[Node]:
        """The records, array by array."""
        return [unit for array in self.arrays(event) for unit in array.elements()]

    def inbound(self, unit: Node, context: Any) -> Token | None:  # noqa: ARG002
        """The token that the record carries, or what is wrapped in it."""
        # Most records carry none, and are not worth parsing.
        if not self.encoded and not _mentioned(unit):
            return None
        return carriers.from_record(unit.dig())

    def carries_inside(self, event: Node) -> bool:  # noqa: ARG002
        """In each record."""
        return True

    def carry(self, event: Node, parts: Sequence[Part]) -> str:
        """The records of one group, each with its token."""
        edits = Edits(event.text)
        chosen = {part.unit.start: part for part in parts}
        for array in self.arrays(event):
            elements = array.elements()
            kept = [i for i, unit in enumerate(elements) if unit.start in chosen]
            edits.keep(array, kept)
            for index in kept:
                self.put(edits, chosen[elements[index].start])
        return edits.text()

    def arrays(self, event: Node) -> Sequence[Node]:
        """The arrays that the records stand in."""
        records = event.get(self.member)
        return () if records is None else (records,)

    def put(self, edits: Edits, part: Part) -> None:
        """Put the token into the record, in place of any other: beside its data."""
        decision.put(edits, part.unit, part.token)

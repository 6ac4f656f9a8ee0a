"""Firehose transformation: every record needs an answer.

If one colour's group fails, so does the event, and Firehose delivers all of it again.
"""

from __future__ import annotations

from collections.abc import Sequence

from flags.hints import Any
from router.document import Malformed, Node
from router.sources.records import Records, data_of
from router.sources.source import Asked, Facts, Outcome
from router.sources.streams import stream_names
from router.sources.values import search

# Results of records that Firehose takes for processed.
_GOOD = ("Ok", "Dropped")


class Firehose(Records):
    """Recognised by `deliveryStreamArn` and `records`."""

    name = "firehose"
    member = "records"
    encoded = True

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return "deliveryStreamArn" in event and "records" in event

    def facts(self, event: Node) -> Facts:
        """The delivery stream, by ARN and by name."""
        names = stream_names(event.string("deliveryStreamArn"))
        return Facts(source=self.name, names={"stream": names})

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into the data, if that is JSON, or the Kinesis record's key."""
        if asked.kind == "data":
            return search(asked.name, unit.once(data_of))
        if asked.kind == "key":
            return unit.dig("kinesisRecordMetadata", "partitionKey")
        return super().find(unit, asked)

    def failures(self, outcome: Outcome, *, whole: bool) -> tuple[bool | None, ...]:
        """The records whose result is no good one, and those left out."""
        if outcome.error is not None:
            return super().failures(outcome, whole=whole)
        told = {
            one.string("recordId"): one.string("result")
            for one in _records(outcome.answer)
        }
        return tuple(
            told.get(part.unit.string("recordId")) not in _GOOD
            for part in outcome.parts
        )

    def merge(self, event: Node, outcomes: Sequence[Outcome], *, whole: bool) -> bytes:
        """The transformed records of all groups, in the order of the event."""
        if len(outcomes) == 1 or any(outcome.error for outcome in outcomes):
            return super().merge(event, outcomes, whole=whole)
        found: dict[str, str] = {}
        for outcome in outcomes:
            for one in _records(outcome.answer):
                found[one.string("recordId")] = one.raw
        order = [unit.string("recordId") for unit in self.units(event)]
        # What the event doesn't name goes last, for Firehose to complain about.
        listed = [found.pop(name) for name in order if name in found]
        joined = ",".join([*listed, *found.values()])
        return f'{{"records":[{joined}]}}'.encode("latin-1")


def _records(answer: bytes) -> Sequence[Node]:
    """The records of an answer; Firehose takes what it leaves out as failed."""
    try:
        records = Node.of(answer).get("records")
        return records.elements() if records is not None else ()
    except Malformed:
        return ()

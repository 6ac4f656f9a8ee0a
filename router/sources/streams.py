"""Kinesis and DynamoDB streams: the records of one shard, whose order counts.

Laws
1. Runs of one colour are invoked one after the other, in the shard's order; once a
   record has failed, none after it is invoked. By key the two colours run side by
   side, each with all records of its keys.
2. The stream goes on from the first failed record, so that is what is answered. A run
   that failed as a whole fails from its first record on; if nothing went before it,
   its error itself comes out.
3. A tumbling window is never split: its state belongs to one colour, chosen by shard.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from flags import carriers
from flags.hints import Any
from flags.token import Token
from router.document import Node
from router.sources.partial import PartialBatch
from router.sources.records import Records, first_record
from router.sources.source import Asked, Facts, Outcome, Part
from router.sources.values import search


class Stream(PartialBatch):
    """The common part; what a record looks like is the subclass's."""

    # What the records' `eventSource` says.
    marker = ""
    # Where a record has its sequence number.
    sequence = ("", "")
    encoded = True
    identity = (Asked(kind="key"),)

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        first = first_record(event)
        if first is not None:
            return first.string("eventSource") == self.marker
        # The last invocation of a window may have no records.
        service = self.marker.replace("aws:", ":")
        return "window" in event and f"{service}:" in event.string("eventSourceARN")

    def facts(self, event: Node) -> Facts:
        """The stream, by ARN and by name."""
        arn = (first_record(event) or event).string("eventSourceARN")
        return Facts(source=self.name, names={"stream": stream_names(arn)})

    def units(self, event: Node) -> Sequence[Node]:
        """The records; a window's are one unit, which is the event itself."""
        return (event,) if "window" in event else super().units(event)

    def find(self, unit: Node, asked: Asked) -> Any:
        """The key of a record, and the shard of a window."""
        if asked.kind == "key":
            return unit.string("shardId") or self.key(unit)
        if asked.kind == "data":
            return search(asked.name, unit.once(self.data))
        return super().find(unit, asked)

    @abstractmethod
    def key(self, unit: Node) -> Any:
        """What the producer ordered the record by."""

    @abstractmethod
    def data(self, unit: Node) -> Any:
        """What the record says, if that is JSON."""

    def inbound(self, unit: Node, context: Any) -> Token | None:
        """The token that the record carries, or that a window's records agree on."""
        if "Records" in unit:
            return carriers.from_event(unit.dig())
        return super().inbound(unit, context)

    def lane(self, unit: Node) -> str | None:
        """All records: an event is of one shard."""
        return unit.string("eventSourceARN")

    def ordered(self, unit: Node) -> str | None:
        """What the producer ordered the record by."""
        key = self.key(unit)
        return None if key is None else f"{self.lane(unit)}:{key}"

    def carries_inside(self, event: Node) -> bool:
        """In each record, if there are any."""
        return first_record(event) is not None

    def carry(self, event: Node, parts: Sequence[Part]) -> str:
        """The records of one run, each with its token; a window's all have the same."""
        if parts[0].unit is event:
            token = parts[0].token
            parts = [Part(unit=unit, token=token) for unit in super().units(event)]
        return super().carry(event, parts)

    def merge(
        self,
        event: Node,
        outcomes: Sequence[Outcome],
        *,
        whole: bool,
    ) -> bytes:
        """The first failed record, from which the stream goes on."""
        if whole:
            return Records.merge(self, event, outcomes, whole=whole)
        failed = {
            unit.start: outcome
            for outcome in outcomes
            if (unit := self.first_failed(outcome)) is not None
        }
        if not failed:
            return outcomes[-1].answer
        at = min(failed)
        first = failed[at]
        if first.error is None:
            return first.answer
        if at == min(outcome.parts[0].unit.start for outcome in outcomes):
            raise first.error
        return self.answer([first])

    def identifier(self, unit: Node) -> str:
        """The sequence number."""
        return unit.string(*self.sequence)


def stream_names(arn: str) -> tuple[str, ...]:
    """An ARN, and the name of the stream, or of the table that the stream is of."""
    # A table's stream ends in a time, which has colons.
    kind, _, name = arn.split(":", 5)[-1].partition("/")
    return (arn, name.partition("/")[0]) if kind and name else (arn,)

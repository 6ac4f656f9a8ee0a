"""EventBridge Pipes: a list of records, also of one, as the pipe's source has them.

Streams' records are flat there, without an object of their own for the data. Each has
the places, the order and the name that its source knows.

Laws
1. Order counts as it does at the source: a shard, a partition, a group of messages.
2. A list as answer is what an enrichment makes of its events, and goes on as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module

from flags.hints import Any
from router.document import Edits, Malformed, Node
from router.sources.partial import PartialBatch
from router.sources.records import Records, data_of
from router.sources.source import Asked, Facts, Outcome, Part
from router.sources.streams import stream_names
from router.sources.values import arn_names, search

_KAFKA, _MQ = ("kafka", "Kafka"), ("mq", "Mq")
# Module and class that know a record, by its `eventSource`.
_KINDS = {
    "aws:sqs": ("sqs", "Sqs"),
    "aws:kinesis": ("kinesis", "Kinesis"),
    "aws:dynamodb": ("dynamodb", "DynamoDb"),
    "aws:kafka": _KAFKA,
    "SelfManagedKafka": _KAFKA,
    "aws:SelfManagedKafka": _KAFKA,
    "aws:amq": _MQ,
    "aws:mq": _MQ,
    "aws:rmq": _MQ,
}
_STREAMS = ("aws:kinesis", "aws:dynamodb")


class Pipes(PartialBatch):
    """Recognised by `eventSource` in the first of a list."""

    name = "pipes"
    encoded = True
    identity = (Asked(kind="key"),)

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        first = event.first()
        return first is not None and first.string("eventSource") in _KINDS

    def facts(self, event: Node) -> Facts:
        """What the pipe reads: a queue, a stream, a topic or a broker."""
        first = event.first() or event
        arn = first.string("eventSourceARN") or first.string("eventSourceArn")
        of = _KINDS.get(first.string("eventSource"), ("", ""))[0]
        names: dict[str, tuple[str, ...]] = {"event_source": (of,)}
        if of == "sqs":
            names["queue"] = arn_names(arn)
        elif of == "kafka":
            names |= {"topic": (first.string("topic"),), "cluster": arn_names(arn)}
        elif of == "mq":
            names |= {"queue": (_queue(first),), "broker": arn_names(arn)}
        else:
            names["stream"] = stream_names(arn)
        return Facts(source=self.name, names=names)

    def arrays(self, event: Node) -> Sequence[Node]:
        """The list itself."""
        return (event,)

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look where the record's own source does."""
        if unit.string("eventSource") == "aws:kinesis":
            if asked.kind == "key":
                return unit.dig("partitionKey")
            if asked.kind == "data":
                return search(asked.name, unit.once(data_of))
        source = _source(unit)
        return source.find(unit, asked) if source else super().find(unit, asked)

    def together(self, unit: Node) -> str | None:
        """A FIFO queue's message group."""
        source = _source(unit)
        return source.together(unit) if source else None

    def lane(self, unit: Node) -> str | None:
        """The shard or the partition."""
        source = _source(unit)
        return source.lane(unit) if source else None

    def ordered(self, unit: Node) -> str | None:
        """The key by which the record's producer ordered it."""
        source = _source(unit)
        if unit.string("eventSource") == "aws:kinesis":
            return f"{self.lane(unit)}:{unit.string('partitionKey')}"
        return source.ordered(unit) if source else None

    def identifier(self, unit: Node) -> Any:
        """What a partial response calls the record."""
        if unit.string("eventSource") in _STREAMS:
            return unit.string("eventID")
        source = _source(unit)
        return source.identifier(unit) if isinstance(source, PartialBatch) else None

    def put(self, edits: Edits, part: Part) -> None:
        """Put the token where the record's source has it."""
        source = _source(part.unit)
        if source:
            source.put(edits, part)
        else:
            super().put(edits, part)

    def merge(self, event: Node, outcomes: Sequence[Outcome], *, whole: bool) -> bytes:
        """Failed records, or the lists that an enrichment made, in order."""
        lists = [_listed(outcome) for outcome in outcomes]
        if len(outcomes) == 1 or any(found is None for found in lists):
            return super().merge(event, outcomes, whole=whole)
        raw = [one.raw for found in _in_order(outcomes, lists) for one in found]
        return f"[{','.join(raw)}]".encode("latin-1")


def _source(unit: Node) -> Records | None:
    """The source that knows the record; None if none does."""
    kind = _KINDS.get(unit.string("eventSource"))
    return _made(*kind) if kind else None


@cache
def _made(module: str, name: str) -> Records:
    # Imported when a pipe first reads of it.
    made: Records = getattr(import_module(f"{__package__}.{module}"), name)()
    return made


def _queue(first: Node) -> str:
    """An ActiveMQ queue, or a RabbitMQ one without its virtual host: `orders::/`."""
    key = first.string("eventSourceKey").partition("::")[0]
    named = ("physicalName", "physicalname")
    found = (first.string("destination", name) for name in named)
    return key or next(filter(None, found), "")


def _listed(outcome: Outcome) -> Sequence[Node] | None:
    """The elements of an answer that is a list; None for any other, and an error."""
    if outcome.error is not None:
        return None
    try:
        answer = Node.of(outcome.answer)
        return answer.elements() if answer.is_array else None
    except Malformed:
        return None


def _in_order(
    outcomes: Sequence[Outcome], lists: Sequence[Sequence[Node] | None]
) -> Sequence[Sequence[Node]]:
    """One element for each record in the order of the event; else group by group."""
    placed: dict[int, Node] = {}
    for outcome, found in zip(outcomes, lists, strict=True):
        if found is None or len(found) != len(outcome.parts):
            return [one or () for one in lists]
        placed |= {
            part.unit.start: element
            for part, element in zip(outcome.parts, found, strict=True)
        }
    return [[placed[start] for start in sorted(placed)]]

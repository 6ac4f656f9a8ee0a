"""SQS queues, standard and FIFO, with partial batch responses.

Laws
1. At most one invocation a colour. A message is never acknowledged because an error
   was swallowed: a group that fails reports all its messages as failed.
2. The messages of a FIFO group share the decision of the first, so that a group is
   never split between colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flags import carriers
from flags.token import NAME, Token
from router.sources.source import Asked, Event, Facts, Outcome, Part, Source
from router.sources.values import dig, first_record, parse, search


class Sqs(Source):
    """Recognised by the records' `eventSource`."""

    name = "sqs"
    retries = True

    def recognises(self, event: Event) -> bool:
        """Whether the event is of this source."""
        first = first_record(event)
        return bool(dig(first, "eventSource") == "aws:sqs")

    def facts(self, event: Event) -> Facts:
        """The queue's ARN."""
        queue = str(event["Records"][0].get("eventSourceARN", ""))
        return Facts(source=self.name, queue=queue)

    def units(self, event: Event) -> list[Any]:
        """The records."""
        return list(event["Records"])

    def find(self, unit: Any, asked: Asked) -> Any:
        """Look into the attributes, the message group, or a JSON body."""
        if asked.kind == "attribute":
            return dig(unit, "messageAttributes", asked.name, "stringValue")
        if asked.kind == "group":
            return dig(unit, "attributes", "MessageGroupId")
        if asked.kind == "body":
            return search(asked.name, parse(unit.get("body")))
        return None

    def together(self, unit: Any) -> str | None:
        """What must not be split: the message group of a FIFO queue."""
        fifo = str(unit.get("eventSourceARN", "")).endswith(".fifo")
        return dig(unit, "attributes", "MessageGroupId") if fifo else None

    def inbound(self, unit: Any, context: Any) -> Token | None:  # noqa: ARG002
        """The token among the message's attributes."""
        return carriers.from_record(unit)

    def carry(self, event: Event, parts: Sequence[Part]) -> Event:
        """The records of one group, each with its token as an attribute."""
        return {**event, "Records": [_carrying(part) for part in parts]}

    def merge(self, outcomes: Sequence[Outcome]) -> Any:
        """One list of failed messages; if every group failed, the error itself."""
        if len(outcomes) == 1 or all(outcome.error for outcome in outcomes):
            return super().merge(outcomes)
        failed = [item for outcome in outcomes for item in _failures(outcome)]
        return {"batchItemFailures": failed}


def _failures(outcome: Outcome) -> list[Any]:
    """The failed messages of a group, read as Lambda itself would read the answer."""
    if outcome.error is None:
        if outcome.answer in (None, "", {}):
            return []
        listed = dig(outcome.answer, "batchItemFailures")
        if listed is None or _valid(listed, outcome.parts):
            return listed or []
    return [{"itemIdentifier": part.unit["messageId"]} for part in outcome.parts]


def _valid(listed: Any, parts: Sequence[Part]) -> bool:
    """Whether it lists messages of the group; if not, Lambda takes all as failed."""
    ours = {part.unit["messageId"] for part in parts}
    items = listed if isinstance(listed, list) else [None]
    return all(dig(item, "itemIdentifier") in ours for item in items)


def _carrying(part: Part) -> Any:
    attributes = dict(part.unit.get("messageAttributes") or {})
    attributes.pop(NAME, None)
    if part.token.members:
        attributes[NAME] = {
            "stringValue": str(part.token),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "String",
        }
    return {**part.unit, "messageAttributes": attributes}

"""Powertools' batch processors, with records that carry different decisions."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch import (
    AsyncBatchProcessor,
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    async_process_partial_response,
    base,
    process_partial_response,
)
from aws_lambda_powertools.utilities.parser.models import SqsModel, SqsRecordModel

import flags
from flags.invocation import powertools
from flags.token import NAME

EVENTS = Path(__file__).parents[3] / "events"
TEXTS = ["v1~shop.green.1", "v1~shop.blue.1", None, "v1~shop.green.2"]


def now() -> str | None:
    """What is in force."""
    token = flags.current()
    return str(token) if token.members else None


def sqs() -> dict[str, Any]:
    """An SQS event."""
    return {
        "Records": [
            {
                "messageId": str(number),
                "body": "{}",
                "attributes": {"MessageGroupId": "g"},
                "messageAttributes": {NAME: {"stringValue": text}} if text else {},
            }
            for number, text in enumerate(TEXTS)
        ]
    }


def kafka() -> dict[str, Any]:
    """A Kafka event, of two partitions."""
    records = [
        {
            "topic": "t",
            "partition": 0,
            "offset": number,
            "value": base64.b64encode(b"{}").decode(),
            "headers": [{NAME: list((text or "").encode())}] if text else [],
        }
        for number, text in enumerate(TEXTS)
    ]
    source = {"t-0": records[:2], "t-1": records[2:]}
    return {"eventSource": "aws:kafka", "records": source}


class Seen:
    """What record handlers had in force; the second record fails."""

    def __init__(self) -> None:
        self.found: list[str | None] = []

    def handle(self, record: Any) -> None:
        """A record, synchronously."""
        self.found.append(now())
        assert hasattr(record, "raw_event")

    async def handle_async(self, record: Any) -> None:
        """A record, while others are handled."""
        await asyncio.sleep(0)
        self.handle(record)


@pytest.mark.parametrize("frame", [flags.handler, lambda function: function])
@pytest.mark.parametrize(
    ("processor", "event"),
    [
        (BatchProcessor(event_type=EventType.SQS), sqs()),
        (SqsFifoPartialProcessor(), sqs()),
        (BatchProcessor(event_type=EventType.Kafka), kafka()),
    ],
)
def test_batches(processor: Any, event: Any, frame: Any) -> None:
    """Each record is handled with its own decision, with no code of ours."""
    seen = Seen()

    def code(event: Any, context: Any) -> Any:
        return process_partial_response(event, seen.handle, processor, context)

    assert {"batchItemFailures": []} == frame(code)(event, None)
    assert TEXTS == seen.found
    assert now() is None


def test_asynchronous_batches() -> None:
    """Records that are handled at the same time have their own decision each."""
    seen = Seen()
    processor = AsyncBatchProcessor(event_type=EventType.SQS)

    @flags.handler
    def code(event: Any, context: Any) -> Any:
        return async_process_partial_response(
            event, seen.handle_async, processor, context
        )

    assert {"batchItemFailures": []} == code(sqs(), None)
    assert TEXTS == seen.found


def test_a_record_that_fails() -> None:
    """It is reported as always, and its decision is not the next one's."""
    found: list[str | None] = []

    def handle(record: Any) -> None:
        found.append(now())
        if record.message_id == "1":
            raise ValueError("no")

    processor = BatchProcessor(event_type=EventType.SQS)

    @flags.handler
    def code(event: Any, context: Any) -> Any:
        return process_partial_response(event, handle, processor, context)

    failed = {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert failed == code(sqs(), None)
    assert TEXTS == found


def test_what_came_beside_the_batch() -> None:
    """What came beside the batch holds for each of them, whatever they say."""
    seen = Seen()
    processor = BatchProcessor(event_type=EventType.SQS)
    event = sqs() | {NAME: "v1~shop.green.9"}

    @flags.handler
    def code(event: Any, context: Any) -> Any:
        return process_partial_response(event, seen.handle, processor, context)

    code(event, None)
    assert ["v1~shop.green.9"] * 4 == seen.found


def test_hooking_twice() -> None:
    """Hooking again changes nothing."""
    before = base.BatchProcessor._process_record  # noqa: SLF001
    powertools.hook(base)

    assert before is base.BatchProcessor._process_record  # noqa: SLF001


def test_models() -> None:
    """A model that knows nothing of the decision is handled with it all the same."""
    event = json.loads((EVENTS / "sqs.json").read_text("utf-8"))
    event["Records"] = event["Records"][:2]
    for record, text in zip(event["Records"], TEXTS, strict=False):
        record[NAME] = text
    found: list[tuple[bool, str | None]] = []

    def handle(record: Any) -> None:
        found.append((isinstance(record, SqsRecordModel), now()))

    processor = BatchProcessor(event_type=EventType.SQS, model=SqsRecordModel)

    @flags.handler
    def code(event: Any, context: Any) -> Any:
        SqsModel.model_validate(event)
        return process_partial_response(event, handle, processor, context)

    assert {"batchItemFailures": []} == code(event, None)
    assert [(True, TEXTS[0]), (True, TEXTS[1])] == found

"""SNS and SQS messages carry the decision as an attribute, if there is room."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from flags import propagation
from flags.carriers import from_record
from flags.current import set_current
from flags.propagation.boto import carrying
from flags.token import NAME, Token
from tests.unit.flags.propagation.conftest import (
    KIB,
    MIB,
    NUMBERS,
    OURS,
    WIRE,
    Queue,
    Seen,
    text,
)


def topic_of(aws: Any, queue: Queue, raw: str) -> str:
    """A topic whose messages arrive in the queue."""
    client = aws("sns")
    arn = str(client.create_topic(Name=f"orders-{next(NUMBERS)}")["TopicArn"])
    client.subscribe(
        TopicArn=arn,
        Protocol="sqs",
        Endpoint=queue.arn,
        Attributes={"RawMessageDelivery": raw},
    )
    return arn


@pytest.mark.usefixtures("decided")
def test_publish(aws: Any, queue: Queue) -> None:
    """A published message brings the attribute to a raw queue."""
    topic = topic_of(aws, queue, "true")
    aws("sns").publish(TopicArn=topic, Message="hello")

    assert [("hello", {NAME: OURS})] == queue.received()


def test_publish_to_a_wrapping_queue(aws: Any, queue: Queue, decided: Token) -> None:
    """In a queue that wraps, the envelope has it, and is read again."""
    topic = topic_of(aws, queue, "false")
    aws("sns").publish(TopicArn=topic, Message="hello")
    [(body, attributes)] = queue.received()

    assert {} == attributes
    assert "hello" == json.loads(body)["Message"]
    assert decided == from_record({"messageAttributes": {}, "body": body})


@pytest.mark.usefixtures("decided")
def test_publish_batch(aws: Any, queue: Queue) -> None:
    """Each message of a batch brings it, next to its own attributes."""
    topic = topic_of(aws, queue, "true")
    own = {"kind": text("gift")}
    aws("sns").publish_batch(
        TopicArn=topic,
        PublishBatchRequestEntries=[
            {"Id": "1", "Message": "one"},
            {"Id": "2", "Message": "two", "MessageAttributes": own},
        ],
    )

    expected = [("one", {NAME: OURS}), ("two", {NAME: OURS, **own})]
    assert expected == sorted(queue.received())


@pytest.mark.usefixtures("decided")
def test_send_message(queue: Queue) -> None:
    """A message that is sent brings it."""
    queue.client.send_message(QueueUrl=queue.url, MessageBody="hello")

    assert [("hello", {NAME: OURS})] == queue.received()


@pytest.mark.usefixtures("decided")
def test_send_message_batch(queue: Queue) -> None:
    """Each message of a batch brings it; what is received is a batch to read."""
    entries = [{"Id": str(n), "MessageBody": f"body {n}"} for n in range(10)]
    queue.client.send_message_batch(QueueUrl=queue.url, Entries=entries)

    expected = [(f"body {n}", {NAME: OURS}) for n in range(10)]
    assert expected == sorted(queue.received())


def test_fifo_duplicates(aws: Any) -> None:
    """What a FIFO queue takes for a duplicate by its body is one still."""
    queue = Queue(aws("sqs"), FifoQueue="true", ContentBasedDeduplication="true")
    for token in ("v1~shop.green.12", "v1~shop.blue.13"):
        set_current(Token.parse(token))
        queue.client.send_message(
            QueueUrl=queue.url, MessageBody="same", MessageGroupId="g"
        )

    assert [("same", {NAME: OURS})] == queue.received()


@pytest.mark.usefixtures("decided")
def test_ten_attributes(sqs: Seen, queue: Queue) -> None:
    """A message with ten attributes has no room: it goes without, and is counted."""
    ten = {f"a{n}": text("x") for n in range(10)}
    nine = {f"a{n}": text("x") for n in range(9)}

    sqs.client.send_message(QueueUrl=queue.url, MessageBody="b", MessageAttributes=ten)
    assert ten == sqs.params["MessageAttributes"]
    assert {"sqs": 1} == propagation.skipped

    sqs.client.send_message(QueueUrl=queue.url, MessageBody="b", MessageAttributes=nine)
    assert {**nine, NAME: OURS} == sqs.params["MessageAttributes"]
    assert {"sqs": 1} == propagation.skipped


@pytest.mark.usefixtures("decided")
def test_ten_attributes_with_a_decision(sqs: Seen, queue: Queue) -> None:
    """A message with ten attributes that has a decision lacks nothing."""
    ten = {f"a{n}": text("x") for n in range(9)} | {NAME: text("v1~shop.blue.1")}
    sqs.client.send_message(QueueUrl=queue.url, MessageBody="b", MessageAttributes=ten)

    assert ten == sqs.params["MessageAttributes"]
    assert not propagation.skipped


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [("sqs", "SendMessage", "MessageBody"), ("sns", "Publish", "Message")],
)
@pytest.mark.parametrize("limit", [256 * KIB, MIB])
def test_limits(service: str, operation: str, body: str, limit: int) -> None:
    """No message is pushed across a limit that it was under."""

    def carries(size: int, letter: str = "x") -> bool:
        params = {body: letter * (size // len(letter.encode()))}
        return carrying(service, operation, params) is not params

    assert carries(limit - 500)
    assert not carries(limit - 60)
    assert not carries(limit - 60, "é")
    assert not carries(limit - len(body))
    assert {service: 3} == propagation.skipped
    assert not carries(limit + 10)
    assert carries(limit + 8 * KIB) is (limit < MIB)


@pytest.mark.usefixtures("decided")
def test_attributes_have_weight(sqs: Seen, queue: Queue) -> None:
    """A message's attributes count towards the limit."""
    attributes = {"a": text("y" * 5_000)}
    sqs.client.send_message(
        QueueUrl=queue.url,
        MessageBody="x" * (256 * KIB - 5_050),
        MessageAttributes=attributes,
    )

    assert attributes == sqs.params["MessageAttributes"]
    assert {"sqs": 1} == propagation.skipped


@pytest.mark.usefixtures("decided")
def test_room_in_a_batch() -> None:
    """The limit is on the batch: as many of its messages carry as there is room for."""
    body = "x" * (MIB // 10 - 50)
    entries = [{"Id": str(n), "MessageBody": body} for n in range(10)]

    sent = carrying("sqs", "SendMessageBatch", {"Entries": entries})["Entries"]

    carried = [NAME in entry.get("MessageAttributes", {}) for entry in sent]
    count = sum(carried)
    assert 0 < count < 10
    assert carried == sorted(carried, reverse=True)
    assert {"sqs": 10 - count} == propagation.skipped


@pytest.mark.usefixtures("decided")
def test_no_double_injection() -> None:
    """A message that carries one already keeps it: forwarding is not deciding."""
    forwarded = {
        "MessageBody": "b",
        "MessageAttributes": {NAME: text("v1~shop.blue.1")},
    }
    batch = {"Entries": [forwarded]}

    assert carrying("sqs", "SendMessage", forwarded) is forwarded
    assert carrying("sqs", "SendMessageBatch", batch) is batch
    assert not propagation.skipped


@pytest.mark.usefixtures("decided")
def test_text_messages() -> None:
    """A text message to a phone has nobody who could read a decision."""
    params = {"PhoneNumber": "+3225550100", "Message": "hello"}

    assert carrying("sns", "Publish", params) is params
    assert not propagation.skipped


@pytest.mark.usefixtures("decided")
def test_a_file_is_not_read() -> None:
    """A binary attribute given as a file is read by boto3 alone."""
    opened = io.BytesIO(b"abc")
    attributes = {"a": {"DataType": "Binary", "BinaryValue": opened}}
    sent = carrying(
        "sqs", "SendMessage", {"MessageBody": "b", "MessageAttributes": attributes}
    )

    assert 0 == opened.tell()
    assert {**attributes, NAME: OURS} == sent["MessageAttributes"]


def test_no_quotes(decided: Token) -> None:
    """The attribute has no quote, which filtered subscriptions would stumble over."""
    sent = carrying("sns", "Publish", {"Message": "m"})
    value = sent["MessageAttributes"][NAME]["StringValue"]

    assert WIRE == value == str(decided)
    assert '"' not in value

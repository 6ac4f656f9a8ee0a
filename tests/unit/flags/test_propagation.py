"""What boto3 sends carries the decision, and the caller never notices."""

from __future__ import annotations

import copy
import functools
import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ParamValidationError
from moto import mock_aws

import flags
from flags import propagation
from flags.token import NAME, Token

WIRE = "v1~shop.green.12"
SET = {"headers": {NAME: WIRE}}
NUMBERS = itertools.count()
OURS = {"StringValue": WIRE, "DataType": "String"}


@pytest.fixture(autouse=True)
def _nothing_current() -> Iterator[None]:
    """Each test begins and ends without a decision."""
    flags.read({})
    propagation.skipped.clear()
    yield
    flags.read({})


@pytest.fixture(scope="module")
def aws() -> Iterator[Any]:
    """The clients of an AWS in memory, by service: making one takes its time."""
    with mock_aws():
        session = boto3.Session(
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        yield functools.cache(session.client)


@pytest.fixture
def queue(aws: Any) -> Any:
    """A queue: its address, and what it has received."""

    class Queue:
        def __init__(self) -> None:
            self.client = aws("sqs")
            name = f"orders-{next(NUMBERS)}"
            self.url = self.client.create_queue(QueueName=name)["QueueUrl"]
            self.arn = f"arn:aws:sqs:eu-west-1:123456789012:{name}"

        def received(self) -> list[tuple[str, Any]]:
            found = self.client.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
            )
            messages = found.get("Messages", [])
            return [(m["Body"], m.get("MessageAttributes", {})) for m in messages]

    return Queue()


@pytest.fixture
def topic(aws: Any, queue: Any) -> str:
    """A topic whose messages arrive raw in the queue."""
    client = aws("sns")
    arn = str(client.create_topic(Name=f"orders-{next(NUMBERS)}")["TopicArn"])
    client.subscribe(
        TopicArn=arn,
        Protocol="sqs",
        Endpoint=queue.arn,
        Attributes={"RawMessageDelivery": "true"},
    )
    return arn


def test_read_and_current() -> None:
    """What was read is current until something else is read."""
    assert Token.parse(WIRE) == flags.read(SET) == flags.current()
    assert Token() == flags.read({"headers": {}}) == flags.current()


def record(text: str | None) -> dict[str, Any]:
    """An SQS record with that token."""
    attributes = {NAME: {"stringValue": text}} if text else {}
    return {"messageAttributes": attributes}


def test_records() -> None:
    """Each record has its own decision; after the loop the one before is back."""
    flags.read(SET)
    texts = ["v1~shop.blue.1", None, "v1~shop.green.2"]
    event = {"Records": [record(text) for text in texts]}

    found = [(r, flags.current()) for r in flags.records(event)]

    assert event["Records"] == [r for r, _ in found]
    assert [Token.parse(text) or Token() for text in texts] == [t for _, t in found]
    assert WIRE == str(flags.current())


def test_records_left_early() -> None:
    """Leaving the loop half way restores the decision too."""
    flags.read(SET)
    for _ in flags.records({"Records": [record("v1~shop.blue.1")] * 2}):
        break

    assert WIRE == str(flags.current())


def test_sns_publish(aws: Any, topic: str, queue: Any) -> None:
    """A published message brings the attribute to a raw queue."""
    flags.read(SET)
    aws("sns").publish(TopicArn=topic, Message="hello")

    assert [("hello", {NAME: OURS})] == queue.received()


def test_sns_publish_batch(aws: Any, topic: str, queue: Any) -> None:
    """Each message of a batch brings it, next to its own attributes."""
    flags.read(SET)
    own = {"kind": {"DataType": "String", "StringValue": "gift"}}
    aws("sns").publish_batch(
        TopicArn=topic,
        PublishBatchRequestEntries=[
            {"Id": "1", "Message": "one"},
            {"Id": "2", "Message": "two", "MessageAttributes": own},
        ],
    )

    expected = [("one", {NAME: OURS}), ("two", {NAME: OURS, **own})]
    assert expected == sorted(queue.received())


def test_sqs_send_message(queue: Any) -> None:
    """A message that is sent brings it."""
    flags.read(SET)
    queue.client.send_message(QueueUrl=queue.url, MessageBody="hello")

    assert [("hello", {NAME: OURS})] == queue.received()


def test_sqs_send_message_batch(queue: Any) -> None:
    """Each message of a batch brings it; what is received is a batch to read."""
    flags.read(SET)
    entries = [{"Id": str(n), "MessageBody": f"body {n}"} for n in range(10)]
    queue.client.send_message_batch(QueueUrl=queue.url, Entries=entries)

    expected = [(f"body {n}", {NAME: OURS}) for n in range(10)]
    assert expected == sorted(queue.received())


class Seen:
    """The parameters that a client got to work with; `answer` keeps AWS out."""

    def __init__(self, client: Any, answer: dict[str, Any] | None = None) -> None:
        self.client = client
        self.params: dict[str, Any] = {}
        client.meta.events.register("before-parameter-build.*.*", self._note)
        if answer is not None:
            said = (SimpleNamespace(status_code=200), answer)
            client.meta.events.register("before-call.*.*", lambda **_: said)

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self.params = params


def put(client: Any, detail: str) -> str:
    """Put one event on the bus; returns the detail that went out."""
    seen = Seen(client, {"FailedEntryCount": 0})
    seen.client.put_events(
        Entries=[{"Source": "shop", "DetailType": "Order", "Detail": detail}]
    )
    return str(seen.params["Entries"][0]["Detail"])


def test_events_put_events(aws: Any) -> None:
    """An event's detail brings it, and is where it is read again."""
    flags.read(SET)
    detail = json.loads(put(aws("events"), '{"id": 7}'))

    assert {"id": 7, NAME: WIRE} == detail
    assert WIRE == str(flags.read({"source": "shop", "detail": detail}))


@pytest.fixture
def sqs(queue: Any) -> Seen:
    """The queue's client, looked at."""
    return Seen(queue.client)


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ('{"id": 7}', f'{{"id": 7,"{NAME}":"{WIRE}"}}'),
        ("{}", f'{{"{NAME}":"{WIRE}"}}'),
        ("{ }", f'{{ "{NAME}":"{WIRE}"}}'),
        (' {"b":1,"a":2.50} \n', f' {{"b":1,"a":2.50,"{NAME}":"{WIRE}"}}'),
        ('{"a":1,"a":"\\u00e9é"}', f'{{"a":1,"a":"\\u00e9é","{NAME}":"{WIRE}"}}'),
        ('{"x":{"y":[]}}', f'{{"x":{{"y":[]}},"{NAME}":"{WIRE}"}}'),
        (f'{{"{NAME}":"v1~a.b.1"}}', f'{{"{NAME}":"v1~a.b.1"}}'),
    ],
)
def test_detail_stays_as_it_is(aws: Any, detail: str, expected: str) -> None:
    """The decision is spliced in; no other character of the detail moves."""
    flags.read(SET)

    assert expected == put(aws("events"), detail)
    assert not propagation.skipped


@pytest.mark.parametrize(
    "detail", ["[1]", '"text"', "7", "null", "{", "", '{"a":NaN}x', "[" * 9_000]
)
def test_detail_that_is_no_object(aws: Any, detail: str) -> None:
    """A detail with no room for a key goes as it is, and is counted."""
    flags.read(SET)

    assert detail == put(aws("events"), detail)
    assert {"events": 1} == propagation.skipped


def text(value: str) -> dict[str, str]:
    """A message attribute."""
    return {"DataType": "String", "StringValue": value}


def test_ten_attributes(sqs: Seen, queue: Any) -> None:
    """A message with ten attributes has no room: it goes without, and is counted."""
    flags.read(SET)
    ten = {f"a{n}": text("x") for n in range(10)}
    nine = {f"a{n}": text("x") for n in range(9)}

    sqs.client.send_message(QueueUrl=queue.url, MessageBody="b", MessageAttributes=ten)
    assert ten == sqs.params["MessageAttributes"]
    assert {"sqs": 1} == propagation.skipped

    sqs.client.send_message(QueueUrl=queue.url, MessageBody="b", MessageAttributes=nine)
    assert {**nine, NAME: OURS} == sqs.params["MessageAttributes"]
    assert {"sqs": 1} == propagation.skipped


LIMIT = 256 * 1024


@pytest.mark.parametrize(
    ("body", "attributes"),
    [
        ("x" * LIMIT, {}),
        ("é" * (LIMIT // 2), {}),
        ("x" * (LIMIT - 100), {}),
        ("x" * (LIMIT - 5_100), {"a": text("y" * 5_000)}),
    ],
)
def test_no_room_for_a_message(
    sqs: Seen, queue: Any, body: str, attributes: dict[str, Any]
) -> None:
    """A message that would outgrow the limit only with a decision goes without."""
    flags.read(SET)
    sqs.client.send_message(
        QueueUrl=queue.url, MessageBody=body, MessageAttributes=attributes
    )

    assert attributes == sqs.params["MessageAttributes"]
    assert {"sqs": 1} == propagation.skipped


def test_no_room_in_a_batch(sqs: Seen, queue: Any) -> None:
    """The limit is on the batch: ten messages that fill it go without."""
    flags.read(SET)
    body = "x" * (LIMIT // 10 - 10)
    entries = [{"Id": str(n), "MessageBody": body} for n in range(10)]

    sqs.client.send_message_batch(QueueUrl=queue.url, Entries=entries)

    assert entries == sqs.params["Entries"]
    assert {"sqs": 10} == propagation.skipped


def test_room_for_a_large_message(sqs: Seen, queue: Any) -> None:
    """A large message that leaves room brings the decision."""
    flags.read(SET)
    sqs.client.send_message(QueueUrl=queue.url, MessageBody="x" * (LIMIT - 500))

    assert {NAME: OURS} == sqs.params["MessageAttributes"]


def test_no_double_injection(sqs: Seen, queue: Any) -> None:
    """A message that carries one already keeps it: forwarding is not deciding."""
    flags.read(SET)
    forwarded = {NAME: text("v1~shop.blue.1")}
    sqs.client.send_message(
        QueueUrl=queue.url, MessageBody="b", MessageAttributes=forwarded
    )

    assert forwarded == sqs.params["MessageAttributes"]


def test_nothing_current(aws: Any, sqs: Seen, topic: str, queue: Any) -> None:
    """Without a decision nothing is added anywhere."""
    sqs.client.send_message(QueueUrl=queue.url, MessageBody="b")
    assert {"QueueUrl": queue.url, "MessageBody": "b"} == sqs.params
    aws("sns").publish(TopicArn=topic, Message="hello")

    assert "{ }" == put(aws("events"), "{ }")
    assert [("b", {}), ("hello", {})] == sorted(queue.received())


def test_other_calls(sqs: Seen) -> None:
    """Calls that send nothing are left alone."""
    flags.read(SET)
    sqs.client.list_queues(QueueNamePrefix="o")

    assert {"QueueNamePrefix": "o"} == sqs.params


def test_callers_objects(aws: Any, sqs: Seen, topic: str, queue: Any) -> None:
    """Dictionaries and lists that were passed in are as they were."""
    flags.read(SET)
    attributes = {"kind": text("gift")}
    entries = [{"Id": "1", "MessageBody": "b", "MessageAttributes": attributes}]
    publish = {"TopicArn": topic, "Message": "m", "MessageAttributes": attributes}
    events = [{"Source": "s", "DetailType": "d", "Detail": "{}"}]
    before = copy.deepcopy((attributes, entries, publish, events))

    sqs.client.send_message_batch(QueueUrl=queue.url, Entries=entries)
    aws("sns").publish(**publish)
    Seen(aws("events"), {}).client.put_events(Entries=events)

    assert before == (attributes, entries, publish, events)
    assert NAME in sqs.params["Entries"][0]["MessageAttributes"]


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("send_message", {"MessageBody": "b", "MessageAttributes": [1]}),
        ("send_message", {"MessageBody": "b", "MessageAttributes": "ab"}),
        ("send_message", {"MessageBody": 7, "MessageAttributes": {"a": 1}}),
        ("send_message_batch", {}),
        ("send_message_batch", {"Entries": None}),
        ("send_message_batch", {"Entries": ["ab", None]}),
        ("send_message_batch", {"Entries": [{"Id": "1", "MessageAttributes": 9}]}),
    ],
)
def test_wrong_parameters(
    sqs: Seen, queue: Any, operation: str, params: dict[str, Any]
) -> None:
    """Parameters that boto3 refuses are refused by boto3, in its own words."""
    flags.read(SET)

    with pytest.raises(ParamValidationError):
        getattr(sqs.client, operation)(QueueUrl=queue.url, **params)


def test_threads(sqs: Seen, queue: Any) -> None:
    """Threads of a pool, old and new, see the invocation's decision."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: None).result()
        flags.read(SET)
        assert Token.parse(WIRE) == pool.submit(flags.current).result()
        pool.submit(
            sqs.client.send_message, QueueUrl=queue.url, MessageBody="b"
        ).result()

    assert {NAME: OURS} == sqs.params["MessageAttributes"]


def test_installing_twice(sqs: Seen) -> None:
    """Installing again hooks nothing twice."""
    method = type(sqs.client)._make_api_call  # noqa: SLF001
    propagation.install()

    assert method is type(sqs.client)._make_api_call  # noqa: SLF001

"""What every boto3 call has in common: no caller notices, and no send fails."""

from __future__ import annotations

import copy
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.stub import Stubber

from flags import propagation
from flags.propagation.boto import carrying
from flags.token import NAME
from tests.unit.flags.propagation.conftest import OURS, Queue, Seen, text


def test_nothing_current(sqs: Seen, queue: Queue) -> None:
    """Without a decision nothing is added."""
    sqs.client.send_message(QueueUrl=queue.url, MessageBody="b")

    assert {"QueueUrl": queue.url, "MessageBody": "b"} == sqs.params
    assert [("b", {})] == queue.received()


@pytest.mark.usefixtures("decided")
def test_other_calls(sqs: Seen) -> None:
    """Calls that send nothing are left alone."""
    sqs.client.list_queues(QueueNamePrefix="o")
    assert {"QueueNamePrefix": "o"} == sqs.params

    params = {"TableName": "t"}
    assert carrying("dynamodb", "PutItem", params) is params


@pytest.mark.usefixtures("decided")
def test_callers_objects(aws: Any, sqs: Seen) -> None:
    """Dictionaries and lists that were passed in are as they were."""
    attributes = {"kind": text("gift")}
    entries = [{"Id": "1", "MessageBody": "b", "MessageAttributes": attributes}]
    events = [{"Source": "s", "DetailType": "d", "Detail": "{}"}]
    records = [{"Data": bytearray(b"{}"), "PartitionKey": "p"}]
    before = copy.deepcopy((attributes, entries, events, records))
    url = aws("sqs").create_queue(QueueName="callers")["QueueUrl"]

    sqs.client.send_message_batch(QueueUrl=url, Entries=entries)
    Seen(aws("events"), {}).client.put_events(Entries=events)
    Seen(aws("kinesis"), {}).client.put_records(StreamName="s", Records=records)

    assert before == (attributes, entries, events, records)
    assert NAME in sqs.params["Entries"][0]["MessageAttributes"]


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("send_message", {"MessageBody": "b", "MessageAttributes": [1]}),
        ("send_message", {"MessageBody": "b", "MessageAttributes": "ab"}),
        ("send_message", {"MessageBody": 7, "MessageAttributes": {"a": 1}}),
        ("send_message_batch", {}),
        ("send_message_batch", {"Entries": None}),
        ("send_message_batch", {"Entries": ["ab", None]}),
        ("send_message_batch", {"Entries": iter(())}),
        ("send_message_batch", {"Entries": [{"Id": "1", "MessageAttributes": 9}]}),
    ],
)
def test_wrong_parameters(
    sqs: Seen, queue: Queue, operation: str, params: dict[str, Any]
) -> None:
    """Parameters that boto3 refuses are refused by boto3, in its own words."""
    with pytest.raises(ParamValidationError):
        getattr(sqs.client, operation)(QueueUrl=queue.url, **params)


@pytest.mark.usefixtures("decided")
def test_threads(sqs: Seen, queue: Queue) -> None:
    """What a thread of a pool sends carries the invocation's decision."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(
            sqs.client.send_message, QueueUrl=queue.url, MessageBody="b"
        ).result()

    assert {NAME: OURS} == sqs.params["MessageAttributes"]


@pytest.mark.usefixtures("decided")
def test_resources(queue: Queue) -> None:
    """The resource API sends through clients too."""
    resource = boto3.resource(
        "sqs",
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    resource.Queue(queue.url).send_message(MessageBody="hello")

    assert [("hello", {NAME: OURS})] == queue.received()


def sent_twice(client: Any, code: str) -> list[Any]:
    """The parameters of a call that AWS refuses the first time."""
    seen: list[Any] = []
    note = client.meta.events.register
    note("before-parameter-build.*.*", lambda params, **_: seen.append(params))
    with Stubber(client) as stubber:
        stubber.add_client_error("send_message", code)
        stubber.add_response("send_message", {"MessageId": "1"})
        client.send_message(
            QueueUrl="https://sqs.example/q",
            MessageBody="b",
            MessageAttributes={"a": text("x")},
        )
    return seen


def fresh(service: str) -> Any:
    """A client whose listeners are its own."""
    return boto3.Session(
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    ).client(service)


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize("code", ["InvalidParameterValue", "InvalidMessageContents"])
def test_refused(code: str) -> None:
    """What AWS refuses with a decision goes as the caller made it, and is counted."""
    first, second = sent_twice(fresh("sqs"), code)

    assert {"a", NAME} == set(first["MessageAttributes"])
    assert {"a"} == set(second["MessageAttributes"])
    assert {"sqs": 1} == propagation.skipped


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize("code", ["InternalError", "AccessDeniedException"])
def test_refused_for_good(code: str) -> None:
    """Nothing is repeated that may have been done, or is not ours to mend."""
    with pytest.raises(ClientError, match=code):
        sent_twice(fresh("sqs"), code)


@pytest.mark.usefixtures("decided")
def test_refused_with_a_file() -> None:
    """Nothing is repeated whose file has been read."""
    client = fresh("lambda")
    with Stubber(client) as stubber:
        stubber.add_client_error("invoke", "RequestTooLargeException")
        with pytest.raises(ClientError, match="RequestTooLarge"):
            client.invoke(FunctionName="f", Payload=io.BytesIO(b"{}"))


@pytest.mark.usefixtures("decided")
def test_the_callers_own_mistakes() -> None:
    """What AWS refuses without a decision too raises as it does without us."""
    client = fresh("sqs")
    with Stubber(client) as stubber:
        stubber.add_client_error("send_message", "InvalidParameterValue", "ours?")
        stubber.add_client_error("send_message", "InvalidParameterValue", "theirs")
        with pytest.raises(ClientError, match="theirs") as caught:
            client.send_message(QueueUrl="https://sqs.example/q", MessageBody="b")

    assert caught.value.__context__ is None


def test_installing_twice(sqs: Seen) -> None:
    """Installing again hooks nothing twice."""
    method = type(sqs.client)._make_api_call  # noqa: SLF001 - what is hooked
    propagation.install()

    assert method is type(sqs.client)._make_api_call  # noqa: SLF001 - same

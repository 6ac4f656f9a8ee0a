"""An AWS in memory, what clients hand to botocore, and a decision that is current."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

import flags
from flags import propagation
from flags.current import set_current
from flags.token import Token

WIRE = "v1~shop.green.12"
OURS = {"StringValue": WIRE, "DataType": "String"}
NUMBERS = itertools.count()
KIB = 1024
MIB = 1024 * KIB


@pytest.fixture(autouse=True)
def _nothing_current() -> Iterator[None]:
    """Each test begins and ends without a decision."""
    set_current(None)
    propagation.skipped.clear()
    yield
    set_current(None)
    propagation.skipped.clear()


@pytest.fixture
def decided() -> Token:
    """The decision that is current in the test."""
    token = Token.parse(WIRE)
    assert token is not None
    set_current(token)
    assert flags.current() == token
    return token


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


class Queue:
    """A queue: its address, and what it has received."""

    def __init__(self, client: Any, **attributes: str) -> None:
        self.client = client
        name = f"orders-{next(NUMBERS)}" + (".fifo" if attributes else "")
        made = client.create_queue(QueueName=name, Attributes=attributes)
        self.url = made["QueueUrl"]
        self.arn = f"arn:aws:sqs:eu-west-1:123456789012:{name}"

    def received(self) -> list[tuple[str, Any]]:
        """Bodies with their attributes."""
        found = self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        messages = found.get("Messages", [])
        return [(m["Body"], m.get("MessageAttributes", {})) for m in messages]


@pytest.fixture
def queue(aws: Any) -> Queue:
    """A queue of the AWS in memory."""
    return Queue(aws("sqs"))


@pytest.fixture
def sqs(queue: Queue) -> Seen:
    """The queue's client, looked at."""
    return Seen(queue.client)


def text(value: str) -> dict[str, str]:
    """A message attribute."""
    return {"DataType": "String", "StringValue": value}

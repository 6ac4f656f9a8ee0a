"""DynamoDB GetItem."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from flags.aws.client import AwsClient
from flags.aws.errors import AwsError
from flags.aws.getitem import begin_get_item, get_item

if TYPE_CHECKING:
    from tests.unit.flags.aws.conftest import Loopback

KEY = {"pk": "snapshot", "sk": "version"}


@pytest.fixture(autouse=True)
def _answer(loopback: Loopback) -> None:
    """What the server says."""
    loopback.answer = lambda _seen: loopback.ok(b'{"Item":{"version":{"N":"7"}}}')


def test_item_comes_in_dynamodbs_json(dynamodb: AwsClient) -> None:
    """Types stay: a number is a text under `N`."""
    assert get_item(dynamodb, "rules", KEY, timeout=5) == {"version": {"N": "7"}}


def test_question_equals_boto3s(
    dynamodb: AwsClient, boto: Any, loopback: Loopback
) -> None:
    """boto3, asked the same, sends the same body, target and content type."""
    get_item(dynamodb, "rules", KEY, attributes=["version"], consistent=True, timeout=5)
    boto.get_item(
        TableName="rules",
        Key={name: {"S": value} for name, value in KEY.items()},
        ConsistentRead=True,
        ProjectionExpression="#a0",
        ExpressionAttributeNames={"#a0": "version"},
    )
    ours, botos = loopback.questions()

    assert botos == ours


def test_plain_question_is_short(dynamodb: AwsClient, loopback: Loopback) -> None:
    """What is not asked for is not sent; eventually consistent reads cost half."""
    get_item(dynamodb, "rules", KEY, timeout=5)

    assert loopback.requests[0].body == (
        b'{"TableName":"rules","Key":{"pk":{"S":"snapshot"},"sk":{"S":"version"}}}'
    )


def test_reserved_words_may_be_asked_for(
    dynamodb: AwsClient, loopback: Loopback
) -> None:
    """Attributes go by aliases, each of its own."""
    get_item(dynamodb, "rules", KEY, attributes=["version", "body"], timeout=5)
    sent = json.loads(loopback.requests[0].body)

    assert sent["ProjectionExpression"] == "#a0,#a1"
    assert sent["ExpressionAttributeNames"] == {"#a0": "version", "#a1": "body"}


def test_missing_item_is_none(dynamodb: AwsClient, loopback: Loopback) -> None:
    """An answer without an item says that there is none."""
    loopback.answer = lambda _seen: loopback.ok(b"{}")

    assert get_item(dynamodb, "rules", KEY, timeout=5) is None


def test_reads_may_overlap(dynamodb: AwsClient, loopback: Loopback) -> None:
    """Begin now, ask for the result later."""
    first = begin_get_item(dynamodb, "rules", KEY, timeout=5)
    second = begin_get_item(dynamodb, "rules", KEY, timeout=5)

    assert second.result() == first.result() == {"version": {"N": "7"}}
    assert loopback.connections == 2


def test_given_up_read_frees_its_connection(
    dynamodb: AwsClient, loopback: Loopback
) -> None:
    """A read that nobody waits for leaves nothing behind."""
    begin_get_item(dynamodb, "rules", KEY, timeout=5).close()
    get_item(dynamodb, "rules", KEY, timeout=5)

    assert loopback.connections == 2


def test_refusal_is_raised(dynamodb: AwsClient, loopback: Loopback) -> None:
    """The service's code is in the error."""
    body = b'{"__type":"a#ResourceNotFoundException","message":"no table"}'
    loopback.answer = lambda _seen: loopback.ok(body, status=400)
    with pytest.raises(
        AwsError, match="answered 400 ResourceNotFoundException: no table"
    ):
        get_item(dynamodb, "rules", KEY, timeout=5)


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]"])
def test_other_answers_are_refused(
    dynamodb: AwsClient, loopback: Loopback, body: bytes
) -> None:
    """A page of a captive proxy must not pass for a missing item."""
    loopback.answer = lambda _seen: loopback.ok(body)
    with pytest.raises(AwsError, match="check the endpoint") as caught:
        get_item(dynamodb, "rules", KEY, timeout=5)

    assert caught.value.code == "UnreadableAnswer"

"""DynamoDB UpdateItem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from flags.aws.client import AwsClient
from flags.aws.errors import AwsError, TransportError
from flags.aws.updateitem import REFUSED, update_item

if TYPE_CHECKING:
    from tests.unit.flags.aws.conftest import Loopback

KEY = {"pk": "usage", "sk": "2030-01-31"}
EXPRESSION = "ADD #flags :names SET expires_at = :expires"
NAMES = {"#flags": "flags"}
VALUES: dict[str, dict[str, Any]] = {
    ":names": {"SS": ["gift", "größe"]},
    ":expires": {"N": "1900000000"},
}


@pytest.fixture(autouse=True)
def _answer(loopback: Loopback) -> None:
    """What the server says."""
    loopback.answer = lambda _seen: loopback.ok(b"{}")


def change(dynamodb: AwsClient, timeout: float = 5) -> None:
    """Add names to a day."""
    update_item(
        dynamodb,
        "rules",
        KEY,
        EXPRESSION,
        names=NAMES,
        values=VALUES,
        timeout=timeout,
    )


def test_question_equals_boto3s(
    dynamodb: AwsClient, boto: Any, loopback: Loopback
) -> None:
    """boto3, asked the same, sends the same body, target and content type."""
    change(dynamodb)
    boto.update_item(
        TableName="rules",
        Key={name: {"S": value} for name, value in KEY.items()},
        UpdateExpression=EXPRESSION,
        ExpressionAttributeNames=NAMES,
        ExpressionAttributeValues={
            ":names": {"SS": ["gift", "größe"]},
            ":expires": {"N": "1900000000"},
        },
    )
    ours, botos = loopback.questions()

    assert botos == ours


def test_refusal_is_raised(dynamodb: AwsClient, loopback: Loopback) -> None:
    """The service's code is in the error."""
    body = b'{"__type":"a#AccessDeniedException","Message":"not you"}'
    loopback.answer = lambda _seen: loopback.ok(body, status=400)

    with pytest.raises(AwsError, match="answered 400 AccessDeniedException: not you"):
        change(dynamodb)


def test_silence_is_raised(dynamodb: AwsClient, loopback: Loopback) -> None:
    """Nobody waits longer than the timeout."""
    loopback.answer = lambda _seen: loopback.raw(pause=5)

    with pytest.raises(TransportError):
        change(dynamodb, timeout=0.05)


def test_conditions_equal_boto3s(
    dynamodb: AwsClient, boto: Any, loopback: Loopback
) -> None:
    """So does a question with a condition that wants the item back."""
    loopback.answer = lambda _seen: loopback.ok(b'{"Attributes":{"n":{"N":"3"}}}')
    item = update_item(
        dynamodb,
        "rules",
        KEY,
        EXPRESSION,
        names=NAMES,
        values=VALUES,
        condition="attribute_not_exists(#flags)",
        returned="ALL_NEW",
        timeout=5,
    )
    boto.update_item(
        TableName="rules",
        Key={name: {"S": value} for name, value in KEY.items()},
        UpdateExpression=EXPRESSION,
        ExpressionAttributeNames=NAMES,
        ExpressionAttributeValues=VALUES,
        ConditionExpression="attribute_not_exists(#flags)",
        ReturnValues="ALL_NEW",
    )
    ours, botos = loopback.questions()

    assert botos == ours
    assert item == {"n": {"N": "3"}}


def test_a_condition_that_does_not_hold_has_a_name(
    dynamodb: AwsClient, loopback: Loopback
) -> None:
    """Callers tell it from other refusals by its code."""
    body = f'{{"__type":"com.amazonaws.dynamodb.v20120810#{REFUSED}"}}'.encode()
    loopback.answer = lambda _seen: loopback.ok(body, status=400)

    with pytest.raises(AwsError) as caught:
        change(dynamodb)
    assert caught.value.code == REFUSED


def test_an_answer_without_the_item_is_an_error(
    dynamodb: AwsClient, loopback: Loopback
) -> None:
    """Where one was asked for; else nobody looks."""
    change(dynamodb)
    bodies = iter((b"{}", b"<html>", b"[]"))
    loopback.answer = lambda _seen: loopback.ok(next(bodies))
    for _ in range(3):
        with pytest.raises(AwsError, match="UnreadableAnswer"):
            update_item(
                dynamodb,
                "rules",
                KEY,
                EXPRESSION,
                names=NAMES,
                values=VALUES,
                returned="ALL_NEW",
                timeout=5,
            )

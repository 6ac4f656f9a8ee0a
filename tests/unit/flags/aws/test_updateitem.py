"""DynamoDB UpdateItem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from flags.aws.client import AwsClient
from flags.aws.errors import AwsError, TransportError
from flags.aws.updateitem import update_item

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

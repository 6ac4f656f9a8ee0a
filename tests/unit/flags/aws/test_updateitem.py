"""DynamoDB UpdateItem."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

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


@pytest.fixture
def dynamodb(loopback: Loopback) -> AwsClient:
    """A client of the server."""
    loopback.answer = lambda _seen: loopback.ok(b"{}")
    return AwsClient.from_environ(
        "dynamodb",
        {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "hush",
            "AWS_ENDPOINT_URL": loopback.url,
        },
    )


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


def test_question_equals_boto3s(dynamodb: AwsClient, loopback: Loopback) -> None:
    """boto3, asked the same, sends the same body, target and content type."""
    change(dynamodb)
    boto = boto3.client(
        "dynamodb",
        region_name="eu-west-1",
        endpoint_url=loopback.url,
        aws_access_key_id="AKID",
        aws_secret_access_key="hush",
        config=Config(retries={"total_max_attempts": 1}),
    )
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
    boto.close()
    ours, botos = loopback.requests

    assert json.loads(botos.body) == json.loads(ours.body)
    assert (botos.method, botos.target) == (ours.method, ours.target)
    for name in ("x-amz-target", "content-type"):
        assert botos.headers[name] == ours.headers[name]


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

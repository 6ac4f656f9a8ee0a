"""Secrets Manager GetSecretValue."""

from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from flags.aws.client import AwsClient
from flags.aws.errors import AwsError, TransportError
from flags.aws.getsecret import get_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.flags.aws.conftest import Loopback

NAME = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf"
SECRET = '{"current": "k1", "keys": {"größe": "\\u00fc"}}'
ANSWER = {"ARN": NAME, "Name": "keys", "SecretString": SECRET}


@pytest.fixture(autouse=True)
def _answer(loopback: Loopback) -> None:
    """What the server says."""
    loopback.answer = lambda _seen: loopback.ok(json.dumps(ANSWER).encode())


@pytest.fixture
def secretsmanager(loopback: Loopback) -> AwsClient:
    """Our client of the server."""
    environ = {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKID",
        "AWS_SECRET_ACCESS_KEY": "hush",
        "AWS_ENDPOINT_URL": loopback.url,
    }
    return AwsClient.from_environ("secretsmanager", environ)


@pytest.fixture
def boto(loopback: Loopback) -> Iterator[Any]:
    """boto3's client of the server."""
    session: Any = boto3.Session(
        region_name="eu-west-1",
        aws_access_key_id="AKID",
        aws_secret_access_key="hush",
    )
    config = Config(retries={"total_max_attempts": 1})
    client = session.client("secretsmanager", endpoint_url=loopback.url, config=config)
    yield client
    client.close()


def test_question_and_answer_equal_boto3s(
    secretsmanager: AwsClient, boto: Any, loopback: Loopback
) -> None:
    """boto3, asked the same, sends the same and reads the same out of the answer."""
    found = get_secret(secretsmanager, NAME, timeout=5)
    theirs = boto.get_secret_value(SecretId=NAME)["SecretString"]
    ours, botos = loopback.questions()

    assert botos == ours
    assert found == theirs == SECRET


def test_it_is_signed_for_its_service(
    secretsmanager: AwsClient, loopback: Loopback
) -> None:
    """The scope of the signature names it."""
    get_secret(secretsmanager, NAME, timeout=5)

    scope = "/eu-west-1/secretsmanager/aws4_request"
    assert scope in loopback.requests[0].headers["authorization"]


def test_refusal_is_raised(secretsmanager: AwsClient, loopback: Loopback) -> None:
    """The service's code is in the error."""
    body = b'{"__type":"AccessDeniedException","message":"not you"}'
    loopback.answer = lambda _seen: loopback.ok(body, status=400)

    with pytest.raises(AwsError, match="answered 400 AccessDeniedException: not you"):
        get_secret(secretsmanager, NAME, timeout=5)


def test_silence_is_raised(secretsmanager: AwsClient, loopback: Loopback) -> None:
    """Nobody waits longer than the timeout."""
    loopback.answer = lambda _seen: loopback.raw(pause=5)

    with pytest.raises(TransportError):
        get_secret(secretsmanager, NAME, timeout=0.05)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>hush",
        b"",
        b"[]",
        b"{}",
        b'"hush"',
        b"[" * 100_000,
        b'{"SecretBinary":"hush"}',
        b'{"SecretString":["hush"]}',
    ],
)
def test_other_answers_are_refused(
    secretsmanager: AwsClient, loopback: Loopback, body: bytes
) -> None:
    """What has no text there is an error, and nothing of the answer is in that."""
    loopback.answer = lambda _seen: loopback.ok(body)
    with pytest.raises(AwsError, match="check the endpoint") as caught:
        get_secret(secretsmanager, NAME, timeout=5)

    assert caught.value.code == "UnreadableAnswer"
    told = "".join(traceback.format_exception(caught.value)) + str(vars(caught.value))
    assert "hush" not in told
    assert caught.value.__context__ is None

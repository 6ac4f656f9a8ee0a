"""What is read in confidence: GetParameter and GetSecretValue, which are alike."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from flags.aws.client import AwsClient
from flags.aws.errors import AwsError, TransportError
from flags.aws.getparameter import get_parameter
from flags.aws.getsecret import get_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.flags.aws.conftest import Loopback

SECRET = '{"current": "k1", "keys": {"größe": "\\u00fc"}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One operation: how we and boto3 ask, what AWS answers, and what is no answer."""

    service: str
    name: str
    ask: Callable[..., str]
    ask_boto: Callable[[Any, str], str]
    answer: dict[str, Any]
    wrong: tuple[bytes, ...]


PARAMETER = Case(
    service="ssm",
    name="/canary/token-keys",
    ask=get_parameter,
    ask_boto=lambda boto, name: boto.get_parameter(Name=name, WithDecryption=True)[
        "Parameter"
    ]["Value"],
    answer={"Parameter": {"Name": "n", "Type": "SecureString", "Value": SECRET}},
    wrong=(b'{"Parameter":"hush"}', b'{"Parameter":{"Value":["hush"]}}'),
)
IN_SECRETS_MANAGER = Case(
    service="secretsmanager",
    name="arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf",
    ask=get_secret,
    ask_boto=lambda boto, name: boto.get_secret_value(SecretId=name)["SecretString"],
    answer={"Name": "keys", "SecretString": SECRET},
    wrong=(b'{"SecretBinary":"hush"}', b'{"SecretString":["hush"]}'),
)
CASES = (PARAMETER, IN_SECRETS_MANAGER)
NO_ANSWERS = (b"<html>hush", b"", b"[]", b"{}", b'"hush"', b"[" * 100_000)


@pytest.fixture(params=CASES, ids=lambda case: case.service)
def case(request: pytest.FixtureRequest, loopback: Loopback) -> Case:
    """An operation, and the server that answers it."""
    found: Case = request.param
    loopback.answer = lambda _seen: loopback.ok(json.dumps(found.answer).encode())
    return found


@pytest.fixture
def ours(case: Case, loopback: Loopback) -> AwsClient:
    """Our client of the server."""
    environ = {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKID",
        "AWS_SECRET_ACCESS_KEY": "hush",
        "AWS_ENDPOINT_URL": loopback.url,
    }
    return AwsClient.from_environ(case.service, environ)


@pytest.fixture
def boto(case: Case, loopback: Loopback) -> Iterator[Any]:
    """boto3's client of the server."""
    session: Any = boto3.Session(
        region_name="eu-west-1",
        aws_access_key_id="AKID",
        aws_secret_access_key="hush",
    )
    config = Config(retries={"total_max_attempts": 1})
    client = session.client(case.service, endpoint_url=loopback.url, config=config)
    yield client
    client.close()


def test_question_and_answer_equal_boto3s(
    case: Case, ours: AwsClient, boto: Any, loopback: Loopback
) -> None:
    """boto3, asked the same, sends the same and reads the same out of the answer."""
    found = case.ask(ours, case.name, timeout=5)
    theirs = case.ask_boto(boto, case.name)
    asked, botos = loopback.questions()

    assert botos == asked
    assert found == theirs == SECRET


def test_it_is_signed_for_its_service(
    case: Case, ours: AwsClient, loopback: Loopback
) -> None:
    """The scope of the signature names it."""
    case.ask(ours, case.name, timeout=5)

    scope = f"/eu-west-1/{case.service}/aws4_request"
    assert scope in loopback.requests[0].headers["authorization"]


def test_refusal_is_raised(case: Case, ours: AwsClient, loopback: Loopback) -> None:
    """The service's code is in the error."""
    body = b'{"__type":"AccessDeniedException","message":"not you"}'
    loopback.answer = lambda _seen: loopback.ok(body, status=400)

    with pytest.raises(AwsError, match="answered 400 AccessDeniedException: not you"):
        case.ask(ours, case.name, timeout=5)


def test_silence_is_raised(case: Case, ours: AwsClient, loopback: Loopback) -> None:
    """Nobody waits longer than the timeout."""
    loopback.answer = lambda _seen: loopback.raw(pause=5)

    with pytest.raises(TransportError):
        case.ask(ours, case.name, timeout=0.05)


@pytest.mark.parametrize("number", range(len(NO_ANSWERS) + 2))
def test_other_answers_are_refused(
    case: Case, ours: AwsClient, loopback: Loopback, number: int
) -> None:
    """What has no text there is an error, and nothing of the answer is in that."""
    body = (*NO_ANSWERS, *case.wrong)[number]
    loopback.answer = lambda _seen: loopback.ok(body)
    with pytest.raises(AwsError, match="check the endpoint") as caught:
        case.ask(ours, case.name, timeout=5)

    assert caught.value.code == "UnreadableAnswer"
    told = "".join(traceback.format_exception(caught.value)) + str(vars(caught.value))
    assert "hush" not in told
    assert caught.value.__context__ is None

"""Where the keys of overrides are read, and what comes of it when they can't be."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from flags.aws.client import AwsClient
from flags.seal import Keys, mint
from flags.token import Token
from router.trust import Trust, in_secrets_manager
from tests.unit.flags.aws.conftest import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = 1_800_000_000
SECRET = b"0123456789abcdef" * 2
KEYS = Keys(current="k2", secrets={"k2": SECRET})
SENT = Token(
    members=(mint(KEYS, "flags", "shop", "green", subject_key="ana", expires=NOW + 60),)
)


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A server in the place of both services."""
    server = Loopback()
    yield server
    server.stop()


@pytest.fixture
def clients(loopback: Loopback) -> Callable[[str], AwsClient]:
    """Clients of it, as the composition makes them."""
    environ = {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKID",
        "AWS_SECRET_ACCESS_KEY": "private",
        "AWS_ENDPOINT_URL": loopback.url,
    }
    return lambda service: AwsClient.from_environ(service, environ)


DOCUMENT = json.dumps({"current": "k2", "keys": {"k2": b64encode(SECRET).decode()}})
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf"


ANSWERS = {
    "AmazonSSM.GetParameter": {"Parameter": {"Value": DOCUMENT}},
    "secretsmanager.GetSecretValue": {"SecretString": DOCUMENT},
}


@pytest.mark.parametrize(
    ("where", "question"),
    [
        ("/token-keys", {"Name": "/token-keys", "WithDecryption": True}),
        (ARN, {"SecretId": ARN}),
    ],
)
def test_from_environ(
    loopback: Loopback,
    clients: Callable[[str], AwsClient],
    where: str,
    question: dict[str, Any],
) -> None:
    """The place of the keys says which service is asked, once there is an override."""
    loopback.answer = lambda seen: loopback.ok(
        json.dumps(ANSWERS[seen.headers["x-amz-target"]]).encode()
    )
    environ = {"CANARY_TOKEN_KEYS": where, "CANARY_TABLE": "flags"}
    trust = Trust.from_environ(environ, clients, lambda: NOW)
    assert not loopback.connections

    for _ in range(3):
        assert SENT == trust.admit(SENT, "ana", public=True)
    assert [question] == [json.loads(seen.body) for seen in loopback.requests]


@pytest.mark.parametrize("environ", [{}, {"CANARY_TOKEN_KEYS": ""}])
def test_from_an_environ_without_keys(
    loopback: Loopback,
    clients: Callable[[str], AwsClient],
    environ: dict[str, str],
) -> None:
    """No place, no keys, and nobody is asked."""
    trust = Trust.from_environ(environ, clients, lambda: NOW)

    assert Token() == trust.admit(SENT, "ana", public=True)
    assert {"NO_KEYS": 1} == trust.refused
    assert not loopback.connections


@pytest.mark.parametrize(
    "answer",
    [
        {"Parameter": {"Value": "hush"}},
        {"Parameter": {"Value": DOCUMENT.replace("k2", "hush-hush")}},
        {"Parameter": "hush"},
        None,
    ],
)
def test_broken_keys_are_no_keys(
    loopback: Loopback, clients: Callable[[str], AwsClient], answer: Any
) -> None:
    """They are told, without anything that stands in them."""
    loopback.answer = lambda _seen: loopback.ok(json.dumps(answer).encode())
    environ = {"CANARY_TOKEN_KEYS": "keys", "CANARY_TABLE": "flags"}
    trust = Trust.from_environ(environ, clients, lambda: NOW)

    assert Token() == trust.admit(SENT, "ana", public=True)
    assert {"NO_KEYS": 1} == trust.refused
    assert trust.problem
    assert "hush" not in trust.problem


def test_nobody_waits_for_keys(
    loopback: Loopback, clients: Callable[[str], AwsClient]
) -> None:
    """A service that says nothing costs one request a moment, and the others none."""
    loopback.answer = lambda _seen: loopback.raw(pause=30)
    environ = {"CANARY_TOKEN_KEYS": "keys", "CANARY_TABLE": "flags"}
    trust = Trust.from_environ(environ, clients, lambda: NOW)

    for _ in range(3):
        assert Token() == trust.admit(SENT, "ana", public=True)
    assert 1 == loopback.connections
    assert trust.problem
    assert "TransportError" in trust.problem


def test_an_environment_that_names_nobody() -> None:
    """Without a region or credentials there are no keys, and still an answer."""
    environ = {"CANARY_TOKEN_KEYS": "keys", "CANARY_TABLE": "flags"}
    trust = Trust.from_environ(
        environ, lambda service: AwsClient.from_environ(service, {}), lambda: NOW
    )

    assert Token() == trust.admit(SENT, "ana", public=True)
    assert {"NO_KEYS": 1} == trust.refused


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (ARN, True),
        (ARN.replace("arn:aws", "arn:aws-cn"), True),
        ("arn:aws:ssm:eu-west-1:123456789012:parameter/keys", False),
        ("/secretsmanager/keys", False),
        ("arn:keys", False),
        ("", False),
    ],
)
def test_in_secrets_manager(where: str, *, expected: bool) -> None:
    """ARNs of secrets, and nothing else."""
    assert expected is in_secrets_manager(where)

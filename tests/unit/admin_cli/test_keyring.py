"""The keys of overrides, where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from admin_cli.keyring import keyring, render, rotated
from flags.errors import StoreUnavailable
from flags.seal import InvalidKeys, Keys
from router.trust import in_secrets_manager
from tests.unit.admin_cli.test_session import STACK, STACKS, stacks
from tests.unit.flags.aws.conftest import Loopback

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary

__all__ = ["stacks"]
PLACE = "/canary/token-keys"
KEYS = Keys(current="k1", secrets={"k1": b"0123456789abcdef" * 2})


def client(name: str) -> Any:
    """boto3's client of a service."""
    return boto3.Session().client(name)


def test_rendered_keys_are_read_back() -> None:
    """What is written is what routers read."""
    both = rotated(KEYS, drop_previous=False)

    assert both == Keys.parse(render(both))
    assert KEYS.secrets["k1"] == both.secrets["k1"]
    assert 32 == len(both.secrets["k2"])


@pytest.mark.parametrize(
    ("kids", "new"),
    [((), "k1"), (("k9", "k10"), "k11"), (("old",), "k1"), (("kk", "k2"), "k3")],
)
def test_a_new_key_has_a_new_id(kids: tuple[str, ...], new: str) -> None:
    """One more than the highest, whatever people called theirs."""
    secrets = dict.fromkeys(kids, b"0" * 16)
    before = Keys(current=kids[-1], secrets=secrets) if kids else None

    made = rotated(before, drop_previous=False)

    assert new == made.current
    assert {new, *kids[-1:]} == set(made.secrets)


@pytest.mark.parametrize(
    "where",
    [
        "canary/keys",
        "/",
        "/canary keys",
        "/" + 64 * "k",
        "arn:aws:s3:::keys",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:" + 90 * "k",
    ],
)
def test_a_place_that_no_router_can_have_is_refused(canary: Canary, where: str) -> None:
    """The template refuses it as well, so nothing is made there."""
    result = canary("token", "rotate", "--token-keys", where)

    assert (2, "") == (result.code, result.out)
    assert result.err.startswith(f"canary: error: --token-keys: {where!r} is no place")
    assert client("ssm").describe_parameters()["Parameters"] == []


@pytest.mark.parametrize(
    "where",
    [
        PLACE,
        f"arn:aws:ssm:eu-west-1:123456789012:parameter{PLACE}",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf",
        "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:keys-AbCdEf",
    ],
)
def test_the_command_and_the_router_look_in_the_same_service(where: str) -> None:
    """Both tell a parameter from a secret alike."""
    asked: list[str] = []
    keyring(where, asked.append)

    assert ["secretsmanager" if in_secrets_manager(where) else "ssm"] == asked


def test_a_secret_in_secrets_manager() -> None:
    """By its ARN; it is created by its owner, and may be empty at first."""
    manager = client("secretsmanager")
    arn = manager.create_secret(Name="keys")["ARN"]
    ring = keyring(arn, client)
    assert ring.find() is None

    ring.write(KEYS)

    assert KEYS == keyring(arn, client).keys()
    assert render(KEYS) == manager.get_secret_value(SecretId=arn)["SecretString"]


def test_a_secret_that_is_not_there() -> None:
    """An ARN can't be created; that is told when it is written to."""
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf"
    ring = keyring(arn, client)
    with pytest.raises(StoreUnavailable, match=r"there are no keys at arn:.* rotate"):
        ring.keys()
    with pytest.raises(StoreUnavailable, match=r"there is nothing at arn:.*create it"):
        ring.write(KEYS)


def test_a_parameter_by_its_arn() -> None:
    """It is written by its name."""
    client("ssm").put_parameter(Name=PLACE, Value=render(KEYS), Type="SecureString")
    arn = f"arn:aws:ssm:eu-west-1:123456789012:parameter{PLACE}"
    ring = keyring(arn, client)
    made = rotated(ring.find(), drop_previous=False)

    ring.write(made)

    assert made == keyring(PLACE, client).keys()


def test_a_parameter_keeps_its_kms_key() -> None:
    """A rotation doesn't move it under AWS's own."""
    ssm = client("ssm")
    ssm.put_parameter(
        Name=PLACE, Value=render(KEYS), Type="SecureString", KeyId="alias/mine"
    )
    ring = keyring(PLACE, client)

    ring.write(rotated(ring.find(), drop_previous=True))

    (found,) = ssm.describe_parameters()["Parameters"]
    assert ("alias/mine", 2) == (found["KeyId"], found["Version"])


def test_two_that_begin_at_once() -> None:
    """The parameter that somebody made meanwhile is not overwritten unread."""
    first, second = keyring(PLACE, client), keyring(PLACE, client)
    assert first.find() is second.find() is None
    first.write(KEYS)

    with pytest.raises(StoreUnavailable, match="ParameterAlreadyExists"):
        second.write(rotated(None, drop_previous=False))
    assert KEYS == first.keys()


def test_what_is_no_keys_document_is_left_alone(canary: Canary) -> None:
    """A misspelt place may be another's secret: nothing is written, nothing told."""
    client("ssm").put_parameter(Name=PLACE, Value="hush-hush", Type="SecureString")
    with pytest.raises(InvalidKeys):
        keyring(PLACE, client).keys()

    result = canary("token", "rotate", "--token-keys", PLACE)

    assert (5, "") == (result.code, result.out)
    assert "canary: error: the token keys can't be used: " in result.err
    assert "hush" not in result.err
    found = client("ssm").get_parameter(Name=PLACE, WithDecryption=True)
    assert "hush-hush" == found["Parameter"]["Value"]


@pytest.mark.usefixtures("table")
def test_no_keys_say_what_to_do(canary: Canary) -> None:
    """The remedy is in the line."""
    argv = ("token", "mint", "shop", "green", "--key", "ana", "--token-keys", PLACE)

    result = canary(*argv)

    assert (5, "") == (result.code, result.out)
    assert (
        f"canary: error: there are no keys at {PLACE}: `canary token rotate` makes "
        "some\n" == result.err
    )


@pytest.mark.usefixtures("table", "stacks")
def test_the_stack_says_where_the_keys_are(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it says which table."""
    keyed = STACK.format(name="keyed", key="TokenKeys", value=PLACE)
    monkeypatch.setitem(STACKS, "keyed", (200, keyed))

    result = canary("--stack-name", "keyed", "token", "rotate")
    bare = canary("--stack-name", "mine", "token", "rotate")

    assert PLACE == result.data["where"]
    assert (5, "") == (bare.code, bare.out)
    assert (
        "canary: error: the stack mine has no output TokenKeys: name the router's "
        "stack with --stack-name, or its key store with --token-keys\n" == bare.err
    )


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_SSM", "AWS_ENDPOINT_URL"])
def test_an_endpoint_that_is_none(
    canary: Canary, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It is bad input, as for the table."""
    monkeypatch.setenv(name, "foo")

    assert 2 == canary("token", "rotate", "--token-keys", PLACE).code


def test_nobody_answers(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, and the code of a table that can't be reached."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    result = canary("token", "rotate", "--token-keys", PLACE)

    assert (5, "") == (result.code, result.out)
    assert "AWS can't be reached at http://127.0.0.1:9; " in result.err


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AccessDeniedException", f"access to the keys at {PLACE} is denied: "),
        (
            "ExpiredTokenException",
            "the sign-in has ended (ExpiredTokenException): sign in again",
        ),
        (
            "InternalServerError",
            f"the keys at {PLACE} can't be had (InternalServerError: not now)",
        ),
    ],
)
def test_what_aws_refuses(
    canary: Canary, monkeypatch: pytest.MonkeyPatch, code: str, told: str
) -> None:
    """One line says which keys, and what to do."""
    server = Loopback()
    body = f'{{"__type": "{code}", "message": "not now"}}'.encode()
    server.answer = lambda _seen: server.ok(body, status=400)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", server.url)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    result = canary("token", "rotate", "--token-keys", PLACE)
    server.stop()

    assert (5, "") == (result.code, result.out)
    assert result.err.startswith(f"canary: error: {told}")

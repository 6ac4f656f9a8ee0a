"""Who signs, and for how long."""

from __future__ import annotations

import json
import socket
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from flags.aws.credentials import (
    Credentials,
    CredentialSource,
    container_request,
    from_environ,
)
from flags.aws.errors import NoCredentials
from flags.aws.transport import Transport

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.flags.aws.conftest import Loopback, Reply

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0
KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hush"}


class Scene:
    """A source of credentials, a clock to turn, and a server that lends keys."""

    def __init__(self, server: Loopback, **environ: str) -> None:
        self.now = NOW
        self.server = server
        self.expires = NOW + HOUR
        self.status = 200
        server.answer = lambda _seen: self.lend()
        environ = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/creds?id=7",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "tok",
            **environ,
        }
        self.source = CredentialSource(
            environ, now=lambda: self.now, transport=Transport()
        )

    def lend(self) -> Reply:
        """Keys with a serial number, so that a refresh shows."""
        answer = {
            "AccessKeyId": f"AKID{self.asked}",
            "SecretAccessKey": "hush",
            "Token": "session",
            "Expiration": time.strftime(
                "%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.expires)
            ),
        }
        return self.server.ok(json.dumps(answer).encode(), status=self.status)

    @property
    def asked(self) -> int:
        """How often the server was asked."""
        return len(self.server.requests)


@pytest.fixture
def scene(loopback: Loopback) -> Scene:
    """A container that lends keys for an hour."""
    return Scene(loopback)


def test_environment_is_read_at_each_call() -> None:
    """Lambda rotates the keys in place."""
    environ = {**KEYS, "AWS_SESSION_TOKEN": "one"}
    source = CredentialSource(environ, now=lambda: NOW, transport=Transport())
    assert source().session_token == "one"
    environ["AWS_SESSION_TOKEN"] = "two"

    assert source() == Credentials(
        access_key_id="AKID", secret_access_key="hush", session_token="two"
    )


def test_environment_comes_before_the_container(loopback: Loopback) -> None:
    """Where there are keys, nobody is asked."""
    scene = Scene(loopback, **KEYS)

    assert scene.source().access_key_id == "AKID"
    assert scene.asked == 0


@pytest.mark.parametrize("missing", sorted(KEYS))
def test_half_a_pair_is_an_error(missing: str) -> None:
    """Half a pair is a mistake, and the message names the missing half."""
    environ = {name: value for name, value in KEYS.items() if name != missing}
    with pytest.raises(NoCredentials, match=f"{missing} is not set"):
        from_environ(environ)


def test_none_at_all() -> None:
    """The message says what to set."""
    source = CredentialSource({}, now=lambda: NOW, transport=Transport())
    with pytest.raises(NoCredentials) as caught:
        source()

    assert str(caught.value) == (
        "credentials: none in the environment, and no container endpoint either; "
        "give the function a role, or set AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN if they are temporary)"
    )


def test_secrets_do_not_show() -> None:
    """Credentials that end in a log do no harm."""
    text = repr(
        Credentials(access_key_id="A", secret_access_key="hush", session_token="shh")
    )

    assert text == "Credentials(access_key_id='A')"


def test_container_lends(scene: Scene) -> None:
    """The token is shown, the query kept, and the answer understood."""
    assert scene.source() == Credentials(
        access_key_id="AKID1", secret_access_key="hush", session_token="session"
    )
    (seen,) = scene.server.requests
    assert seen.target == "/creds?id=7"
    assert seen.headers["authorization"] == "tok"


def test_lent_keys_are_kept_until_five_minutes_before_expiry(scene: Scene) -> None:
    """One question an hour, asked in good time."""
    scene.source()
    scene.now += 54 * 60 + 59
    assert scene.source().access_key_id == "AKID1"
    scene.now += 1
    scene.expires += HOUR

    assert scene.source().access_key_id == "AKID2"
    assert scene.source().access_key_id == "AKID2"
    assert scene.asked == 2


def test_failed_refresh_keeps_what_still_holds(scene: Scene) -> None:
    """While the old keys hold, a failing endpoint is asked only now and then."""
    scene.source()
    scene.status = 400
    scene.now += 56 * 60
    for _ in range(3):
        assert scene.source().access_key_id == "AKID1"
    assert scene.asked == 2
    scene.now += 30
    scene.source()

    assert scene.asked == 3


def test_expired_keys_are_not_used(scene: Scene) -> None:
    """After expiry a failing endpoint is an error."""
    scene.source()
    scene.status = 400
    scene.now += HOUR
    with pytest.raises(NoCredentials, match="answered 400"):
        scene.source()


def test_server_error_is_asked_again_once(scene: Scene) -> None:
    """A fault of the server may pass; asking twice is harmless."""
    scene.status = 503
    with pytest.raises(NoCredentials, match="answered 503"):
        scene.source()

    assert scene.asked == 2


def test_forget_asks_anew(scene: Scene) -> None:
    """After a restore from a snapshot the old keys are not trusted."""
    scene.source()
    scene.source.forget()

    assert scene.source().access_key_id == "AKID2"


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"Expiration": "soon"}', b'{"Expiration": 1}']
)
def test_other_answers_are_refused(loopback: Loopback, body: bytes) -> None:
    """What is not credentials is reported as such."""
    scene = Scene(loopback)
    loopback.answer = lambda _seen: loopback.ok(body)
    with pytest.raises(NoCredentials, match="something else than credentials"):
        scene.source()


def test_unreachable_container(loopback: Loopback) -> None:
    """The reason of the failure is in the message."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    scene = Scene(loopback, AWS_CONTAINER_CREDENTIALS_FULL_URI=url)
    with pytest.raises(NoCredentials, match="connection refused"):
        scene.source()


def test_token_file_comes_before_the_token(loopback: Loopback, tmp_path: Path) -> None:
    """The file is read at each question, since it is rotated."""
    file = tmp_path / "token"
    file.write_text("from file\n")
    scene = Scene(loopback, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(file))
    scene.source()
    file.write_text("rotated")
    scene.source.forget()
    scene.source()

    shown = [seen.headers["authorization"] for seen in loopback.requests]
    assert shown == ["from file", "rotated"]


def test_missing_token_file() -> None:
    """A token file that can't be read is named."""
    with pytest.raises(NoCredentials, match="TOKEN_FILE '/nowhere' can't be read"):
        container_request(
            {
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere",
            }
        )


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"RELATIVE_URI": "/v2/x"}, "http://169.254.170.2/v2/x"),
        ({"FULL_URI": "http://localhost:90/x"}, "http://localhost:90/x"),
        ({"FULL_URI": "http://127.9.9.9:90/x"}, "http://127.9.9.9:90/x"),
        ({"FULL_URI": "http://[::1]:90/x"}, "http://[::1]:90/x"),
        ({"FULL_URI": "http://169.254.170.23/v1"}, "http://169.254.170.23/v1"),
        ({"FULL_URI": "https://far.example"}, "https://far.example/"),
    ],
)
def test_trusted_hosts(environ: dict[str, Any], url: str) -> None:
    """This machine, AWS's own addresses, and whatever proves itself by TLS."""
    prefixed = {f"AWS_CONTAINER_CREDENTIALS_{k}": v for k, v in environ.items()}
    request = container_request(prefixed)

    assert f"{request.endpoint}{request.target}" == url


@pytest.mark.parametrize(
    "host", ["far.example", "10.0.0.1", "169.254.169.254", "127.0.0.1.evil.example"]
)
def test_other_hosts_are_refused(host: str) -> None:
    """Over plain HTTP nobody else may tell us who we are."""
    environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{host}/x"}
    with pytest.raises(NoCredentials, match="is not local; use https"):
        container_request(environ)


@pytest.mark.parametrize("url", ["nonsense", "http://a:b/", "http://me@127.0.0.1/"])
def test_malformed_container_url(url: str) -> None:
    """What is no URL is refused as such."""
    with pytest.raises(NoCredentials, match="is no URL"):
        container_request({"AWS_CONTAINER_CREDENTIALS_FULL_URI": url})

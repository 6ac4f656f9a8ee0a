"""Opening connections: refusals, timeouts, TLS."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from flags.aws import addresses
from flags.aws.addresses import Addresses
from flags.aws.connection import Connection, tls_context
from flags.aws.endpoint import Endpoint
from flags.aws.errors import Misconfigured, TransportError
from flags.aws.transport import Request, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.flags.aws.conftest import Loopback

TIMEOUT = 5.0


def get(url: str) -> Request:
    """A plain question to a server."""
    endpoint = Endpoint.parse(url)
    headers = {"host": endpoint.authority}
    return Request(endpoint=endpoint, method="GET", target="/", headers=headers)


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[Addresses]:
    """The addresses that were dialled, while dialling works as ever."""
    dialled: list[Addresses] = []
    dial = addresses.dial

    def counted(found: Addresses, timeout: float) -> socket.socket:
        dialled.append(found)
        return dial(found, timeout)

    monkeypatch.setattr(addresses, "dial", counted)
    return dialled


def test_refused_connection(attempts: list[Addresses]) -> None:
    """Nobody listens: tried twice, nothing sent, and the message says so."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransportError) as caught:
        Transport().begin(get(f"http://127.0.0.1:{port}"), TIMEOUT)

    assert str(caught.value) == (
        f"http://127.0.0.1:{port}: connection refused; "
        "nothing was sent, so it may be repeated"
    )
    assert not caught.value.sent
    assert not caught.value.timed_out
    assert len(attempts) == 2


def test_second_attempt_may_succeed(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A peer that restarts costs a second dial, not an error."""
    dial = addresses.dial
    failures = iter([ConnectionRefusedError(111, "Connection refused")])

    def flaky(found: Addresses, timeout: float) -> socket.socket:
        for failure in failures:
            raise failure
        return dial(found, timeout)

    monkeypatch.setattr(addresses, "dial", flaky)

    assert Transport().begin(get(loopback.url), TIMEOUT).result().status == 200


def test_connect_timeout() -> None:
    """A host that does not answer costs the connect timeout, twice, and no more."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        # Nobody accepts: once the queue is full, the kernel ignores newcomers.
        queue = [socket.socket() for _ in range(4)]
        for filler in queue:
            filler.settimeout(0)
            filler.connect_ex(address)
        with pytest.raises(TransportError, match="no connection in time") as caught:
            Transport(connect_timeout=0.1).begin(
                get(f"http://127.0.0.1:{address[1]}"), TIMEOUT
            )
        for filler in queue:
            filler.close()

    assert not caught.value.sent
    assert caught.value.timed_out


def test_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that does not resolve is reported in words."""

    def unknown(*_args: object) -> socket.socket:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(TransportError, match="name or service not known") as caught:
        Transport().begin(get("http://nowhere.invalid"), TIMEOUT)

    assert not caught.value.sent


def test_kept_connection_that_refuses_the_first_byte_is_replaced(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked alive, took nothing: the call goes out on a fresh connection."""
    dialled: list[socket.socket] = []
    dial = addresses.dial

    def remembered(found: Addresses, timeout: float) -> socket.socket:
        dialled.append(dial(found, timeout))
        return dialled[-1]

    monkeypatch.setattr(addresses, "dial", remembered)
    monkeypatch.setattr(Connection, "quiet", lambda _self: True)
    transport = Transport()
    transport.begin(get(loopback.url), TIMEOUT).result()
    dialled[0].shutdown(socket.SHUT_WR)

    assert transport.begin(get(loopback.url), TIMEOUT).result().status == 200
    assert loopback.connections == 2
    assert len(loopback.requests) == 2


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1 in one file, made by openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    subprocess.run(
        [
            openssl,
            *words.split(),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(path), "-out", f"{path}.crt"),
        ],
        check=True,
        capture_output=True,
    )
    with path.open("a") as file:
        file.write(path.with_suffix(".pem.crt").read_text())
    return path


@pytest.fixture
def secure(certificate: Path, loopback: Loopback) -> Iterator[Loopback]:
    """A server that speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = type(loopback)(context)
    yield server
    server.stop()


def test_tls_connection_is_kept(secure: Loopback, certificate: Path) -> None:
    """AWS_CA_BUNDLE is trusted, and one handshake serves many calls."""
    transport = Transport.from_environ({"AWS_CA_BUNDLE": str(certificate)})
    for _ in range(3):
        assert transport.begin(get(secure.url), TIMEOUT).result().body == b"ok"

    assert secure.connections == 1


def test_session_tickets_are_no_data(secure: Loopback, certificate: Path) -> None:
    """TLS 1.3 sends tickets unasked; a warmed connection is alive all the same."""
    transport = Transport(ca_bundle=str(certificate))
    transport.warm(Endpoint.parse(secure.url))
    time.sleep(0.1)  # the tickets come after the handshake
    transport.begin(get(secure.url), TIMEOUT).result()

    assert secure.connections == 1


@pytest.mark.parametrize("after", ["close", "goodbye"])
def test_dead_tls_connection_is_replaced(
    secure: Loopback, certificate: Path, after: str
) -> None:
    """If the peer hung up, with a good-bye or without, the next call can't tell."""
    secure.answer = lambda _seen: secure.ok(after=after)
    transport = Transport(ca_bundle=str(certificate))
    transport.begin(get(secure.url), TIMEOUT).result()
    assert secure.hung_up.wait(TIMEOUT)

    assert transport.begin(get(secure.url), TIMEOUT).result().status == 200
    assert secure.connections == 2


def test_unknown_certificate(secure: Loopback, attempts: list[Addresses]) -> None:
    """A certificate that nobody vouches for is refused, and not asked for twice."""
    with pytest.raises(TransportError, match="certificate verify failed") as caught:
        Transport().begin(get(secure.url), TIMEOUT)

    assert not caught.value.sent
    assert len(attempts) == 1
    assert secure.requests == []


def test_missing_bundle() -> None:
    """A bundle that is not there is called by its variable's name."""
    transport = Transport.from_environ({"AWS_CA_BUNDLE": "/nowhere.pem"})
    with pytest.raises(Misconfigured) as caught:
        transport.begin(get("https://127.0.0.1:1"), TIMEOUT)

    assert str(caught.value) == (
        "AWS_CA_BUNDLE '/nowhere.pem' can't be read (no such file or directory); "
        "name a PEM file, or unset it"
    )


def test_context_is_shared(certificate: Path) -> None:
    """Roots are loaded once, whatever the number of transports."""
    assert tls_context(str(certificate)) is tls_context(str(certificate))

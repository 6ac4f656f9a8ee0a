"""Calls to AWS through a proxy, as HTTPS_PROXY and NO_PROXY have it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from flags.aws.endpoint import Endpoint
from flags.aws.errors import Misconfigured, TransportError
from flags.aws.proxy import proxy_for
from flags.aws.transport import Request, Transport
from tests.unit.flags.aws.conftest import Loopback

HOST = "dynamodb.eu-west-1.example"
TIMEOUT = 5.0


class Proxy:
    """Opens tunnels to one server, whoever is asked for, or answers what it is told."""

    def __init__(self, port: int) -> None:
        self.answer = b"HTTP/1.1 200 Connection established\r\n\r\n"
        self.asked: list[str] = []
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += sock.recv(1)
        self.asked.append(head.decode())
        sock.sendall(self.answer)
        if b" 200 " not in self.answer:
            sock.close()
            return
        server = socket.create_connection(("127.0.0.1", self._target))
        threading.Thread(target=_pump, args=(server, sock), daemon=True).start()
        _pump(sock, server)

    def close(self) -> None:
        """Open no more."""
        self._listener.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        sink.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of the endpoint in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    names = ("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}")
    key = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    files = ("-keyout", str(path), "-out", str(path.with_suffix(".crt")))
    subprocess.run(
        [openssl, "req", *key, *names, *files], capture_output=True, check=True
    )
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[Loopback]:
    """The endpoint, wherever its name leads."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    made = Loopback(context)
    yield made
    made.stop()


@pytest.fixture
def proxy(server: Loopback) -> Iterator[Proxy]:
    """A proxy that finds it."""
    made = Proxy(server.port)
    yield made
    made.close()


def get(endpoint: str = f"https://{HOST}") -> Request:
    """A plain question."""
    found = Endpoint.parse(endpoint)
    headers = {"host": found.authority}
    return Request(endpoint=found, method="GET", target="/x", headers=headers)


def transport(certificate: Path, **environ: str) -> Transport:
    """A transport with these variables."""
    return Transport.from_environ({"AWS_CA_BUNDLE": str(certificate), **environ})


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_through_a_proxy(
    proxy: Proxy, server: Loopback, certificate: Path, name: str
) -> None:
    """A tunnel is asked for once; what goes through it is between us and AWS."""
    calls = transport(certificate, **{name: proxy.url})
    for _ in range(2):
        assert calls.begin(get(), TIMEOUT).result().status == 200

    (asked,) = proxy.asked
    assert f"CONNECT {HOST}:443 HTTP/1.1\r\nhost: {HOST}:443\r\n\r\n" == asked
    assert ["/x", "/x"] == [seen.target for seen in server.requests]


def test_a_proxy_with_a_password(proxy: Proxy, certificate: Path) -> None:
    """It is told who we are, with what is percent-encoded in the variable."""
    url = proxy.url.replace("http://", "http://ann:p%40ss@")
    transport(certificate, HTTPS_PROXY=url).begin(get(), TIMEOUT).result()

    assert "proxy-authorization: Basic YW5uOnBAc3M=\r\n" in proxy.asked[0]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "answered 'HTTP/1.1 407",
        ),
        (
            b"HTTP/1.1 403 Forbidden\r\nx: y\r\n\r\n",
            "answered 'HTTP/1.1 403 Forbidden'",
        ),
        (b"what?\r\n\r\n", r"answered 'what\?'"),
        (b"", "hung up"),
    ],
)
def test_a_proxy_that_refuses(
    proxy: Proxy, certificate: Path, answer: bytes, told: str
) -> None:
    """Nothing was sent, and the message names the proxy without its password."""
    proxy.answer = answer
    url = proxy.url.replace("http://", "http://ann:secret@")
    with pytest.raises(TransportError, match=told) as caught:
        transport(certificate, HTTPS_PROXY=url).begin(get(), TIMEOUT)

    assert not caught.value.sent
    assert proxy.url.removeprefix("http://") in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_proxy_that_is_away(certificate: Path) -> None:
    """The endpoint can't be reached, and nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    calls = transport(certificate, HTTPS_PROXY=f"http://127.0.0.1:{port}")
    with pytest.raises(TransportError, match="connection refused"):
        calls.begin(get(), TIMEOUT)


@pytest.mark.parametrize(
    ("listed", "direct"),
    [
        ("", False),
        ("*", True),
        (HOST, True),
        (f"a.b, {HOST.upper()} ,", True),
        (f"{HOST}:443", True),
        (f"{HOST}:8443", False),
        ("example", True),
        (".eu-west-1.example", True),
        ("*.eu-west-1.example", True),
        ("xample", False),
        ("dynamodb", False),
        (f"x{HOST}", False),
    ],
)
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_hosts_without_a_proxy(name: str, listed: str, *, direct: bool) -> None:
    """Names with all below them, and nothing that only ends alike."""
    environ = {"HTTPS_PROXY": "http://proxy:3128", name: listed}

    assert direct is (proxy_for(Endpoint.parse(f"https://{HOST}"), environ) is None)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4566",
        "http://localhost:80",
        "http://169.254.170.2",
        "http://[::1]:1",
        "https://127.0.0.1:4566",
    ],
)
def test_this_machine_needs_no_proxy(url: str) -> None:
    """Credentials and emulators are here."""
    environ = {"HTTPS_PROXY": "http://p:1", "HTTP_PROXY": "http://p:1"}

    assert proxy_for(Endpoint.parse(url), environ) is None


@pytest.mark.parametrize("host", ["127.evil.example", "localhost.example"])
def test_names_that_only_look_like_this_machine(host: str) -> None:
    """They are elsewhere."""
    environ = {"HTTPS_PROXY": "http://p:1"}

    assert proxy_for(Endpoint.parse(f"https://{host}"), environ) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://p.example:3128", "proxy p.example:3128"),
        ("p.example:3128", "proxy p.example:3128"),
        ("http://p.example/", "proxy p.example:80"),
        ("http://a:b@[::1]:1", "proxy ::1:1"),
    ],
)
def test_how_a_proxy_is_named(text: str, expected: str) -> None:
    """With or without `http://`, and 80 is the usual port."""
    found = proxy_for(Endpoint.parse(f"https://{HOST}"), {"https_proxy": text})

    assert expected == str(found)
    assert "Basic" not in repr(found)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"HTTPS_PROXY": "https://p:1"}, "HTTPS_PROXY names no proxy that speaks HTTP"),
        ({"HTTPS_PROXY": "socks5://p:1"}, "write http://host:port"),
        ({"HTTPS_PROXY": "http://:1"}, "write http://host:port"),
        ({"HTTPS_PROXY": "http://u:secret@p:x"}, "HTTPS_PROXY is not a URL"),
    ],
)
def test_what_cannot_be_honoured(environ: dict[str, str], told: str) -> None:
    """It is refused, and a password is not told."""
    with pytest.raises(Misconfigured, match=told) as caught:
        proxy_for(Endpoint.parse(f"https://{HOST}"), environ)

    assert "secret" not in str(caught.value)


def test_no_proxy_without_tls() -> None:
    """Signed requests are not shown to a proxy."""
    endpoint = Endpoint.parse("http://dynamodb.internal:8000")
    with pytest.raises(Misconfigured, match=r"name dynamodb\.internal in NO_PROXY"):
        proxy_for(endpoint, {"HTTP_PROXY": "http://p:1"})
    assert proxy_for(endpoint, {"HTTPS_PROXY": "http://p:1"}) is None

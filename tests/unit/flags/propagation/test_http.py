"""Requests to listed hosts carry the decision, whichever library sends them."""

from __future__ import annotations

import asyncio
import http.client
import inspect
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import aiohttp
import httpcore
import httpx
import pytest
import urllib3

from flags import propagation
from flags.propagation import hosts
from flags.token import NAME
from tests.unit.flags.propagation.conftest import WIRE

requests: Any = pytest.importorskip("requests")  # published without types

Headers = dict[str, str]


class Handler(BaseHTTPRequestHandler):
    """Notes what comes, and sends `/away` on to another host."""

    seen: ClassVar[list[tuple[str, list[str]]]] = []
    baggage: ClassVar[list[list[str]]] = []
    server: ThreadingHTTPServer

    def do_GET(self) -> None:
        """Answer."""
        host = str(self.headers["Host"])
        self.seen.append((host, self.headers.get_all(NAME) or []))
        self.baggage.append(self.headers.get_all("baggage") or [])
        away = self.path.endswith("/away")
        self.send_response(302 if away else 200)
        if away:
            port = self.server.server_port
            self.send_header("Location", f"http://127.0.0.1:{port}/home")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_CONNECT(self) -> None:
        """Note it, and refuse."""
        self.seen.append((self.path, self.headers.get_all(NAME) or []))
        self.send_error(502)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a server listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _hooked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`localhost` is listed, and 127.0.0.1 is not."""
    monkeypatch.setenv("CANARY_HTTP_HOSTS", "localhost")
    propagation.install()
    Handler.seen.clear()
    Handler.baggage.clear()
    yield
    hosts.allow("")


def by_http_client(url: str, headers: Headers) -> None:
    """The standard library, with no redirects."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host)
    connection.request("GET", f"/{path}", headers=headers)
    connection.getresponse().read()
    connection.close()


def by_urllib(url: str, headers: Headers) -> None:
    """The standard library, with redirects."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - loopback
    urllib.request.urlopen(request).close()  # noqa: S310 - same


def by_urllib3(url: str, headers: Headers) -> None:
    """urllib3."""
    with urllib3.PoolManager() as pool:
        pool.request("GET", url, headers=headers)


def by_requests(url: str, headers: Headers) -> None:
    """A session of requests, whose headers are the caller's."""
    with requests.Session() as session:
        session.get(url, headers=headers, timeout=5)


def by_httpx(url: str, headers: Headers) -> None:
    """Httpx."""
    with httpx.Client(follow_redirects=True, trust_env=False) as client:
        client.get(url, headers=headers)


def by_async_httpx(url: str, headers: Headers) -> None:
    """Httpx in a loop."""

    async def run() -> None:
        async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as client:
            await client.get(url, headers=headers)

    asyncio.run(run())


def by_aiohttp(url: str, headers: Headers) -> None:
    """Aiohttp."""

    async def run() -> None:
        async with (
            aiohttp.ClientSession() as client,
            client.get(url, headers=headers) as answer,
        ):
            await answer.read()

    asyncio.run(run())


Get = Callable[[str, Headers], None]
CLIENTS = [
    by_http_client,
    by_urllib,
    by_urllib3,
    by_requests,
    by_httpx,
    by_async_httpx,
    by_aiohttp,
]
each_client = pytest.mark.parametrize("get", CLIENTS)


@each_client
@pytest.mark.usefixtures("decided")
def test_listed(get: Get, port: int) -> None:
    """A listed host gets the header, once; the caller's headers stay as they are."""
    headers = {"X-Kind": "gift"}
    get(f"http://localhost:{port}/", headers)

    assert [(f"localhost:{port}", [WIRE])] == Handler.seen
    assert {"X-Kind": "gift"} == headers


@each_client
@pytest.mark.usefixtures("decided")
def test_not_listed(get: Get, port: int) -> None:
    """Any other host doesn't."""
    get(f"http://127.0.0.1:{port}/", {})

    assert [(f"127.0.0.1:{port}", [])] == Handler.seen


@each_client
@pytest.mark.usefixtures("decided")
def test_redirected(get: Get, port: int) -> None:
    """A redirect to another host leaves the header behind."""
    get(f"http://localhost:{port}/away", {})

    away: list[Any] = [] if get is by_http_client else [(f"127.0.0.1:{port}", [])]
    assert [(f"localhost:{port}", [WIRE]), *away] == Handler.seen


@each_client
@pytest.mark.usefixtures("decided")
def test_a_decision_already(get: Get, port: int) -> None:
    """A request that has one keeps it, in whatever case."""
    get(f"http://localhost:{port}/", {"Canary-Decision": "v1~shop.blue.1"})

    assert [(f"localhost:{port}", ["v1~shop.blue.1"])] == Handler.seen


@each_client
def test_nothing_current(get: Get, port: int) -> None:
    """Without a decision there is no header."""
    get(f"http://localhost:{port}/", {})

    assert [(f"localhost:{port}", [])] == Handler.seen


@each_client
@pytest.mark.usefixtures("decided")
def test_signed(get: Get, port: int) -> None:
    """A signed request carries it to a host that is listed by its full name only."""
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}
    get(f"http://localhost:{port}/", signed)
    hosts.allow(".localhost,.0.0.1")
    get(f"http://127.0.0.1:{port}/", signed)
    get(f"http://127.0.0.1:{port}/", {})

    assert [[WIRE], [], [WIRE]] == [found for _, found in Handler.seen]


@pytest.mark.usefixtures("decided")
def test_by_a_proxy(port: int) -> None:
    """Behind a proxy it is the host asked for that counts, not the proxy's."""
    with urllib3.ProxyManager(f"http://localhost:{port}") as proxy:
        proxy.request("GET", "http://elsewhere.example/x")
        hosts.allow("elsewhere.example, ::1")
        proxy.request("GET", "http://elsewhere.example:81/x")
        proxy.request("GET", "http://else.example/?http://elsewhere.example/")
        proxy.request("GET", "http://[::1]:81/x")
    raw = http.client.HTTPConnection("localhost", port)
    for end in ("/", "?", "#", "\\"):
        raw.request("GET", f"http://else.example{end}@elsewhere.example/")
        raw.getresponse().read()
    raw.close()

    assert [[], [WIRE], [], [WIRE], *[[]] * 4] == [found for _, found in Handler.seen]


@pytest.mark.usefixtures("decided")
def test_the_way_through_a_proxy(port: int) -> None:
    """A proxy that is asked for a way to a listed host is not told the decision."""
    hosts.allow("elsewhere.example")
    url, proxy = "https://elsewhere.example/", f"http://127.0.0.1:{port}"

    async def by_aiohttp() -> None:
        async with aiohttp.ClientSession() as client:
            await client.get(url, proxy=proxy)

    with pytest.raises(aiohttp.ClientHttpProxyError):
        asyncio.run(by_aiohttp())
    with pytest.raises(requests.exceptions.ProxyError):
        requests.get(url, proxies={"https": proxy}, timeout=10)
    with pytest.raises(httpx.ProxyError):
        httpx.get(url, proxy=proxy)

    assert [("elsewhere.example:443", [])] * 3 == Handler.seen


@each_client
@pytest.mark.usefixtures("decided")
def test_baggage(get: Get, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Baggage is left alone, unless it is to carry the decision to listed hosts."""
    given = {"Baggage": "user=ann;a, b=%C3%A9"}
    get(f"http://localhost:{port}/", dict(given))
    monkeypatch.setattr("flags.carriers.headers.BAGGAGE", True)
    get(f"http://localhost:{port}/", {})
    get(f"http://localhost:{port}/", given)
    get(f"http://localhost:{port}/", {"baggage": f"{NAME}=v1~shop.blue.1"})
    get(f"http://127.0.0.1:{port}/", {})

    own = "user=ann;a, b=%C3%A9"
    member = f"{NAME}={WIRE}"
    assert [
        [own],
        [member],
        [f"{own},{member}"],
        [f"{NAME}=v1~shop.blue.1"],
        [],
    ] == Handler.baggage
    assert given == {"Baggage": own}


BAGGAGES = [("baggage", "a=1"), ("baggage", "b=2")]


def two_by_http_client(url: str, headers: list[tuple[str, str]]) -> None:
    """By the standard library."""
    connection = http.client.HTTPConnection("localhost", int(url.split(":")[2]))
    connection.putrequest("GET", "/")
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    connection.getresponse().read()
    connection.close()


def two_by_httpx(url: str, headers: list[tuple[str, str]]) -> None:
    """By httpx."""
    httpx.get(url, headers=headers)


def two_by_aiohttp(url: str, headers: list[tuple[str, str]]) -> None:
    """By aiohttp."""

    async def run() -> None:
        async with (
            aiohttp.ClientSession() as client,
            client.get(url, headers=headers) as answer,
        ):
            await answer.read()

    asyncio.run(run())


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize("get", [two_by_http_client, two_by_httpx, two_by_aiohttp])
def test_baggage_in_two_headers(
    get: Callable[[str, Any], None], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them is lost, and a decision in any of them is kept."""
    monkeypatch.setattr("flags.carriers.headers.BAGGAGE", True)
    url, kept = f"http://localhost:{port}", f"{NAME}=v1~shop.blue.1"
    get(url, BAGGAGES)
    get(url, [BAGGAGES[0], ("baggage", kept)])

    first, second = (sorted(found) for found in Handler.baggage)
    assert [f"a=1,{NAME}={WIRE}", "b=2"] == first
    assert ["a=1", kept] == second


@each_client
@pytest.mark.usefixtures("decided")
def test_failures(get: Get, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that can't be given a decision goes without, and is counted."""
    for name in ("http_client", "http_core", "http_aio"):
        monkeypatch.setattr(f"flags.propagation.{name}.permits", None)
    get(f"http://localhost:{port}/", {})

    assert [(f"localhost:{port}", [])] == Handler.seen
    assert {"http": 1} == propagation.skipped


def test_methods_stay_of_their_kind() -> None:
    """What is asynchronous looks so, for those who ask before they call."""
    assert inspect.iscoroutinefunction(
        httpcore.AsyncConnectionPool.handle_async_request
    )
    assert inspect.iscoroutinefunction(aiohttp.ClientRequest.send)
    assert not inspect.iscoroutinefunction(httpcore.ConnectionPool.handle_request)


def test_hooked_once() -> None:
    """Installing again hooks nothing twice."""
    methods = [
        http.client.HTTPConnection.endheaders,
        aiohttp.ClientRequest.send,
    ]
    propagation.install()

    assert methods == [
        http.client.HTTPConnection.endheaders,
        aiohttp.ClientRequest.send,
    ]

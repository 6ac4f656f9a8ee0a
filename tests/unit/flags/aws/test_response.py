"""Answers as streams of bytes, with `http.client` as the oracle."""

from __future__ import annotations

import contextlib
import http.server
import io
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.aws.endpoint import Endpoint
from flags.aws.response import MAX_BODY, MAX_HEAD, Answer, BadAnswer, read
from flags.aws.transport import Request, Transport

OK = b"HTTP/1.1 200 OK\r\n"
TEN = OK + b"Content-Length: 10\r\n\r\n0123456789"
PLAIN = OK + b"content-length: 0\r\n"


def received(data: bytes, portions: list[int] | None = None) -> Callable[[int], bytes]:
    """A stream that gives the data in portions, and the rest as asked for."""
    stream, sizes = io.BytesIO(data), iter(portions or ())
    return lambda limit: stream.read(min(limit, next(sizes, limit)))


def answer(data: bytes, method: str = "POST") -> Answer:
    """The answer in a stream."""
    return read(received(data), method)


class Stream(io.BytesIO):
    """What `http.client` takes for a socket."""

    def makefile(self, _mode: str) -> Stream:
        """Itself."""
        return self


def oracle(data: bytes, method: str) -> Answer:
    """What `http.client` reads."""
    stream: Any = Stream(data)
    response = HTTPResponse(stream, method=method)
    response.begin()
    body = response.read()
    headers = {
        name.lower(): ", ".join(map(str.rstrip, response.headers.get_all(name, ())))
        for name in response.headers
    }
    return response.status, headers, body, not response.will_close


BODIES = st.binary(max_size=300)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True).filter(
    lambda name: (
        name.lower()
        not in {"transfer-encoding", "content-length", "connection", "keep-alive"}
    )
)
WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
CONNECTIONS = st.sampled_from([b"", b"Connection: close\r\n", b"connection: Close\r\n"])


@st.composite
def chunked(draw: st.DrawFn, body: bytes) -> bytes:
    """A body in chunks of any size, with extensions and trailers."""
    out, left = b"", body
    while left:
        size = draw(st.integers(1, len(left)))
        mark = draw(st.sampled_from([b"", b";a=b", b"; c"]))
        digits = draw(st.sampled_from(["x", "X", "04x"]))
        out += format(size, digits).encode() + mark + b"\r\n" + left[:size] + b"\r\n"
        left = left[size:]
    return out + b"0\r\n" + draw(st.sampled_from([b"", b"X-Sum: 1\r\n"])) + b"\r\n"


@st.composite
def answers(draw: st.DrawFn) -> tuple[bytes, str]:
    """A good answer that says where it ends, and the method that was asked with."""
    status = draw(st.sampled_from([200, 201, 204, 301, 304, 400, 404, 500, 503, 599]))
    reason = draw(st.sampled_from([b"", b" ", b" OK", b" Not Found Here"]))
    fields = draw(st.dictionaries(NAMES, WORDS, max_size=4))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    method = draw(st.sampled_from(["GET", "POST", "HEAD"]))
    body = draw(BODIES)
    # The library looks for chunks where there can't be any.
    if status not in {204, 304} and draw(st.booleans()):
        lines += "Transfer-Encoding: Chunked\r\n"
        framed = draw(chunked(body))
    else:
        lines += f"Content-Length:  {len(body)} \r\n"
        framed = body
    if method == "HEAD" or status in {204, 304}:
        framed = b""
    early = draw(st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n"]))
    head = b"HTTP/1.1 %d%s\r\n" % (status, reason)
    text = lines.encode() + draw(CONNECTIONS)
    return early + head + text + b"\r\n" + framed, method


@given(case=answers())
def test_equals_http_client(case: tuple[bytes, str]) -> None:
    """Status, headers, body and whether the connection lives are the library's."""
    data, method = case

    assert oracle(data, method) == answer(data, method)


@given(case=answers(), portions=st.lists(st.integers(1, 9), max_size=200))
def test_portions_make_no_difference(
    case: tuple[bytes, str], portions: list[int]
) -> None:
    """However the network cuts an answer into portions, it is the same."""
    data, method = case

    assert answer(data, method) == read(received(data, portions), method)


@given(case=answers(), place=st.floats(0, 1, exclude_max=True))
def test_half_an_answer_is_none(case: tuple[bytes, str], place: float) -> None:
    """Cut off anywhere, an answer with an end of its own is an error."""
    data, method = case
    with pytest.raises(BadAnswer, match="cut off"):
        answer(data[: int(place * len(data))], method)


@given(data=st.binary(max_size=100) | BODIES.map(OK.__add__))
def test_total(data: bytes) -> None:
    """Whatever comes is an answer or `BadAnswer`, and nothing else."""
    with contextlib.suppress(BadAnswer):
        assert 200 <= answer(data)[0] <= 999


def test_body_until_the_end() -> None:
    """Without a length the body is all that comes, and the connection is used up."""
    assert (200, {}, b"all\r\n", False) == answer(OK + b"\r\nall\r\n")


@pytest.mark.parametrize("method", ["POST", "HEAD"])
def test_more_than_the_answer(method: str) -> None:
    """What comes behind an answer must not become the next one."""
    assert answer(TEN + OK, method)[3] is False


@pytest.mark.parametrize(
    ("version", "connection", "kept"),
    [
        (b"HTTP/1.1", b"", True),
        (b"HTTP/1.1", b"Connection: x, Close\r\n", False),
        (b"HTTP/1.0", b"", False),
        (b"HTTP/1.0", b"Connection: Keep-Alive\r\n", True),
    ],
)
def test_who_keeps_the_connection(
    version: bytes, connection: bytes, *, kept: bool
) -> None:
    """HTTP/1.1 keeps it unless it says otherwise, and HTTP/1.0 the other way round."""
    data = version + b" 200 OK\r\ncontent-length: 1\r\n" + connection + b"\r\nx"

    assert kept is answer(data)[3]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "cut off"),
        (b"hello\r\n\r\n", "not an answer of HTTP"),
        (b"HTTP/2 200 OK\r\n\r\n", "not an answer of HTTP"),
        (b"HTTP/1.1 20 OK\r\n\r\n", "not an answer of HTTP"),
        (b"HTTP/1.1 2000\r\n\r\n", "not an answer of HTTP"),
        (b"HTTP/1.1 099 Low\r\n\r\n", "not an answer of HTTP"),
        (b"HTTP/1.1  200\r\n\r\n", "not an answer of HTTP"),
        ("HTTP/1.1 ²00\r\n\r\n".encode("latin-1"), "not an answer of HTTP"),
        (b"HTTP/1.1 101 Up\r\n\r\n", "switches"),
        (b"HTTP/1.1 103 Hints\r\n\r\n" * 99, "informational"),
        (PLAIN + b"nonsense\r\n\r\n", "header"),
        (PLAIN + b": x\r\n\r\n", "header"),
        (PLAIN + b"a : x\r\n\r\n", "header"),
        (PLAIN + b" folded: x\r\n\r\n", "header"),
        (PLAIN + b"a: x\ny: z\r\n\r\n", "header"),
        (PLAIN + b"a: x\ry\r\n\r\n", "header"),
        (PLAIN + b"a: x\0\r\n\r\n", "header"),
        (PLAIN + b"content-length: 0\r\n\r\n", "content-length"),
        (OK + b"content-length: -1\r\n\r\n", "content-length"),
        (OK + b"content-length: +1\r\n\r\nx", "content-length"),
        (OK + b"content-length: 1_0\r\n\r\n0123456789", "content-length"),
        (OK + b"content-length: %d\r\n\r\n" % (MAX_BODY + 1), "over"),
        (OK + b"transfer-encoding: gzip, chunked\r\n\r\n", "transfer-encoding"),
        (OK + b"transfer-encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", "size"),
        (OK + b"transfer-encoding: chunked\r\n\r\n\r\n", "size"),
        (OK + b"transfer-encoding: chunked\r\n\r\n-1\r\n", "size"),
        (OK + b"transfer-encoding: chunked\r\n\r\n1\r\nab\r\n", "longer"),
        (OK + b"transfer-encoding: chunked\r\n\r\n%x\r\n" % (MAX_BODY + 1), "over"),
        (OK + b"transfer-encoding: chunked\r\n\r\n1;" + b"x" * 9999, "over"),
        (OK + b"a: " + b"x" * MAX_HEAD, "over"),
        (
            OK + b"transfer-encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * MAX_HEAD,
            "over",
        ),
    ],
)
def test_what_is_no_answer(data: bytes, problem: str) -> None:
    """What is malformed, ambiguous or too big is refused with what is wrong."""
    with pytest.raises(BadAnswer, match=problem):
        answer(data)


def test_endless_body() -> None:
    """A body without a length is bounded too."""
    portions = iter([OK + b"\r\n"])
    with pytest.raises(BadAnswer, match="its body is over"):
        read(lambda limit: next(portions, b"x" * limit), "GET")


class Pages(http.server.BaseHTTPRequestHandler):
    """A page, with its length or without."""

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        if self.path == "/length":
            self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"page")
        self.close_connection = self.path != "/length"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(params=["HTTP/1.0", "HTTP/1.1"])
def library(request: pytest.FixtureRequest) -> Iterator[str]:
    """The library's own server, which speaks one version."""
    handler = type("Handler", (Pages,), {"protocol_version": request.param})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("target", ["/length", "/none"])
def test_the_librarys_server(library: str, target: str) -> None:
    """What Python's own server says is understood, call after call."""
    endpoint, transport = Endpoint.parse(library), Transport()
    for _ in range(2):
        request = Request(
            endpoint=endpoint,
            method="POST",
            target=target,
            headers={"host": endpoint.authority},
            body=b"{}",
        )
        response = transport.begin(request, 5).result()
        assert (200, b"page") == (response.status, response.body)
        assert response.headers["server"].startswith("BaseHTTP/")
    transport.reset()

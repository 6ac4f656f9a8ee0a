"""Kept connections and the two phases, against a real server."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from flags.aws.endpoint import Endpoint
from flags.aws.errors import InvalidRequest, TransportError
from flags.aws.transport import Request, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.flags.aws.conftest import Loopback, Reply, Seen

TIMEOUT = 5.0


def asking(server: Loopback, target: str = "/", body: bytes = b"") -> Request:
    """A request to the server."""
    endpoint = Endpoint.parse(server.url)
    headers = {"host": endpoint.authority}
    return Request(
        endpoint=endpoint, method="POST", target=target, headers=headers, body=body
    )


def by_turns(*replies: Reply) -> Callable[[Seen], Reply]:
    """The first request gets the first reply, and so on."""
    left = iter(replies)
    return lambda _seen: next(left)


def test_second_call_uses_the_first_ones_connection(loopback: Loopback) -> None:
    """One handshake serves all calls that follow each other."""
    transport = Transport()
    for _ in range(5):
        assert transport.begin(asking(loopback), TIMEOUT).result().body == b"ok"

    assert loopback.connections == 1
    assert len(loopback.requests) == 5


def test_response_has_status_headers_and_body(loopback: Loopback) -> None:
    """Names are in lower case; a header that comes twice is joined."""
    loopback.answer = lambda _seen: loopback.raw(
        b"HTTP/1.1 404 Nope\r\nX-Two: a\r\nx-two: b\r\nContent-Length: 3\r\n\r\nbye"
    )
    response = Transport().begin(asking(loopback), TIMEOUT).result()

    assert response.status == 404
    assert response.headers["x-two"] == "a, b"
    assert response.body == b"bye"


def test_result_may_be_asked_again(loopback: Loopback) -> None:
    """The second time costs nothing and gives the same."""
    pending = Transport().begin(asking(loopback), TIMEOUT)

    assert pending.result() is pending.result()
    assert len(loopback.requests) == 1


def test_begin_returns_before_the_answer(loopback: Loopback) -> None:
    """Calls that overlap have a connection each, and each gets its own answer."""
    gates = {"/slow": threading.Event(), "/fast": threading.Event()}
    loopback.answer = lambda seen: loopback.ok(
        seen.target.encode(), wait_for=gates[seen.target]
    )
    transport = Transport()
    slow = transport.begin(asking(loopback, "/slow"), TIMEOUT)
    fast = transport.begin(asking(loopback, "/fast"), TIMEOUT)
    gates["/fast"].set()
    assert fast.result().body == b"/fast"
    gates["/slow"].set()

    assert slow.result().body == b"/slow"
    assert loopback.connections == 2


def test_head_and_body_arrive_together(loopback: Loopback) -> None:
    """One segment, so that no delayed acknowledgement holds the body back."""
    Transport().begin(asking(loopback, body=b"b" * 1000), TIMEOUT).result()

    assert loopback.requests[0].first.endswith(b"\r\n\r\n" + b"b" * 1000)


def test_large_bodies_survive_both_ways(loopback: Loopback) -> None:
    """Six megabytes there and back, unchanged, and the connection is kept."""
    loopback.answer = lambda seen: loopback.ok(seen.body)
    body = os.urandom(6 * 1024 * 1024)
    transport = Transport()
    for _ in range(2):
        response = transport.begin(asking(loopback, body=body), TIMEOUT).result()
        assert hashlib.sha256(response.body).digest() == hashlib.sha256(body).digest()

    assert loopback.connections == 1


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (
            (
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
                b"2\r\nab\r\n0\r\n\r\n"
            ),
            b"ab",
        ),
        (b"HTTP/1.1 204 Empty\r\n\r\n", b""),
        (
            b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx",
            b"x",
        ),
    ],
    ids=["chunked", "no content", "continue first"],
)
def test_other_framings(loopback: Loopback, raw: bytes, body: bytes) -> None:
    """Whatever way the answer's end is marked, the connection is used again."""
    loopback.answer = lambda _seen: loopback.raw(raw)
    transport = Transport()
    for _ in range(2):
        assert transport.begin(asking(loopback), TIMEOUT).result().body == body

    assert loopback.connections == 1


def test_connection_close_is_obeyed(loopback: Loopback) -> None:
    """A server that says good-bye is not written to again."""
    loopback.answer = lambda _seen: loopback.ok(headers={"Connection": "close"})
    transport = Transport()
    for _ in range(2):
        transport.begin(asking(loopback), TIMEOUT).result()

    assert loopback.connections == 2


def test_dead_idle_connection_is_replaced(loopback: Loopback) -> None:
    """If the peer hung up meanwhile, the next call does not notice."""
    loopback.answer = by_turns(loopback.ok(after="close"), loopback.ok(b"new"))
    transport = Transport()
    transport.begin(asking(loopback), TIMEOUT).result()
    assert loopback.hung_up.wait(TIMEOUT)

    assert transport.begin(asking(loopback), TIMEOUT).result().body == b"new"
    assert loopback.connections == 2
    assert len(loopback.requests) == 2


def test_talkative_idle_connection_is_replaced(loopback: Loopback) -> None:
    """Bytes that nobody asked for must not become the next call's answer."""
    said = threading.Event()

    def extra(_seen: Seen) -> Reply:
        if said.is_set():
            return loopback.ok(b"asked for")
        said.set()
        first = loopback.ok().pieces[0]
        return loopback.raw(first, loopback.ok(b"unasked").pieces[0], pause=0.05)

    loopback.answer = extra
    transport = Transport()
    transport.begin(asking(loopback), TIMEOUT).result()
    time.sleep(0.2)

    assert transport.begin(asking(loopback), TIMEOUT).result().body == b"asked for"
    assert loopback.connections == 2


@pytest.mark.parametrize("elapsed", [61.0, -1.0], ids=["old", "clock set back"])
def test_old_idle_connection_is_replaced(loopback: Loopback, elapsed: float) -> None:
    """After a freeze a connection may be dead and look alive: age decides."""
    wall = 1000.0
    transport = Transport(wall=lambda: wall)
    transport.begin(asking(loopback), TIMEOUT).result()
    wall += elapsed
    transport.begin(asking(loopback), TIMEOUT).result()

    assert loopback.connections == 2


def test_idle_connections_are_bounded(loopback: Loopback) -> None:
    """Of three that end together two are kept, so the next three need one more."""
    transport = Transport(idle_limit=2)
    for _ in range(2):
        burst = [transport.begin(asking(loopback), TIMEOUT) for _ in range(3)]
        for pending in burst:
            pending.result()

    assert loopback.connections == 4


def test_reset_drops_idle_connections_and_those_in_use(loopback: Loopback) -> None:
    """After a restore from a snapshot nothing of before is used."""
    transport = Transport()
    used = transport.begin(asking(loopback), TIMEOUT)
    transport.begin(asking(loopback), TIMEOUT).result()
    transport.reset()
    assert used.result().status == 200
    transport.begin(asking(loopback), TIMEOUT).result()

    assert loopback.connections == 3


def test_fork_is_noticed(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child must not talk over its parent's connections."""
    transport = Transport()
    transport.begin(asking(loopback), TIMEOUT).result()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    transport.begin(asking(loopback), TIMEOUT).result()

    assert loopback.connections == 2


def test_warm_opens_the_connection_ahead(loopback: Loopback) -> None:
    """The first call finds the connection that `warm` opened."""
    transport = Transport()
    transport.warm(Endpoint.parse(loopback.url))
    transport.begin(asking(loopback), TIMEOUT).result()

    assert loopback.connections == 1


def test_given_up_call_has_no_result(loopback: Loopback) -> None:
    """Who closes a call gets no answer, and its connection is gone."""
    gate = threading.Event()
    replies = {"/old": loopback.ok(wait_for=gate), "/": loopback.ok(b"new")}
    loopback.answer = lambda seen: replies[seen.target]
    transport = Transport()
    pending = transport.begin(asking(loopback, "/old"), TIMEOUT)
    pending.close()
    gate.set()
    with pytest.raises(TransportError, match="given up") as caught:
        pending.result()

    assert caught.value.sent
    assert transport.begin(asking(loopback), TIMEOUT).result().body == b"new"


@pytest.mark.parametrize(
    "change",
    [
        {"headers": {"x": "secret\r\nx-evil: 1"}},
        {"headers": {"x": "secret\nx-evil: 1"}},
        {"headers": {"x": "secret\rx-evil: 1"}},
        {"headers": {"x\r\ny": "secret"}},
        {"headers": {"x": "secret ü"}},
        {"headers": {"x": "secret\0"}},
        {"target": "/a b"},
        {"target": "/a\r\nx-evil: 1"},
    ],
)
def test_line_breaks_do_not_get_through(
    loopback: Loopback, change: dict[str, object]
) -> None:
    """A value can't become another header; the message does not show the value."""
    plain = asking(loopback)
    parts: dict[str, object] = {"target": "/", "headers": {}, **change}
    request = Request(endpoint=plain.endpoint, method="POST", **parts)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="encode it") as caught:
        Transport().begin(request, TIMEOUT)

    assert "secret" not in str(caught.value)
    assert loopback.connections == 0

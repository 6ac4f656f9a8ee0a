"""Calls that get no answer: what was sent, and what is not repeated."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from flags.aws.endpoint import Endpoint
from flags.aws.errors import TransportError
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


def test_reset_after_sending_is_never_repeated(loopback: Loopback) -> None:
    """The server may have acted on what it read: it must not read it twice."""
    loopback.answer = lambda _seen: loopback.raw(after="reset")
    with pytest.raises(TransportError, match="repeat it only if") as caught:
        Transport().begin(asking(loopback), TIMEOUT).result()

    assert caught.value.sent
    assert not caught.value.timed_out
    assert len(loopback.requests) == 1
    assert loopback.connections == 1


def test_reset_on_a_kept_connection_is_not_repeated_either(loopback: Loopback) -> None:
    """A kept connection that breaks after the write is no licence to repeat."""
    loopback.answer = by_turns(loopback.ok(), loopback.raw(after="reset"))
    transport = Transport()
    transport.begin(asking(loopback), TIMEOUT).result()
    with pytest.raises(TransportError) as caught:
        transport.begin(asking(loopback), TIMEOUT).result()

    assert caught.value.sent
    assert len(loopback.requests) == 2
    assert loopback.connections == 1


def test_truncated_answer_is_an_error(loopback: Loopback) -> None:
    """Half an answer is none."""
    loopback.answer = lambda _seen: loopback.raw(
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", after="close"
    )
    pending = Transport().begin(asking(loopback), TIMEOUT)
    for _ in range(2):
        with pytest.raises(TransportError) as caught:
            pending.result()
        assert caught.value.sent


def test_garbage_is_an_error(loopback: Loopback) -> None:
    """What is not HTTP does not come through as an answer."""
    loopback.answer = lambda _seen: loopback.raw(b"hello\r\n\r\n")
    with pytest.raises(TransportError) as caught:
        Transport().begin(asking(loopback), TIMEOUT).result()

    assert caught.value.sent


def test_silence_times_out(loopback: Loopback) -> None:
    """A call that timed out takes its connection along: the answer may still come."""
    gate = threading.Event()
    loopback.answer = by_turns(loopback.ok(b"late", wait_for=gate), loopback.ok(b"new"))
    transport = Transport()
    begun = time.monotonic()
    with pytest.raises(TransportError, match="no answer in time") as caught:
        transport.begin(asking(loopback), 0.1).result()
    assert caught.value.sent
    assert caught.value.timed_out
    assert 0.1 <= time.monotonic() - begun < 1
    gate.set()

    assert transport.begin(asking(loopback), TIMEOUT).result().body == b"new"
    assert loopback.connections == 2


def test_timeout_bounds_the_whole_answer(loopback: Loopback) -> None:
    """A byte now and then does not keep a call alive."""
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"
    loopback.answer = lambda _seen: loopback.raw(head, *[b"x"] * 100, pause=0.05)
    begun = time.monotonic()
    with pytest.raises(TransportError) as caught:
        Transport().begin(asking(loopback), 0.3).result()

    assert caught.value.timed_out
    assert time.monotonic() - begun < 1


def test_no_time_left_sends_nothing(loopback: Loopback) -> None:
    """A call that can't end in time is not begun."""
    transport = Transport()
    transport.begin(asking(loopback), TIMEOUT).result()
    with pytest.raises(TransportError) as caught:
        transport.begin(asking(loopback), 0)

    assert not caught.value.sent
    assert caught.value.timed_out
    assert len(loopback.requests) == 1


def test_broken_write_on_a_kept_connection_is_not_repeated(loopback: Loopback) -> None:
    """A peer that hangs up in the middle of a body may have acted on its beginning."""
    loopback.body_limit = 1000
    loopback.answer = by_turns(loopback.ok(), loopback.raw(after="reset"))
    transport = Transport()
    transport.begin(asking(loopback), TIMEOUT).result()
    pending = transport.begin(asking(loopback, body=bytes(32 * 1024 * 1024)), TIMEOUT)
    with pytest.raises(TransportError) as caught:
        pending.result()

    assert caught.value.sent
    assert len(loopback.requests) == 2
    assert loopback.connections == 1


def test_refusal_in_the_middle_of_a_body_is_heard(loopback: Loopback) -> None:
    """A peer that hangs up may have said why; its connection is not used again."""
    loopback.body_limit = 1000
    loopback.answer = by_turns(
        loopback.ok(b"too large", status=413, after="close"), loopback.ok()
    )
    transport = Transport()
    body = bytes(32 * 1024 * 1024)
    refused = transport.begin(asking(loopback, body=body), TIMEOUT).result()
    transport.begin(asking(loopback), TIMEOUT).result()

    assert (413, b"too large") == (refused.status, refused.body)
    assert loopback.connections == 2


def test_success_in_the_middle_of_a_body_is_none(loopback: Loopback) -> None:
    """What has not read its request can't have done it."""
    loopback.body_limit = 1000
    loopback.answer = lambda _seen: loopback.ok(after="close")
    body = bytes(32 * 1024 * 1024)
    with pytest.raises(TransportError) as caught:
        Transport().begin(asking(loopback, body=body), TIMEOUT).result()

    assert caught.value.sent


def test_write_that_stalls_was_sent() -> None:
    """A peer that reads nothing lets the call run out of time with bytes under way."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        endpoint = Endpoint.parse(f"http://127.0.0.1:{deaf.getsockname()[1]}")
        request = Request(
            endpoint=endpoint,
            method="POST",
            target="/",
            headers={"host": endpoint.authority},
            body=bytes(32 * 1024 * 1024),
        )
        with pytest.raises(TransportError) as caught:
            Transport().begin(request, 0.2)

    assert caught.value.sent
    assert caught.value.timed_out

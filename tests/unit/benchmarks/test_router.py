"""What the router's benchmark is made of."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from benchmarks import router
from benchmarks.harness.report import table
from benchmarks.plain_router.models import Release
from benchmarks.routing import cold, cpu, latency, wire
from benchmarks.routing.events import KB, LIMIT, MB, Make, direct, http
from benchmarks.routing.floor import ANSWER
from benchmarks.routing.routers import FLOOR, HANDLERS, ROUTERS
from benchmarks.routing.runtime import Failed, Runtime
from flags.bucketing import BUCKETS, bucket, owner
from flags.model import Split
from flags.token import Carried, Token

SPLIT = Split(ends=(30_000, BUCKETS), variants=("green", "blue"))
RELEASE = Release(
    name="shop",
    salt="salt",
    generation=7,
    stable="blue",
    ends=list(SPLIT.ends),
    aliases=list(SPLIT.variants),
)
Pair = tuple[wire.Channel, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A channel, and the peer's end of it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield wire.Channel(ours), theirs


@pytest.mark.parametrize("make", [http, direct])
@pytest.mark.parametrize("size", [KB, 100 * KB, 5 * MB])
def test_events_have_the_size_that_was_asked_for(make: Make, size: int) -> None:
    """To the byte, and they are JSON."""
    event = make("user-1", size)
    assert size == len(event)
    assert "user-1" in str(json.loads(event))


def test_a_body_is_json_in_json() -> None:
    """A request's body is a text with many escapes, as clients send it."""
    event = http("user-1", 10 * KB)
    assert json.loads(json.loads(event)["body"])["lines"]
    assert event.count(b'\\"') > 500


def test_the_largest_event_leaves_room_for_a_decision() -> None:
    """Lambda takes 6 MB, of which a router needs some."""
    assert 6 * MB - LIMIT == KB


def test_the_plain_router_decides_as_ours() -> None:
    """The same alias for each user, under the same token."""
    for number in range(500):
        key = f"user-{number}"
        assert RELEASE.alias(key) == owner(SPLIT, bucket("salt", key))
    assert RELEASE.alias(None) == "blue"
    carried = Carried(release="shop", variant="green", generation=7)
    assert str(Token().with_decision(carried)) == RELEASE.token("green")


def test_messages_are_read_one_by_one(pair: Pair) -> None:
    """Two in one segment are two, each with its body."""
    channel, peer = pair
    peer.sendall(
        b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\n\r\n"
    )
    first, second = channel.read(), channel.read()
    assert ("POST /a HTTP/1.1", b"hi") == (first.first, first.body)
    assert ("GET /b HTTP/1.1", b"") == (second.first, second.body)
    assert first.header("content-length") == "2"
    assert second.header("content-length") is None


def test_whoever_waits_for_leave_gets_it(pair: Pair) -> None:
    """A client that asks whether to go on is told to."""
    channel, peer = pair
    peer.sendall(
        b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
    )
    assert channel.read().body == b"x"
    assert peer.recv(99).startswith(b"HTTP/1.1 100 ")


def test_a_closed_connection_is_gone(pair: Pair) -> None:
    """The end of the stream is no message."""
    channel, peer = pair
    peer.sendall(b"GET / HT")
    peer.shutdown(socket.SHUT_WR)
    with pytest.raises(wire.Gone):
        channel.read()


def test_a_message_is_written_whole(pair: Pair) -> None:
    """Head and body, with the length."""
    channel, peer = pair
    channel.write("HTTP/1.1 200 OK", {"a": "b"}, b"body")
    assert peer.recv(99) == b"HTTP/1.1 200 OK\r\na: b\r\ncontent-length: 4\r\n\r\nbody"


def test_a_function_runs_in_a_real_runtime() -> None:
    """It answers each event, and its CPU time and memory are known."""
    with Runtime(HANDLERS[FLOOR], {}) as runtime:
        runtime.ready()
        before = runtime.cpu()
        for _ in range(3):
            kind, body = runtime.invoke(http("user-1", KB))
            runtime.again()
            assert ("response", ANSWER) == (kind, json.loads(body))
        assert runtime.cpu() > before > 0
        assert runtime.peak() > 1


def test_a_function_that_cannot_start_says_why() -> None:
    """The runtime's own words."""
    with (
        Runtime("benchmarks.nowhere.handler", {}) as runtime,
        pytest.raises(Failed, match=r"No module named 'benchmarks\.nowhere'"),
    ):
        runtime.ready()


def test_latency_keys() -> None:
    """Both ways, and the difference, at both quantiles."""
    found = latency.arranged({"direct": [0.1] * 200, "through": [0.1015] * 200})
    assert found == {
        "direct_p50_ms": 100.0,
        "through_p50_ms": 101.5,
        "added_p50_ms": 1.5,
        "direct_p99_ms": 100.0,
        "through_p99_ms": 101.5,
        "added_p99_ms": 1.5,
    }


def test_table() -> None:
    """Every figure has a line."""
    names = (*ROUTERS, FLOOR)
    cpus = cpu.arranged({(name, size): 2.0 for name in names for size in cpu.SIZES})
    started = cold.arranged({("split", name): 50.0 for name in names}, "split")
    figures = {
        "cold": {**started, "usual_roots": started},
        "request_cpu": cpus,
        "request_cpu_direct": cpus,
        "memory_mb": {"1kb": dict.fromkeys(ROUTERS, 20.0)},
        "added_latency": {"1": {"added_p50_ms": 1.0, "added_p99_ms": 2.0}},
    }

    lines = table(router.rows(figures)).splitlines()

    assert lines[1].split() == ["cold", "50.0", "50.0", "50.0", "1.0"]
    assert len(lines) == 1 + 2 + 2 * len(cpu.SIZES) + 1 + 2

"""Where hosts are, while a resolver answers and while none does."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from flags.aws.addresses import FRESH, LONG, PATIENCE, Directory, dial

PLACE = ("dynamodb.eu-west-1.amazonaws.com", 443)
FOUND = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))]
MOVED = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.2", 443))]


class Resolver:
    """Answers, or doesn't, and takes its time on a clock of its own."""

    def __init__(self) -> None:
        self.now, self.takes, self.asked = 1_000.0, 0.01, 0
        self.answer: list[Any] | None = FOUND

    def getaddrinfo(self, *_: Any) -> list[Any]:
        """As `socket.getaddrinfo`."""
        self.asked += 1
        self.now += self.takes
        if self.answer is None:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure")
        return self.answer


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """The one that the machine has."""
    found = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", found.getaddrinfo)
    monkeypatch.setattr(time, "monotonic", lambda: found.now)
    return found


def test_seldom_asked(resolver: Resolver) -> None:
    """Connections of a minute share a lookup; then a host may have moved."""
    directory = Directory()
    assert directory.addresses(PLACE) == directory.addresses(PLACE) == tuple(FOUND)
    assert 1 == resolver.asked

    resolver.now, resolver.answer = resolver.now + FRESH + 1, MOVED
    assert tuple(MOVED) == directory.addresses(PLACE)


def test_what_is_known_serves_on(resolver: Resolver) -> None:
    """A container that was warm goes on for as long as no resolver answers."""
    directory = Directory()
    directory.addresses(PLACE)
    resolver.answer, resolver.takes = None, 5.0

    for _ in range(10):
        resolver.now += FRESH + 1
        for _connection in range(20):
            assert tuple(FOUND) == directory.addresses(PLACE)
    assert resolver.asked <= 11


def test_an_address_that_is_gone(resolver: Resolver) -> None:
    """Who met nobody there asks again before the minute is over."""
    directory = Directory()
    directory.addresses(PLACE)
    resolver.answer = MOVED

    assert tuple(MOVED) == directory.addresses(PLACE, anew=True)
    assert tuple(MOVED) == directory.addresses(PLACE)


def test_a_resolver_that_is_silent_is_asked_once(resolver: Resolver) -> None:
    """A lookup without an answer costs one request its time, and not each of them."""
    directory = Directory()
    resolver.answer, resolver.takes = None, LONG + 1

    for _ in range(20):
        with pytest.raises(socket.gaierror, match="Temporary failure"):
            directory.addresses(PLACE, anew=True)
    assert 1 == resolver.asked

    resolver.now, resolver.answer = resolver.now + PATIENCE, FOUND
    assert tuple(FOUND) == directory.addresses(PLACE)


def test_a_quick_failure_is_asked_again(resolver: Resolver) -> None:
    """It costs nothing, and may be a blink of the network."""
    directory = Directory()
    resolver.answer = None
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            directory.addresses(PLACE)

    assert 2 == resolver.asked


def test_the_first_address_that_answers() -> None:
    """A host with several is reached by whichever is there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = listener.getsockname()
        with socket.create_server(("127.0.0.1", 0)) as gone:
            nobody = gone.getsockname()
        infos = [
            (socket.AF_INET, socket.SOCK_STREAM, 0, "", one) for one in (nobody, there)
        ]
        with dial(tuple(infos), 5.0) as sock:
            assert there == sock.getpeername()

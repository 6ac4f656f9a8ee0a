"""A network that fails as told: a proxy of TCP between a client and a function.

Each request that the proxy is sent meets the next fault of its plan; after the last
one all goes well. A fault is a function of an `Exchange`, which has the verbs: read
the request, have the function run, say something to the client, break off. The
function counts how often it ran.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.runtime.rig import Headers, Loopback

HEAD_END = b"\r\n\r\n"
RESET = struct.pack("ii", 1, 0)


class Target(Loopback):
    """A function that answers with what it was sent, or with `reply`."""

    def __init__(self) -> None:
        self.ran: list[bytes] = []
        self.reply: bytes | None = None
        self.extra: Headers = {}
        super().__init__()

    def answer(
        self,
        path: str,  # noqa: ARG002
        headers: Any,  # noqa: ARG002
        body: bytes,
    ) -> tuple[int, Headers, bytes]:
        """Run once."""
        self.ran.append(body)
        return 200, self.extra, body if self.reply is None else self.reply


class Over(Exception):
    """The connection is at its end."""


class Exchange:
    """One request and what becomes of it."""

    def __init__(self, sock: socket.socket, target: int, stop: threading.Event) -> None:
        self._sock = sock
        self._target = target
        self._stop = stop
        self._request = b""

    def request(self) -> None:
        """Read the request whole."""
        self._request = message(self._sock)

    def some(self, size: int) -> None:
        """Read no more than the first bytes of the request."""
        if not self._sock.recv(size):
            raise Over

    def run(self) -> bytes:
        """Let the function have it; the answer as it came."""
        with socket.create_connection(("127.0.0.1", self._target)) as upstream:
            upstream.sendall(self._request)
            return message(upstream)

    def say(self, data: bytes) -> None:
        """Send the client something."""
        self._sock.sendall(data)

    def silence(self, seconds: float = 5.0) -> None:
        """Say nothing, until the client has gone or the test is over."""
        deadline = time.monotonic() + seconds
        while not self._stop.wait(0.02) and time.monotonic() < deadline:
            if self._gone():
                raise Over

    def close(self) -> None:
        """Hang up in good order."""
        raise Over

    def reset(self) -> None:
        """Break off."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        raise Over

    def _gone(self) -> bool:
        self._sock.settimeout(0)
        try:
            return not self._sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        finally:
            self._sock.settimeout(None)


Fault = Callable[[Exchange], None]


def well(exchange: Exchange) -> None:
    """Nothing goes wrong."""
    exchange.request()
    exchange.say(exchange.run())


class Proxy:
    """Listens on a loopback port; `plan` says what goes wrong next."""

    def __init__(self, target: Target) -> None:
        self.plan: list[Fault] = []
        self.connections = 0
        self._target = target.port
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        """Close all sockets and wait for the threads."""
        self._stop.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError, Over):
            while True:
                exchange = Exchange(sock, self._target, self._stop)
                # A fault belongs to a request, so wait for its first byte.
                if not sock.recv(1, socket.MSG_PEEK):
                    return
                fault = self.plan.pop(0) if self.plan else well
                fault(exchange)


def message(sock: socket.socket) -> bytes:
    """One message of HTTP, read whole."""
    data = b""
    while HEAD_END not in data:
        data += _more(sock)
    head, _, body = data.partition(HEAD_END)
    parts, missing = [data], _length(head) - len(body)
    while missing > 0:
        parts.append(_more(sock))
        missing -= len(parts[-1])
    return b"".join(parts)


def _more(sock: socket.socket) -> bytes:
    data = sock.recv(1 << 20)
    if not data:
        raise Over
    return data


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found[1]) if found else 0

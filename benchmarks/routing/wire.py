"""HTTP/1.1 over a socket, with none of the comforts: it must not be what is measured.

Laws
1. A message is read whole, and written in one piece, so that nothing waits for a
   delayed acknowledgement.
2. Peers are the runtime's client, boto3, and our own: what these never send (folded
   headers, chunked bodies) is refused.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from ssl import SSLContext
from threading import Thread
from typing import NamedTuple

CHUNK = 256 * 1_024
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect: *100-continue", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


class Gone(Exception):
    """The peer has closed the connection."""


class Message(NamedTuple):
    """A request or an answer: its first line, all of its head, its body."""

    first: str
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """A header's value, whatever its case."""
        pattern = rb"\r\n" + re.escape(name.encode()) + rb": *([^\r]*)"
        found = re.search(pattern, self.head, re.IGNORECASE)
        return found[1].decode("latin-1") if found else None


class Channel:
    """Messages in and out of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._data = bytearray()

    def read(self) -> Message:
        """The next message; raises `Gone`."""
        while (end := self._data.find(b"\r\n\r\n")) < 0:
            self._more()
        head = bytes(self._data[:end])
        if _CHUNKED.search(head):
            raise NotImplementedError(head)
        if _EXPECT.search(head):
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = _LENGTH.search(head)
        start, stop = end + 4, end + 4 + (int(length[1]) if length else 0)
        while len(self._data) < stop:
            self._more()
        body = bytes(self._data[start:stop])
        del self._data[:stop]
        return Message(head.partition(b"\r\n")[0].decode("latin-1"), head, body)

    def write(self, first: str, headers: Mapping[str, str], body: bytes) -> None:
        """A message in one piece."""
        lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
        lines.append(f"content-length: {len(body)}\r\n\r\n")
        self._sock.sendall("\r\n".join(lines).encode("latin-1") + body)

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()

    def _more(self) -> None:
        try:
            data = self._sock.recv(CHUNK)
        except ConnectionError as error:
            raise Gone from error
        if not data:
            raise Gone
        self._data += data


Answer = tuple[str, Mapping[str, str], bytes]


def listening() -> socket.socket:
    """A listening socket on a free loopback port."""
    return socket.create_server(("127.0.0.1", 0), backlog=128)


def serve(context: SSLContext, answer: Callable[[Message], Answer]) -> int:
    """Answer requests over TLS for the rest of the process; gives the port."""
    server = listening()
    Thread(target=_accept, args=(server, context, answer), daemon=True).start()
    port: int = server.getsockname()[1]
    return port


def _accept(
    server: socket.socket, context: SSLContext, answer: Callable[[Message], Answer]
) -> None:
    while True:
        sock, _ = server.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Thread(target=_converse, args=(sock, context, answer), daemon=True).start()


def _converse(
    sock: socket.socket, context: SSLContext, answer: Callable[[Message], Answer]
) -> None:
    with suppress(Gone, OSError), context.wrap_socket(sock, server_side=True) as safe:
        channel = Channel(safe)
        while True:
            channel.write(*answer(channel.read()))

"""A server on the loopback interface that counts what reaches it."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from flags.aws.client import AwsClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request, header names in lower case; `first` is what came at once."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    first: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server does about a request."""

    pieces: tuple[bytes, ...] = ()
    pause: float = 0.0
    after: str = "keep"
    wait_for: threading.Event | None = None


class Loopback:
    """Answers each request with what `answer` says."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answer: Callable[[Seen], Reply] = lambda _seen: self.ok()
        self.body_limit = 1 << 30
        self.connections = 0
        self.requests: list[Seen] = []
        self.hung_up = threading.Event()
        self._stop = threading.Event()
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @staticmethod
    def ok(
        body: bytes = b"ok",
        headers: Mapping[str, str] | None = None,
        *,
        status: int = 200,
        after: str = "keep",
        wait_for: threading.Event | None = None,
    ) -> Reply:
        """An answer with a length; `after` is keep, close, goodbye (TLS) or reset."""
        lines = [f"HTTP/1.1 {status} Words", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        head = "\r\n".join(lines).encode() + HEAD_END
        return Reply(pieces=(head + body,), after=after, wait_for=wait_for)

    @staticmethod
    def raw(*pieces: bytes, pause: float = 0.0, after: str = "keep") -> Reply:
        """Bytes as given, with a pause after each piece; none is silence."""
        return Reply(pieces=pieces, pause=pause, after=after)

    def questions(self) -> list[tuple[str, str, str, str, Any]]:
        """What DynamoDB was asked: method, target, both telling headers, and body."""
        return [
            (
                seen.method,
                seen.target,
                seen.headers["x-amz-target"],
                seen.headers["content-type"],
                json.loads(seen.body),
            )
            for seen in self.requests
        ]

    @property
    def url(self) -> str:
        """Where it listens."""
        scheme = "https" if self._context else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

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
            thread = threading.Thread(target=self._guard, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _guard(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._context:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            self._serve(sock)
        sock.close()
        self.hung_up.set()

    def _serve(self, sock: socket.socket) -> None:
        while (seen := read_request(sock, self.body_limit)) is not None:
            self.requests.append(seen)
            reply = self.answer(seen)
            if reply.wait_for:
                reply.wait_for.wait(5)
            for piece in reply.pieces:
                sock.sendall(piece)
                if self._stop.wait(reply.pause):
                    return
            if reply.after == "reset":
                linger = struct.pack("ii", 1, 0)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            if reply.after == "goodbye" and isinstance(sock, ssl.SSLSocket):
                sock.settimeout(0.05)  # the peer won't answer in kind
                with contextlib.suppress(OSError):
                    sock.unwrap()
            if reply.after != "keep":
                return


def read_request(sock: socket.socket, body_limit: int) -> Seen | None:
    """One request, its body up to a limit, or None at the end of the stream."""
    data = first = sock.recv(1 << 20)
    while HEAD_END not in data:
        if not (more := sock.recv(1 << 20)):
            return None
        data += more
    head, _, body = data.partition(HEAD_END)
    line, *rest = head.decode("ascii").split("\r\n")
    pairs = (field.split(": ", 1) for field in rest)
    headers = {name.lower(): value for name, value in pairs}
    parts = [body]
    length = int(headers.get("content-length", "0"))
    missing = min(length, body_limit) - len(body)
    while missing > 0 and (more := sock.recv(1 << 20)):
        parts.append(more)
        missing -= len(more)
    method, target, _version = line.split(" ")
    return Seen(
        method=method,
        target=target,
        headers=headers,
        body=b"".join(parts),
        first=first,
    )


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A plain server."""
    server = Loopback()
    yield server
    server.stop()


@pytest.fixture
def dynamodb(loopback: Loopback) -> AwsClient:
    """Our client of the server."""
    return AwsClient.from_environ(
        "dynamodb",
        {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "hush",
            "AWS_ENDPOINT_URL": loopback.url,
        },
    )


@pytest.fixture
def boto(loopback: Loopback) -> Iterator[Any]:
    """boto3's client of the server."""
    client = boto3.client(
        "dynamodb",
        region_name="eu-west-1",
        endpoint_url=loopback.url,
        aws_access_key_id="AKID",
        aws_secret_access_key="hush",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()

"""HTTP over kept connections; a call has two phases, write and read.

Laws
1. `begin` returns when the request is written whole; `result` reads the answer. As
   many calls as wanted may be between the two, each on a connection of its own.
2. Once a byte was sent nothing is repeated here: the target may have run. What was
   never sent is tried once more, on a fresh connection.
3. A kept connection is used again only if the peer is silent on it, and not after
   `idle_seconds` by the wall clock: a frozen sandbox misses the peer's good-bye.
4. `timeout` bounds the whole call, from `begin` to the last byte of the answer.
5. No lock: lists give and take one connection at a time. A fork is noticed, and its
   child drops what it inherited.
"""

from __future__ import annotations

import os
import time

from flags.aws.connection import Connection, connect
from flags.aws.errors import InvalidRequest, TransportError
from flags.hints import TYPE_CHECKING
from flags.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flags.aws.endpoint import Endpoint
    from flags.aws.proxy import Proxy

# As `flags.aws.proxy` reads them.
PROXIES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")
BODYLESS = frozenset({"GET", "HEAD"})


class Request(Record):
    """One request; the transport adds `content-length` and nothing else."""

    hidden = frozenset({"body"})

    endpoint: Endpoint
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    def head(self) -> bytes:
        """The lines before the body; refuses what would break out of a line."""
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body or self.method not in BODYLESS:
            lines.append(f"content-length: {len(self.body)}")
        text = "\r\n".join(lines)
        breaks = len(lines) - 1
        if (
            text.count("\n") != breaks
            or text.count("\r") != breaks
            or lines[0].count(" ") != 2  # noqa: PLR2004 - a request line has two
            or not text.isascii()
            or "\0" in text
        ):
            # No values in the message: tokens stand among them.
            msg = (
                f"{self.method} to {self.endpoint} has a line break or a character "
                "outside ASCII in its path or headers; encode it"
            )
            raise InvalidRequest(msg)
        return f"{text}\r\n\r\n".encode("ascii")


class Response(Record):
    """An answer, read whole; header names are in lower case."""

    hidden = frozenset({"body"})

    status: int
    headers: Mapping[str, str]
    body: bytes


class Pending:
    """A request that was sent; `result` waits for the answer.

    Whoever does not want the answer calls `close`. That does not stop the target.
    """

    __slots__ = ("_connection", "_deadline", "_method", "_outcome", "_release")

    def __init__(
        self,
        connection: Connection,
        method: str,
        deadline: float,
        release: Callable[[Connection], None],
    ) -> None:
        self._connection = connection
        self._method = method
        self._deadline = deadline
        self._release = release
        self._outcome: Response | TransportError | None = None

    def result(self) -> Response:
        """The answer; asked again, the same. Raises `TransportError` if none came."""
        if self._outcome is None:
            self._outcome = self._read()
        if isinstance(self._outcome, TransportError):
            raise self._outcome
        return self._outcome

    def close(self) -> None:
        """Give up on the answer, and on the connection that it would come by."""
        if self._outcome is None:
            self._connection.close()
            self._outcome = self._connection.failure("given up", sent=True)

    def _read(self) -> Response | TransportError:
        reusable = False
        try:
            status, headers, body, reusable = self._connection.receive(
                self._method, self._deadline
            )
        except TransportError as error:
            return error
        finally:
            if not reusable:
                self._connection.close()
        if reusable:
            self._release(self._connection)
        return Response(status=status, headers=headers, body=body)


class Transport:
    """Keeps connections, so that only the first call pays for the handshake."""

    def __init__(  # noqa: PLR0913 - each has a default
        self,
        *,
        connect_timeout: float = 1.0,
        idle_limit: int = 8,
        idle_seconds: float = 60.0,
        ca_bundle: str | None = None,
        wall: Callable[[], float] = time.time,
        environ: Mapping[str, str] = {},
    ) -> None:
        """`idle_limit` is per endpoint; `ca_bundle` replaces the system's roots.

        `environ` names proxies, if there are any.
        """
        self._connect_timeout = connect_timeout
        self._idle_limit = idle_limit
        self._idle_seconds = idle_seconds
        self._ca_bundle = ca_bundle
        self._wall = wall
        self._environ = environ
        self._idle: dict[Endpoint, list[Connection]] = {}
        self._generation = 0
        self._pid = os.getpid()

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Transport:
        """A transport that trusts AWS_CA_BUNDLE, and goes through a proxy, if set."""
        return cls(ca_bundle=environ.get("AWS_CA_BUNDLE") or None, environ=environ)

    def begin(self, request: Request, timeout: float) -> Pending:
        """Write the request; the answer is for `Pending.result`."""
        head = request.head()
        deadline = time.monotonic() + timeout
        kept = self._take(request.endpoint)
        if kept is not None:
            try:
                return self._send(kept, request, head, deadline)
            except TransportError as error:
                if error.sent or error.timed_out:
                    raise
        return self._send(
            self._open(request.endpoint, deadline), request, head, deadline
        )

    def warm(self, endpoint: Endpoint) -> None:
        """Open a connection ahead of need: handshakes are cheapest during init."""
        deadline = time.monotonic() + 2 * self._connect_timeout
        self._release(self._open(endpoint, deadline))

    def reset(self) -> None:
        """Drop all idle connections, and those in use as soon as they are done."""
        self._generation += 1
        dropped, self._idle = self._idle, {}
        self._pid = os.getpid()
        for connections in dropped.values():
            for connection in connections:
                connection.close()

    def _open(self, endpoint: Endpoint, deadline: float) -> Connection:
        generation = self._generation
        connection = connect(
            endpoint,
            deadline=deadline,
            timeout=self._connect_timeout,
            ca_bundle=self._ca_bundle,
            proxy=self._proxy(endpoint),
        )
        connection.generation = generation
        return connection

    def _proxy(self, endpoint: Endpoint) -> Proxy | None:
        if not any(map(self._environ.get, PROXIES)):
            return None
        from flags.aws.proxy import proxy_for  # noqa: PLC0415 - few have one

        return proxy_for(endpoint, self._environ)

    def _send(
        self, connection: Connection, request: Request, head: bytes, deadline: float
    ) -> Pending:
        try:
            connection.send(head, request.body, deadline)
        except BaseException:
            connection.close()
            raise
        return Pending(connection, request.method, deadline, self._release)

    def _take(self, endpoint: Endpoint) -> Connection | None:
        if os.getpid() != self._pid:
            self.reset()
        pool = self._idle.get(endpoint, [])
        now = self._wall()
        while True:
            try:
                # The youngest first, so that a burst's extra connections grow old.
                connection = pool.pop()
            except IndexError:
                return None
            age = now - connection.idle_since
            if 0 <= age < self._idle_seconds and connection.quiet():
                return connection
            connection.close()

    def _release(self, connection: Connection) -> None:
        pool = self._idle.setdefault(connection.endpoint, [])
        stale = connection.generation != self._generation
        if stale or len(pool) >= self._idle_limit:
            connection.close()
            return
        connection.idle_since = self._wall()
        pool.append(connection)

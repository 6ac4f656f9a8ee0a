"""One connection: open it, write a request, read an answer.

Requests are written by hand, head and body in one segment, so that no delayed
acknowledgement stalls them; `flags.aws.response` reads the answers.
"""

from __future__ import annotations

import select
import socket
import time
import weakref
from functools import lru_cache

from flags.aws import addresses
from flags.aws.errors import Misconfigured, TransportError
from flags.aws.response import Answer, BadAnswer, read
from flags.hints import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

    from flags.aws.endpoint import Endpoint
    from flags.aws.proxy import Proxy

# Of the process: what one client learns of a host counts for all.
_directory = addresses.Directory()

FIRST_WRITE = 64 * 1024
REFUSED = 400


class Connection:
    """A socket to an endpoint. Every failure becomes a `TransportError`."""

    __slots__ = (
        "__weakref__",
        "_cut",
        "_sock",
        "endpoint",
        "generation",
        "idle_since",
    )

    def __init__(self, endpoint: Endpoint, sock: socket.socket) -> None:
        self._sock = sock
        # For transports and calls that nobody holds any more. `__del__` would be
        # late: in a cycle the socket may go first, with a ResourceWarning.
        weakref.finalize(self, sock.close)
        self.endpoint = endpoint
        self._cut: TransportError | None = None
        self.generation = 0
        self.idle_since = 0.0

    def send(self, head: bytes, body: bytes, deadline: float) -> None:
        """Write head and body, whole unless the peer hangs up meanwhile."""
        first = head + body[:FIRST_WRITE]
        try:
            self._sock.settimeout(_remaining(deadline))
            # If this raises, the kernel took nothing, or less than one TLS record,
            # which the peer can't decipher: nothing was sent.
            taken = self._sock.send(first)
        except OSError as error:
            raise self._failed(error, sent=False) from error
        try:
            for rest in (memoryview(first)[taken:], memoryview(body)[FIRST_WRITE:]):
                if rest:
                    self._sock.settimeout(_remaining(deadline))
                    self._sock.sendall(rest)
        except ConnectionError as error:
            # Who refuses a body half-way may have said why: `receive` looks.
            self._cut = self._failed(error, sent=True)
        except OSError as error:
            raise self._failed(error, sent=True) from error

    def receive(self, method: str, deadline: float) -> Answer:
        """Status, headers, body, and whether the connection may be used again."""
        sock = self._sock

        def some(limit: int) -> bytes:
            sock.settimeout(_remaining(deadline))
            return sock.recv(limit)

        try:
            answer = read(some, method)
        except (OSError, BadAnswer) as error:
            raise self._cut or self._failed(error, sent=True) from error
        if self._cut is None:
            return answer
        status, headers, body, _ = answer
        if status < REFUSED:
            raise self._cut
        return status, headers, body, False

    def quiet(self) -> bool:
        """Whether the peer neither hung up nor spoke out of turn."""
        poller = select.poll()  # select() fails on descriptors above 1,023
        poller.register(self._sock, select.POLLIN)
        try:
            return not poller.poll(0) or self._only_tickets()
        except OSError:
            return False

    def _only_tickets(self) -> bool:
        # TLS 1.3 servers send session tickets when they like; those are no data.
        if self.endpoint.scheme != "https":
            return False
        import ssl  # noqa: PLC0415 - cost; loaded long ago on this path

        self._sock.settimeout(0)
        try:
            self._sock.recv(1)
        except ssl.SSLWantReadError:
            return True
        return False

    def close(self) -> None:
        """Close the socket; may be repeated."""
        self._sock.close()

    def failure(
        self, problem: str, *, sent: bool, timed_out: bool = False
    ) -> TransportError:
        """A `TransportError` about this connection's endpoint."""
        subject = str(self.endpoint)
        return TransportError(subject, problem, sent=sent, timed_out=timed_out)

    def _failed(self, error: Exception, *, sent: bool) -> TransportError:
        timed_out = isinstance(error, TimeoutError)
        problem = "no answer in time" if timed_out else _words(error)
        return self.failure(problem, sent=sent, timed_out=timed_out)


def connect(
    endpoint: Endpoint,
    *,
    deadline: float,
    timeout: float,
    ca_bundle: str | None,
    proxy: Proxy | None = None,
) -> Connection:
    """Open a connection; one that fails is tried once more."""
    context = tls_context(ca_bundle) if endpoint.scheme == "https" else None
    try:
        return _connect(endpoint, context, min(timeout, _remaining(deadline)), proxy)
    except (ConnectionError, TimeoutError, socket.gaierror):
        pass  # a blink of the network, or a peer between two processes
    except OSError as error:
        raise _unreachable(endpoint, error) from error
    try:
        left = min(timeout, _remaining(deadline))
        return _connect(endpoint, context, left, proxy, anew=True)
    except OSError as error:
        raise _unreachable(endpoint, error) from error


def _connect(
    endpoint: Endpoint,
    context: ssl.SSLContext | None,
    timeout: float,
    proxy: Proxy | None,
    *,
    anew: bool = False,
) -> Connection:
    # As bytes where it can be: texts go through a codec that takes long to import.
    host: Any = endpoint.host.encode() if endpoint.host.isascii() else endpoint.host
    place = (proxy.host, proxy.port) if proxy else (host, endpoint.port)
    sock = addresses.dial(_directory.addresses(place, anew=anew), timeout)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if proxy is not None:
            from flags.aws.proxy import open_tunnel  # noqa: PLC0415 - few have one

            open_tunnel(sock, proxy, endpoint)
        if context is not None:
            # A stream cut off without TLS's good-bye must not pass for its end.
            sock = context.wrap_socket(
                sock, server_hostname=host, suppress_ragged_eofs=False
            )
    except BaseException:
        sock.close()
        raise
    return Connection(endpoint, sock)


@lru_cache(maxsize=4)
def tls_context(ca_bundle: str | None) -> ssl.SSLContext:
    """One context for all connections: loading the roots takes long."""
    import ssl  # noqa: PLC0415 - cost; plain endpoints do without

    try:
        context = ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        msg = (
            f"AWS_CA_BUNDLE {ca_bundle!r} can't be read ({_words(error)}); "
            "name a PEM file, or unset it"
        )
        raise Misconfigured(msg) from error
    context.set_alpn_protocols(["http/1.1"])
    return context


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _unreachable(endpoint: Endpoint, error: OSError) -> TransportError:
    timed_out = isinstance(error, TimeoutError)
    problem = "no connection in time" if timed_out else _words(error)
    return TransportError(str(endpoint), problem, sent=False, timed_out=timed_out)


def _words(error: Exception) -> str:
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    return text[:1].lower() + text[1:] or type(error).__name__

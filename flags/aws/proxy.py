"""The way to AWS through a proxy, as the environment names it.

HTTPS_PROXY (or `https_proxy`) says which one, NO_PROXY (or `no_proxy`) for which hosts
none: names with all below them, joined by commas, or `*`. The proxy is asked for a
tunnel (CONNECT), so it sees the host and nothing else. What can't be honoured is
refused: a proxy that wants TLS or SOCKS, and HTTP_PROXY for an endpoint without TLS.

No proxy is asked for this machine itself, where credentials come from.
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flags.aws.errors import Misconfigured, TransportError
from flags.hints import TYPE_CHECKING
from flags.record import Record

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from flags.aws.endpoint import Endpoint

DEFAULT_PORT = 80
MAX_ANSWER = 16_384
_HERE = {"localhost", "::1", "fd00:ec2::23"}
_NUMBERS_HERE = ("127.", "169.254.")


class Proxy(Record):
    """A server that opens tunnels, and what it is told of us."""

    hidden = frozenset({"authorization"})

    host: str
    port: int
    authorization: str | None = None

    def __str__(self) -> str:
        return f"proxy {self.host}:{self.port}"


def proxy_for(endpoint: Endpoint, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy by which to call an endpoint; None to call it directly."""
    name = f"{endpoint.scheme}_proxy"
    url = _read(environ, name)
    if not url or _is_direct(endpoint, _read(environ, "no_proxy")):
        return None
    if endpoint.scheme != "https":
        msg = (
            f"{name.upper()} is set, and {endpoint} would be called through it without "
            f"TLS, which is not supported: name {endpoint.host} in NO_PROXY"
        )
        raise Misconfigured(msg)
    return _parsed(name.upper(), url)


def _read(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name) or environ.get(name.upper()) or "").strip()


def _is_direct(endpoint: Endpoint, listed: str) -> bool:
    """Whether an endpoint is on this machine, or named as one without a proxy."""
    host = endpoint.host
    numbers = host.replace(".", "").isdecimal() and host.startswith(_NUMBERS_HERE)
    names = [name.strip().lower() for name in listed.split(",")]
    if host in _HERE or numbers or "*" in names:
        return True
    below = [name.removeprefix("*").lstrip(".") for name in names]
    return any(
        place == name or place.endswith(f".{name}")
        for name in filter(None, below)
        for place in (host, f"{host}:{endpoint.port}")
    )


def _parsed(name: str, url: str) -> Proxy:
    """What the variable says; no message of ours has its password."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Misconfigured(f"{name} is not a URL: write http://host:port") from error
    if parts.scheme != "http" or not host:
        msg = f"{name} names no proxy that speaks HTTP: write http://host:port"
        raise Misconfigured(msg)
    authorization = None
    if parts.username is not None:
        import binascii  # noqa: PLC0415 - few proxies want a password

        both = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        encoded = binascii.b2a_base64(both.encode(), newline=False).decode()
        authorization = f"Basic {encoded}"
    return Proxy(host=host, port=port or DEFAULT_PORT, authorization=authorization)


def open_tunnel(sock: socket.socket, proxy: Proxy, endpoint: Endpoint) -> None:
    """Have a proxy connect a socket to an endpoint; raises if it does not."""
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    place = f"{host}:{endpoint.port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"host: {place}"]
    if proxy.authorization:
        lines.append(f"proxy-authorization: {proxy.authorization}")
    sock.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
    answer = b""
    # Byte by byte at the end: what comes behind the head belongs to the tunnel.
    while not answer.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        if not byte or len(answer) > MAX_ANSWER:
            raise _refused(proxy, endpoint, "hung up")
        answer += byte
    status = answer.split(b" ", 2)[1:2]
    if not status or not status[0].startswith(b"2"):
        said = answer.partition(b"\r\n")[0][:100].decode("ascii", "replace")
        raise _refused(proxy, endpoint, f"answered {said!r}")


def _refused(proxy: Proxy, endpoint: Endpoint, problem: str) -> TransportError:
    what = f"{proxy} {problem} when it was asked for a connection"
    return TransportError(str(endpoint), what, sent=False)

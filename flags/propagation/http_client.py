"""The standard library's HTTP client, through which urllib3 and requests send too.

The header is added when the last of the others is written: below redirects, retries
and sessions, none of which get to see it, and once.
"""

from __future__ import annotations

import functools
from types import ModuleType

from flags.propagation.hosts import decision, failed, in_baggage, is_signature, permits
from flags.token import NAME

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAME = NAME.encode()


def hook(module: ModuleType) -> None:
    """Wrap the end of the headers."""
    kind = module.HTTPConnection
    original = kind.endheaders
    if hasattr(original, "carries_decision"):
        return

    @functools.wraps(original)
    def endheaders(self: Any, *args: Any, **kwargs: Any) -> Any:
        text = decision()
        if text is not None:
            try:
                _carry(self, text)
            except Exception:  # noqa: BLE001 - no request fails because of us
                failed()
        return original(self, *args, **kwargs)

    endheaders.carries_decision = True  # type: ignore[attr-defined]
    kind.endheaders = endheaders


def _carry(connection: Any, text: str) -> None:
    """Add the header to the request that is being written, if it may have it."""
    request, *lines = connection._buffer  # noqa: SLF001 - nothing else tells
    host = _host(request) or connection._tunnel_host or connection.host  # noqa: SLF001
    # Most hosts are not listed, and their headers not worth a look.
    if not permits(host, signed=False):
        return
    headers = [(name.lower(), value) for name, _, value in map(_parts, lines)]
    signed = any(is_signature(name, value) for name, value in headers)
    names = [name for name, _ in headers]
    if _NAME in names or not permits(host, signed=signed):
        return
    connection.putheader(NAME, text)
    given = [v.strip().decode("latin-1") for name, v in headers if name == b"baggage"]
    header = in_baggage(given)
    if header is None:
        return
    if not given:
        connection.putheader("baggage", header)
    else:
        at = names.index(b"baggage")
        line = f"baggage: {header}".encode("latin-1")
        connection._buffer[at + 1] = line  # noqa: SLF001 - a header can't be taken back


def _parts(line: bytes) -> tuple[bytes, bytes, bytes]:
    return line.partition(b":")


def _host(request: bytes) -> str | None:
    """The host in the request's first line: a proxy is told where to go."""
    target = request.split(b" ", 2)[1]
    scheme, separator, rest = target.partition(b"://")
    if not separator or not scheme.isalpha():
        return None
    for end in (b"/", b"?", b"#", b"\\"):
        rest = rest.partition(end)[0]
    place = rest.rpartition(b"@")[2]
    if place.startswith(b"["):
        return place[1:].partition(b"]")[0].decode()
    return place.partition(b":")[0].decode()

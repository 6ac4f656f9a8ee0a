"""Which hosts may see a decision over HTTP.

CANARY_HTTP_HOSTS lists them, joined by commas: `orders.example.com` is that host alone,
`.internal.example.com` every host below it. Ports don't matter. Nobody else gets one,
not by redirect either: every request is looked at on its own.

A signed AWS request goes without, unless its host is listed by its full name. Its
signature covers the headers that it names, and others may be added.

With CANARY_BAGGAGE the decision rides in W3C baggage too, to the same hosts.
"""

from __future__ import annotations

from flags.carriers import headers
from flags.current import current
from flags.propagation.counts import skipped

_exact: set[str] = set()
_below: list[tuple[str, ...]] = [()]


def allow(text: str) -> None:
    """Take the list in force from now on."""
    listed = [_name(part.strip().lower()) for part in text.split(",")]
    _exact.clear()
    _exact.update(host for host in listed if host and not host.startswith("."))
    _below[0] = tuple(host for host in listed if len(host) > 1 and host[0] == ".")


def _name(host: str) -> str:
    """A host as libraries say it: no port, no brackets, no letters but ASCII."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    if host.count(":") == 1:
        host = host.partition(":")[0]
    host = host.rstrip(".")
    if host.isascii():
        return host
    try:
        return ".".join(label.encode("idna").decode() for label in host.split("."))
    except UnicodeError:
        return ""


def permits(host: str, *, signed: bool) -> bool:
    """Whether a request to this host may carry a decision."""
    host = host.lower().rstrip(".")
    return host in _exact or (not signed and host.endswith(_below[0]))


def is_signature(name: bytes, value: bytes) -> bool:
    """Whether a header, its name in lower case, says that the request is signed."""
    if name == b"authorization":
        return value.strip().startswith(b"AWS4-")
    return name == b"x-amz-content-sha256"


def decision() -> str | None:
    """What to send, if anything is current."""
    token = current()
    return str(token) if token.members else None


def in_baggage(existing: list[str]) -> str | None:
    """The first baggage header with the decision; None to leave them as they are."""
    if not headers.BAGGAGE:
        return None
    from flags.carriers import baggage  # noqa: PLC0415 - few teams have it

    if any(baggage.read(header) for header in existing):
        return None
    first = existing[0] if existing else None
    grown = baggage.write(first, current())
    return None if grown == first else grown


def failed() -> None:
    """Count a request that could not be given its decision."""
    skipped["http"] += 1

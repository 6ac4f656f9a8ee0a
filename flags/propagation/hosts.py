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
    listed = [part.strip().lower().rstrip(".") for part in text.split(",")]
    _exact.clear()
    _exact.update(host for host in listed if host and not host.startswith("."))
    _below[0] = tuple(host for host in listed if len(host) > 1 and host[0] == ".")


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


def in_baggage(existing: str | None) -> str | None:
    """The baggage header with the decision; None to leave it as it is."""
    if not headers.BAGGAGE:
        return None
    from flags.carriers import baggage  # noqa: PLC0415 - few teams have it

    grown = baggage.write(existing, current())
    return None if grown == existing else grown


def failed() -> None:
    """Count a request that could not be given its decision."""
    skipped["http"] += 1

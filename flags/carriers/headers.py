"""Decisions in HTTP headers, single or multi-value, and in W3C baggage if asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping

from flags.carriers.tokens import only
from flags.switches import is_on
from flags.token import NAME, Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Where baggage is the team's standard, the token rides in it too.
BAGGAGE = is_on(os.environ.get("CANARY_BAGGAGE"))


def from_headers(event: Mapping[str, Any]) -> Token | None:
    """The decision in an event's headers; None if there are two that differ."""
    found = _values(event, NAME)
    token = only(found) if found else None
    if token is None and BAGGAGE:
        texts = _values(event, "baggage")
        token = from_baggage(",".join(t for t in texts if isinstance(t, str)))
    return token


def from_baggage(header: object) -> Token | None:
    """The decision among the members of a baggage header."""
    from flags.carriers import baggage  # noqa: PLC0415 - few teams have it

    return only(baggage.read(header))


def _values(event: Mapping[str, Any], name: str) -> list[Any]:
    """What a header says, however it is spelt; lists where they are, else texts."""
    found = [
        value
        for values in _named(event.get("multiValueHeaders"), name)
        if isinstance(values, list)
        for value in values
    ]
    return found or _named(event.get("headers"), name)


def _named(headers: Any, name: str) -> list[Any]:
    if not isinstance(headers, Mapping):
        return []
    size = len(name)
    return [
        value
        for key, value in headers.items()
        # Most names are of another length, and not worth a copy in lower case.
        if isinstance(key, str) and len(key) == size and key.lower() == name
    ]

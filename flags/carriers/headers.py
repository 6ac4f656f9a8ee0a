"""Decisions in HTTP headers, single or multi-value, and in W3C baggage if asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping

from flags.carriers.places import Place
from flags.carriers.tokens import only
from flags.switches import is_on
from flags.token import NAME, Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from flags.carriers.places import Way

# Where baggage is the team's standard, the token rides in it too.
BAGGAGE = is_on(os.environ.get("CANARY_BAGGAGE"))

_SIZES = (len(NAME), len("baggage"))


def in_headers(event: Mapping[str, Any], way: Way) -> Iterator[Place]:
    """Headers of our name, however they are spelt, then baggage that names us.

    Multi-value headers hide single ones. Baggage is always given, and only read where
    that is asked for: another function may read it.
    """
    many = _named(event.get("multiValueHeaders"))
    single = _named(event.get("headers"))
    for kind, read in enumerate((only, _carried)):
        lists = [v for vs in many[kind].values() if isinstance(vs, list) for v in vs]
        texts = [] if lists else [*single[kind].values()]
        for holder, names, found in (
            ("multiValueHeaders", many[kind], lists),
            ("headers", single[kind], texts),
        ):
            if names:
                yield Place((*way, holder), names, found, read, listed=kind > 0)


def from_baggage(header: object) -> Token | None:
    """The decision among the members of a baggage header."""
    from flags.carriers import baggage  # noqa: PLC0415 - few teams have it

    return only(baggage.read(header))


def _carried(texts: list[Any]) -> Token | None:
    """The decision in baggage, where it is asked for."""
    if not BAGGAGE:
        return None
    return from_baggage(",".join(text for text in texts if isinstance(text, str)))


def _named(headers: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The headers of our name, and those with baggage of ours."""
    ours: dict[str, Any] = {}
    listed: dict[str, Any] = {}
    for key, value in headers.items() if isinstance(headers, Mapping) else ():
        # Most names are of another length, and not worth a copy in lower case.
        if not isinstance(key, str) or len(key) not in _SIZES:
            continue
        name = key.lower()
        if name == NAME:
            ours[key] = value
        elif name == "baggage" and NAME in str(value):
            listed[key] = value
    return ours, listed

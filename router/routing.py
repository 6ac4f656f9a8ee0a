"""Which service an event is for, who is asking, and whether its decision counts.

Reads the routing part of a snapshot (written by `flags.store.routing`) once per
snapshot, into patterns that match fast.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from typing import Any

from flags.codec import Lists, decode
from flags.errors import InvalidSnapshot
from flags.model import Ruleset
from flags.record import Record
from router.sources.source import Asked, Facts

_NAMED_BY_ARN = ("topic", "queue")
_PATTERNS = ("path", "topic", "queue", "event_source", "detail_type")


class Route(Record):
    """Events of one kind; every pattern must match."""

    name: str
    service: str
    sources: frozenset[str]
    methods: frozenset[str]
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    identity: tuple[Asked, ...]
    attributes: tuple[tuple[str, Asked], ...]
    trust: bool

    def matches(self, facts: Facts) -> bool:
        """Whether an event with these facts is of this kind."""
        if self.sources and facts.source not in self.sources:
            return False
        if self.methods and facts.method.upper() not in self.methods:
            return False
        return all(_agrees(name, pattern, facts) for name, pattern in self.patterns)


class Rules(Record):
    """A snapshot as the router uses it."""

    flags: Ruleset
    routes: tuple[Route, ...]
    default: str | None

    def route(self, facts: Facts) -> Route | None:
        """The first route that matches, or None."""
        return next((route for route in self.routes if route.matches(facts)), None)


def build(text: str, lists: Lists) -> Rules:
    """Rules from a snapshot's text and lists; raises `InvalidSnapshot`."""
    ruleset = decode(text, lists)
    routing = ruleset.routing
    try:
        routes = tuple(_route(entry) for entry in routing.get("routes") or ())
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        msg = f"routing refused: {type(error).__name__}: {error}"
        raise InvalidSnapshot(msg) from error
    return Rules(flags=ruleset, routes=routes, default=routing.get("default"))


def _agrees(name: str, pattern: re.Pattern[str], facts: Facts) -> bool:
    value: str = getattr(facts, name)
    if pattern.match(value):
        return True
    # An ARN's last part is the name by which people know a topic or a queue.
    return name in _NAMED_BY_ARN and bool(pattern.match(value.rpartition(":")[2]))


def _route(data: Mapping[str, Any]) -> Route:
    match = data["match"]
    return Route(
        name=data["name"],
        service=data["service"],
        sources=frozenset(match.get("source") or ()),
        methods=frozenset(method.upper() for method in match.get("method") or ()),
        patterns=tuple(
            (name, re.compile(fnmatch.translate(match[name])))
            for name in _PATTERNS
            if name in match
        ),
        identity=tuple(_asked(entry) for entry in data.get("identity") or ()),
        attributes=tuple(
            (name, _asked(entry))
            for name, entry in (data.get("attributes") or {}).items()
        ),
        trust=data.get("trust", True),
    )


def _asked(data: Mapping[str, Any]) -> Asked:
    ((kind, name),) = data.items()
    return Asked(kind=kind, name=str(name))

"""Which service an event is for, who is asking, and whether its decision counts.

Reads the routing part of a snapshot (written by `flags.store.routing`) once per
snapshot, into patterns that match fast.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence

from flags import aborts
from flags.codec import Lists, decode
from flags.errors import InvalidSnapshot
from flags.hints import Any
from flags.model import Ruleset
from flags.paths import steps
from flags.record import Record, replace
from flags.snapshot import Marks
from router.document import Node
from router.document.pick import pick
from router.sources.source import Asked, Facts

# A route's keys that are no pattern for a name of the event's.
_OTHERS = ("source", "method", "event")
# Longer texts agree with nothing but `*`: a pattern is not tried on what is no name.
LONGEST = 4096

Steps = tuple[str | int, ...]


class Route(Record):
    """Events of one kind; every pattern must match."""

    name: str
    service: str
    sources: frozenset[str]
    methods: frozenset[str]
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    identity: tuple[Asked, ...]
    attributes: tuple[tuple[str, Asked], ...]
    # Whether decisions count that come in: "iam" says that they do at public sources
    # too, if IAM has checked the caller.
    trust: bool | str = True
    # Whether what failed on the canary may run again on stable.
    idempotent: bool = False
    # Seconds that the service needs; it is not invoked when fewer are left.
    timeout: float = 0.0
    # Percent of the decisions that are logged.
    log: float = 100.0
    # Whether the event source reads no partial batch responses.
    whole: bool = False
    # Whether the order of a shard's or partition's records counts by key only.
    by_key: bool = False
    # What stands at these paths of the event; of each, one pattern must match.
    held: tuple[tuple[Steps, tuple[re.Pattern[str], ...]], ...] = ()

    def matches(self, facts: Facts, event: Node) -> bool:
        """Whether an event with these facts is of this kind."""
        if self.sources and facts.source not in self.sources:
            return False
        if self.methods and facts.method.upper() not in self.methods:
            return False
        named = facts.names
        if not all(_agrees(pattern, named.get(n)) for n, pattern in self.patterns):
            return False
        return all(_holds(event, path, patterns) for path, patterns in self.held)


class Rules(Record):
    """A snapshot as the router uses it."""

    flags: Ruleset
    routes: tuple[Route, ...]
    default: str | None

    def route(self, facts: Facts, event: Node) -> Route | None:
        """The first route that matches, or None."""
        found = (route for route in self.routes if route.matches(facts, event))
        return next(found, None)


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


def marked(rules: Rules, marks: Marks) -> Rules:
    """The rules as they are once the marked rollouts are aborted."""
    flags = aborts.marked(rules.flags, marks)
    return rules if flags is rules.flags else replace(rules, flags=flags)


def watched(rules: Rules) -> bool:
    """Whether routers watch a release, and so may mark it at any time."""
    return aborts.watched(rules.flags)


def _agrees(pattern: re.Pattern[str], names: tuple[str, ...] | None) -> bool:
    return any(pattern.match(name) for name in names or ())


def _holds(event: Node, path: Steps, patterns: Sequence[re.Pattern[str]]) -> bool:
    """Whether what stands there agrees with a pattern; whatever it is, with `*`."""
    value = pick(event, path)
    if value is None:
        return False
    text = _written(value)
    return any(one.match(text) for one in patterns)


def _written(value: Any) -> str:
    """A value as JSON writes it, texts without quotes; nothing for what is no name."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(glob))


def _route(data: Mapping[str, Any]) -> Route:
    match = data["match"]
    return Route(
        name=data["name"],
        service=data["service"],
        sources=frozenset(match.get("source") or ()),
        methods=frozenset(method.upper() for method in match.get("method") or ()),
        patterns=tuple(
            (name, _pattern(pattern))
            for name, pattern in match.items()
            if name not in _OTHERS
        ),
        identity=tuple(_asked(entry) for entry in data.get("identity") or ()),
        attributes=tuple(
            (name, _asked(entry))
            for name, entry in (data.get("attributes") or {}).items()
        ),
        trust=data.get("trust", True),
        idempotent=data.get("idempotent", False),
        timeout=float(data.get("timeout", 0)),
        log=float(data.get("log", 100)),
        whole=data.get("batch_failures") == "whole",
        by_key=data.get("order") == "key",
        held=tuple(
            (steps(path), tuple(map(_pattern, globs)))
            for path, globs in (match.get("event") or {}).items()
        ),
    )


def _asked(data: Mapping[str, Any]) -> Asked:
    ((kind, name),) = data.items()
    return Asked(kind=kind, name=str(name))

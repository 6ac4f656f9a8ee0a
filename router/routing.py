"""Which service an event is for, who is asking, and whether its decision counts.

Reads the routing part of a snapshot (written by `flags.store.routing`) once per
snapshot, into patterns that match fast.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence
from math import inf

from flags import aborts
from flags.codec import Lists, decode
from flags.compiled import typed
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
_TRUST = (True, False, "iam")
_BATCH_FAILURES = (None, "partial", "whole")
_ORDERS = (None, "shard", "key")

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

    def matching(self, facts: Facts, event: Node) -> Iterator[Route]:
        """The routes that match, in their order."""
        return (route for route in self.routes if route.matches(facts, event))


def build(text: str, lists: Lists) -> Rules:
    """Rules from a snapshot's text and lists; raises `InvalidSnapshot`."""
    ruleset = decode(text, lists)
    routing = ruleset.routing
    try:
        return Rules(
            flags=ruleset,
            routes=tuple(map(_route, typed(routing.get("routes", []), list))),
            default=_default(routing.get("default")),
        )
    except (
        LookupError,
        TypeError,
        ValueError,
        ArithmeticError,
        AttributeError,
        re.error,
    ) as error:
        msg = f"routing refused: {type(error).__name__}: {error}"
        raise InvalidSnapshot(msg) from error


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


def _default(service: Any) -> str | None:
    return None if service is None else _text(service)


# Whoever writes routes checks them (`flags.store.routing`). What is read here may be
# damaged all the same: each field is looked at, for a wrong type that nobody saw would
# fail at each event, where no rules are left to go back to.


def _route(data: Any) -> Route:
    data = typed(data, dict)
    match = typed(data["match"], dict)
    return Route(
        name=_text(data["name"]),
        service=_text(data["service"]),
        sources=frozenset(_texts(match.get("source", []))),
        methods=frozenset(text.upper() for text in _texts(match.get("method", []))),
        patterns=tuple(
            (name, _pattern(pattern))
            for name, pattern in match.items()
            if name not in _OTHERS
        ),
        identity=tuple(map(_asked, typed(data.get("identity", []), list))),
        attributes=tuple(
            (name, _asked(entry))
            for name, entry in typed(data.get("attributes", {}), dict).items()
        ),
        trust=_one_of(data.get("trust", True), _TRUST),
        idempotent=typed(data.get("idempotent", False), bool),
        timeout=_number(data.get("timeout", 0)),
        log=_number(data.get("log", 100)),
        whole=_one_of(data.get("batch_failures"), _BATCH_FAILURES) == "whole",
        by_key=_one_of(data.get("order"), _ORDERS) == "key",
        held=tuple(
            (steps(path), tuple(map(_pattern, typed(globs, list))))
            for path, globs in typed(match.get("event", {}), dict).items()
        ),
    )


def _asked(data: Any) -> Asked:
    ((kind, name),) = typed(data, dict).items()
    return Asked(kind=kind, name="True" if name is True else _text(name))


def _pattern(glob: Any) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(typed(glob, str)))


def _text(value: Any) -> str:
    if not typed(value, str):
        raise ValueError("a name is empty")
    return str(value)


def _texts(value: Any) -> list[str]:
    return [_text(one) for one in typed(value, list)]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} is not a number")
    number = float(value)
    if not 0 <= number < inf:
        raise ValueError("a number is out of its range")
    return number


def _one_of(value: Any, known: tuple[Any, ...]) -> Any:
    # By type too: 1 is equal to True.
    if not any(type(value) is type(one) and value == one for one in known):
        raise ValueError(f"{type(value).__name__} is none of {known}")
    return value

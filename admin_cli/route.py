"""An event as the router would see it: route, identity, carried decisions, choice.

Laws
1. The router's own code recognises, routes and decides; nothing is invoked, read or
   recorded. This is the only file of the command line that imports the router.
2. What is shown may be of users: it goes to the operator who has the event, and to no
   log.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from admin_cli import files
from flags.errors import InvalidDocument, Problem
from flags.record import replace
from flags.seal import Keys
from flags.snapshot import Body, Snapshot, Version
from flags.store.changes import State
from flags.store.names import ROUTING
from flags.token import Token
from router.choice import Asking
from router.config import Config
from router.dispatch import Decided, Router
from router.document import Node
from router.errors import RouterError
from router.recorder import Recorder
from router.routing import Route, Rules, build, marked, watched
from router.sources import recognise
from router.sources.source import Asked, Facts
from router.trust import Trust

Data = dict[str, Any]
COLOURS = ("blue", "green")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What a router is deployed with, as far as it decides: the table, and its keys."""

    state: State
    table: str
    keys: Callable[[], Keys] | None = None
    default: str | None = None


class _Held:
    """A `Reader` of the rules that were loaded."""

    def __init__(self, state: State) -> None:
        text, lists = files.compiled(state)
        self._body = Body(state.snapshot, text, lists)
        self._version = Version(state.snapshot, frozenset(state.aborted))

    def version(self, *, consistent: bool = False) -> Version:  # noqa: ARG002
        """The snapshot's version, and the abort marks."""
        return self._version

    def body(self, *, consistent: bool = False) -> Body:  # noqa: ARG002
        """The snapshot."""
        return self._body

    def reset(self) -> None:
        """There are no connections."""


def explain(text: str, deployed: Deployed) -> Data:
    """What the router would do with an event; raises `InvalidDocument`."""
    event = _event(text)
    router = _router(deployed)
    held = router.snapshot.current()
    rules = held.rules if held else None
    node = Node.of(event)
    source = recognise(node)
    facts = source.facts(node) if source.name != "unknown" else Facts(source="unknown")
    told: Data = {
        "source": source.name,
        "names": {name: list(found) for name, found in facts.names.items()},
        "method": facts.method or None,
        "routes": list(_routes(rules, facts, _documents(deployed.state))),
    }
    try:
        decided = router.decide(event, None)
    except RouterError as error:
        nothing: Data = {"route": None, "service": None, "trust": None, "units": []}
        return told | nothing | {"problem": str(error)}
    route = decided.arrival.route
    return told | {
        "route": route.name if route else None,
        "service": decided.arrival.service,
        "trust": _trust(decided),
        "units": list(_units(router, decided)),
        "problem": router.trust.problem,
    }


def _event(text: str) -> bytes:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"not JSON: {error}; give one event, as Lambda hands it over"
        raise InvalidDocument([Problem(path="--file", message=message)]) from error
    return text.encode("utf-8", "surrogatepass")


def _router(deployed: Deployed) -> Router:
    """A router for whom every service that the rules name is deployed."""
    snapshot = Snapshot(
        _Held(deployed.state),
        build,
        now=time.time,
        random=random.random,
        marked=marked,
        watched=watched,
    )
    held = snapshot.current()
    services = set(_services(held.rules)) if held else set()
    targets = {
        service: {colour: f"{service}:{colour}" for colour in COLOURS}
        for service in services | ({deployed.default} if deployed.default else set())
    }
    config = Config.from_environ({"CANARY_TABLE": deployed.table})
    return Router(
        config=replace(config, targets=targets, default_service=deployed.default),
        snapshot=snapshot,
        trust=Trust(deployed.keys, deployed.table, time.time),
        recorder=Recorder(
            lambda _: None, random=random.random, now=time.time, every=3600
        ),
        begin=_never,
        new_id=lambda: "(a new visitor)",
        now=time.time,
        clock=time.perf_counter,
    )


def _never(*_: object, **__: object) -> Any:
    msg = "nothing is invoked here"
    raise RuntimeError(msg)


def _services(rules: Rules) -> Iterator[str]:
    yield from (route.service for route in rules.routes)
    if rules.default:
        yield rules.default
    for flag in rules.flags.flags.values():
        if flag.release is not None:
            yield from flag.release.services


def _documents(state: State) -> list[Mapping[str, Any]]:
    stored = state.documents.get(ROUTING)
    return list(stored.body.get("routes", ())) if stored else []


def _routes(
    rules: Rules | None, facts: Facts, written: list[Mapping[str, Any]]
) -> Iterator[Data]:
    """Each route up to the one that matches, with what keeps it from matching."""
    patterns = {route.get("name"): route.get("match", {}) for route in written}
    matched = False
    for route in rules.routes if rules else ():
        why = list(_misses(route, facts, patterns.get(route.name, {})))
        if matched:
            why = ["an earlier route matches"]
        yield {
            "name": route.name,
            "service": route.service,
            "matches": not why,
            "why": why,
        }
        matched = matched or not why


def _misses(route: Route, facts: Facts, written: Mapping[str, Any]) -> Iterator[str]:
    if route.sources and facts.source not in route.sources:
        yield f"source is {facts.source}, not {' or '.join(sorted(route.sources))}"
    if route.methods and facts.method.upper() not in route.methods:
        method = facts.method or "unknown"
        yield f"method is {method}, not {' or '.join(sorted(route.methods))}"
    for name, pattern in route.patterns:
        found = facts.names.get(name) or ()
        if not any(pattern.match(one) for one in found):
            there = " or ".join(map(repr, found)) or "not in the event"
            wanted = written.get(name, pattern.pattern)
            yield f"{name} is {there}, and the pattern is {wanted!r}"


def _trust(decided: Decided) -> Data:
    """Whether decisions count that come in, and why."""
    source, trust = decided.arrival.source, decided.arrival.trust
    if trust is False:
        return {"counts": False, "why": "the route says `trust: false`"}
    if not source.public:
        return {"counts": True, "why": f"{source.name} is not a public source"}
    if trust == "iam":
        vouched = all(source.vouched(unit) for unit in decided.arrival.units())
        said = "IAM checked the caller" if vouched else "IAM did not check the caller"
        return {"counts": vouched, "why": f"the route says `trust: iam`, and {said}"}
    return {"counts": False, "why": f"{source.name} is a public source"}


def _units(router: Router, decided: Decided) -> Iterator[Data]:
    arrival = decided.arrival
    each = zip(decided.brought, decided.carried, decided.chosen, strict=True)
    for brought, carried, item in each:
        choice = item.choice
        asking = Asking(
            unit=item.unit,
            source=arrival.source,
            route=arrival.route,
            carried=carried,
            new_id=router.new_id,
            now=router.now(),
        )
        context = asking.context()
        yield {
            "identity": choice.visitor.key if choice.visitor else context.key,
            "places": list(_places(asking)),
            "attributes": dict(context.attributes),
            "brought": _text(brought),
            "carried": _text(carried),
            "alias": choice.alias,
            "role": "stable" if choice.alias == choice.stable else "canary",
            "reason": choice.reason,
            "release": choice.release,
            "token": _text(choice.token),
        }


def _places(asking: Asking) -> Iterator[Data]:
    """The places of the identity in turn, and what stands there."""
    places = asking.route.identity if asking.route else ()
    for asked in places or asking.source.identity:
        yield {"place": _told(asked), "value": asking.find(asked)}


def _text(token: Token | None) -> str | None:
    return str(token) if token and token.members else None


def _told(asked: Asked) -> str:
    return f"{asked.kind}: {asked.name}" if asked.name else asked.kind


def lines(told: Data) -> Iterator[str]:
    """The same for people."""
    yield f"source: {told['source']}"
    yield from (f"  {name}: {', '.join(it)}" for name, it in told["names"].items())
    for route in told["routes"]:
        why = "; ".join(route["why"])
        yield f"route {route['name']}: {'matches' if route['matches'] else why}"
    if told["service"] is None:
        return
    by = f"the route {told['route']}" if told["route"] else "the default"
    yield f"service: {told['service']}, by {by}"
    counts = "count" if told["trust"]["counts"] else "are dropped, but for overrides"
    yield f"decisions that come in {counts}: {told['trust']['why']}"
    for number, unit in enumerate(told["units"], 1):
        if len(told["units"]) > 1:
            yield f"unit {number} of {len(told['units'])}"
        yield from _unit_lines(unit)


def _unit_lines(unit: Data) -> Iterator[str]:
    for place in unit["places"]:
        found = "nothing" if place["value"] is None else repr(place["value"])
        yield f"  {place['place']}: {found}"
    yield f"  identity: {unit['identity'] or 'nobody known'}"
    yield from (f"  {name}: {value!r}" for name, value in unit["attributes"].items())
    if unit["brought"]:
        counted = unit["carried"] or "nothing"
        yield f"  it carries {unit['brought']}; what counts: {counted}"
    yield f"  goes to {unit['alias']} ({unit['role']}): {unit['reason']}"

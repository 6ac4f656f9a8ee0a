"""What a condition says that it hardly can mean: each check looks at one comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any, NamedTuple

from flags.store.names import place
from flags.store.values import listed

Body = Mapping[str, Any]
_ALWAYS = {"has_all", "has_none"}


class Doubt(NamedTuple):
    """Where in a document a condition is doubtful, which check says so, and why."""

    path: str
    check: str
    message: str


def doubtful_conditions(name: str, body: Body) -> Iterator[Doubt]:
    """What is doubtful in the conditions of a flag's or segment's rules."""
    segment = place(name)[0] == "segments"
    for number, rule in enumerate(body.get("rules", ())):
        path = f"rules[{number}]" if segment else f"rules[{number}].when"
        yield from _of(rule if segment else rule["when"], path)


def _of(when: Body, path: str) -> Iterator[Doubt]:
    for join in ("all", "any", "none"):
        for number, member in enumerate(when.get(join, ())):
            yield from _of(member, f"{path}.{join}[{number}]")
    if "attribute" in when:
        yield from _empty(when, path)
        yield from _hosts(when, path)
        yield from _present(when, path)


def _empty(clause: Body, path: str) -> Iterator[Doubt]:
    """A comparison with no value at all: peers' exports have them."""
    for operator in ("in", "has_any", "has_all", "has_none"):
        if clause.get(operator) == []:
            holds = (operator in _ALWAYS) is not clause.get("not", False)
            whom = "for every array" if holds and operator in _ALWAYS else "always"
            words = f"holds {whom}" if holds else "never holds"
            message = f"an empty list {words}; name values, or remove the condition"
            yield Doubt(f"{path}.{operator}", "empty-list", message)


def _hosts(clause: Body, path: str) -> Iterator[Doubt]:
    """A network whose address is one host's: the network may be too wide."""
    for text in listed(clause.get("in_network", [])):  # type: ignore[attr-defined]
        network = ip_network(text, strict=False)
        address = text.partition("/")[0]
        if ip_network(address) != ip_network(network.network_address):
            message = (
                f"{text} counts as {network}; write that, or {address} for the one "
                "address"
            )
            yield Doubt(f"{path}.in_network", "host-bits", message)


def _present(clause: Body, path: str) -> Iterator[Doubt]:
    """An absence that is asked for by a double negation, or of what is always there."""
    if "exists" in clause and clause["attribute"] == "now":
        message = "the time is always there; remove the condition"
        yield Doubt(f"{path}.exists", "always-there", message)

"""What documents say about each other, and what is wrong with that.

Works on the raw bodies of all documents of a table, of which some may be of an older
grammar: what has another shape than today's has no say here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flags.errors import Problem
from flags.store.cycles import LONGEST_CHAIN, cycles, long_chains
from flags.store.names import ROUTING, name_of, place
from flags.store.plans import live as rolling
from flags.store.shares import mapping, meant, sequence

Bodies = Mapping[str, Mapping[str, Any]]
# What the parts of a file hold.
KINDS = {"flags": "flag", "segments": "segment", "groups": "group"}


class Link(NamedTuple):
    """That one document names another, and where."""

    owner: str
    target: str
    path: str


class Fault(NamedTuple):
    """A problem between documents: whose it is, and which document is missing."""

    owners: frozenset[str]
    problem: Problem
    missing: str | None = None


def located(name: str) -> str:
    """The place in a file of a document of the table: `segments.beta`."""
    return ROUTING if name == ROUTING else ".".join(place(name))


def faults(bodies: Bodies) -> Iterator[Fault]:
    """Everything that is wrong between documents; the archived are not there."""
    live = {name: body for name, body in bodies.items() if not body.get("archived")}
    required, used = list(_required(live)), list(_used_segments(live))
    grouped, planned = list(_grouped(live)), list(_planned(live))
    for link in (*required, *used, *grouped, *planned):
        yield from _dangling(link, live, bodies)
    yield from _variants(required, live)
    yield from _circular(required, "these flags require each other")
    inner = [link for link in used if place(link.owner)[0] == "segments"]
    yield from _circular(inner, "these segments use each other")
    yield from _in_two(grouped, live)
    for problem, owners in _shared(_claims(live)):
        yield Fault(owners, problem)


def shared_services(claims: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """A service belongs to one release: find those that two claim.

    `claims` maps releases on the services that they cover.
    """
    for problem, _ in _shared(claims):
        yield problem


def gates(bodies: Bodies) -> dict[str, list[tuple[str, str]]]:
    """By flag the groups that it is in, each with the slot that lets users through."""
    found: dict[str, list[tuple[str, str]]] = {}
    live = {name: body for name, body in bodies.items() if not body.get("archived")}
    for link in sorted(_grouped(live)):
        slot = link.target if "exclusive" in live[link.owner] else "in"
        found.setdefault(link.target, []).append((place(link.owner)[1], slot))
    return found


def needs(bodies: Bodies) -> Iterator[tuple[str, set[str]]]:
    """By document those that it can't do without."""
    live = {name: body for name, body in bodies.items() if not body.get("archived")}
    found: dict[str, set[str]] = {}
    for link in (*_required(live), *_used_segments(live)):
        found.setdefault(link.owner, set()).add(link.target)
    yield from found.items()


def uses(bodies: Bodies) -> set[tuple[str, str]]:
    """Which documents name which others, groups' flags among them."""
    live = {name: body for name, body in bodies.items() if not body.get("archived")}
    segments = (*_used_segments(live), *_planned(live))
    links = (*_required(live), *segments, *_grouped(live))
    return {(link.owner, link.target) for link in links}


def claims(bodies: Bodies) -> dict[tuple[str, str], str]:
    """Who has what only one can have: a service, or a flag in exclusive groups."""
    live = {name: body for name, body in bodies.items() if not body.get("archived")}
    found = {
        ("service", str(service)): name
        for name, services in _claims(live).items()
        for service in services
    }
    for link in _grouped(live):
        if "exclusive" in live[link.owner]:
            found["flag", link.target] = link.owner
    return found


def _required(bodies: Bodies) -> Iterator[Link]:
    for owner, body in bodies.items():
        for number, item in enumerate(sequence(body.get("requires"))):
            target = mapping(item).get("flag")
            if isinstance(target, str):
                path = f"{located(owner)}.requires[{number}]"
                yield Link(owner, target, path)


def _used_segments(bodies: Bodies) -> Iterator[Link]:
    for owner, body in bodies.items():
        part = place(owner)[0]
        for number, rule in enumerate(sequence(body.get("rules"))):
            path = f"{located(owner)}.rules[{number}]"
            when = rule if part == "segments" else mapping(rule).get("when")
            start = path if part == "segments" else f"{path}.when"
            for name, found in _segments_of(when, start):
                yield Link(owner, name_of("segments", name), found)
        if rolling(body):
            path = f"{located(owner)}.rollout.admitted"
            yield from _names(owner, body["rollout"].get("admitted"), path)


def _planned(bodies: Bodies) -> Iterator[Link]:
    """Segments that rollouts will admit; none of them is in the snapshot yet."""
    for owner, body in bodies.items():
        plans = [("plan", body.get("plan"))]
        if rolling(body):
            plans.append(("rollout.plan", body["rollout"].get("plan")))
        for key, plan in plans:
            for number, step in enumerate(sequence(mapping(plan).get("steps"))):
                path = f"{located(owner)}.{key}.steps[{number}].groups"
                yield from _names(owner, mapping(step).get("groups"), path)


def _names(owner: str, names: object, path: str) -> Iterator[Link]:
    for number, name in enumerate(sequence(names)):
        if isinstance(name, str):
            yield Link(owner, name_of("segments", name), f"{path}[{number}]")


def _segments_of(when: Any, path: str) -> Iterator[tuple[str, str]]:
    open_: list[tuple[Any, str]] = [(when, path)]
    while open_:
        condition, spot = open_.pop()
        if not isinstance(condition, Mapping):
            continue
        if "attribute" in condition:
            joins = ("any_item", "all_items")
            open_ += [(condition.get(join), f"{spot}.{join}") for join in joins]
            continue
        if isinstance(condition.get("segment"), str):
            yield condition["segment"], f"{spot}.segment"
        for join in ("all", "any", "none"):
            for number, member in enumerate(sequence(condition.get(join))):
                open_.append((member, f"{spot}.{join}[{number}]"))


def _grouped(bodies: Bodies) -> Iterator[Link]:
    for owner, body in bodies.items():
        path, part = located(owner), place(owner)[0]
        if part != "groups":
            continue
        for name in mapping(body.get("exclusive")):
            yield Link(owner, name, f"{path}.exclusive.{name}")
        for number, name in enumerate(sequence(body.get("flags"))):
            yield Link(owner, str(name), f"{path}.flags[{number}]")


def _dangling(link: Link, live: Bodies, bodies: Bodies) -> Iterator[Fault]:
    part, name = place(link.target)
    if link.target not in live:
        known = [place(n)[1] for n in live if place(n)[0] == part]
        message = f"no {KINDS.get(part, part)} {name!r}; {meant(name, known)}"
        if link.target in bodies:
            message = f"{name} is archived; `canary restore {link.target}` it first"
        problem = Problem(path=link.path, message=message)
        yield Fault(frozenset({link.owner}), problem, link.target)
    elif part == "flags" and "release" in live[link.target]:
        message = f"{name} is a release; name a flag here"
        problem = Problem(path=link.path, message=message)
        yield Fault(frozenset({link.owner}), problem)


def _variants(required: list[Link], bodies: Bodies) -> Iterator[Fault]:
    for link in required:
        body = bodies.get(link.target, {})
        known = mapping(body.get("variants"))
        number = int(link.path[link.path.rindex("[") + 1 : -1])
        item = bodies[link.owner]["requires"][number]
        wanted = item.get("variants") or [item.get("variant")]
        lost = [v for v in sequence(wanted) if str(v) not in known]
        if known and lost:
            listed = ", ".join(known)
            message = f"{link.target} has no variant {lost[0]!r}; defined: {listed}"
            problem = Problem(path=link.path, message=message)
            yield Fault(frozenset({link.owner}), problem)


def _circular(links: list[Link], what: str) -> Iterator[Fault]:
    graph: dict[str, list[str]] = {}
    for link in links:
        graph.setdefault(link.owner, []).append(link.target)
    for cycle in cycles(graph):
        shown = " -> ".join(place(name)[1] for name in cycle)
        problem = Problem(
            path=located(cycle[0]), message=f"{what}: {shown}; open the circle"
        )
        yield Fault(frozenset(cycle), problem)
    for name in long_chains(graph):
        message = f"leads through more than {LONGEST_CHAIN} others; shorten the chain"
        problem = Problem(path=located(name), message=message)
        yield Fault(frozenset({name}), problem)


def _in_two(grouped: list[Link], bodies: Bodies) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for link in grouped:
        if "exclusive" not in bodies[link.owner]:
            continue
        other = first.setdefault(link.target, link.owner)
        if other != link.owner:
            name = place(other)[1]
            message = f"in the exclusive group {name} already; a flag can be in one"
            problem = Problem(path=link.path, message=message)
            yield Fault(frozenset({link.owner, other}), problem)


def _claims(bodies: Bodies) -> dict[str, Sequence[str]]:
    return {
        name: sequence(mapping(body["release"]).get("services"))
        for name, body in bodies.items()
        if "release" in body
    }


def _shared(
    claims: Mapping[str, Sequence[str]],
) -> Iterator[tuple[Problem, frozenset[str]]]:
    owner: dict[str, str] = {}
    for name, services in claims.items():
        for service in services:
            if owner.setdefault(service, name) != name:
                message = f"{service} belongs to the release {owner[service]} already"
                path = f"flags.{name}.release.services"
                problem = Problem(path=path, message=message)
                yield problem, frozenset({name, owner[service]})

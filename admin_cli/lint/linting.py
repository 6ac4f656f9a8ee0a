"""What is allowed in a file of documents, and yet most likely a mistake or a debt.

Laws
1. Pure: bodies in normal form in, warnings out; today comes in as an argument.
2. A warning names its place and its remedy. What is wrong is no warning: the
   grammar refuses it.

A new check of a flag is one function in `_CHECKS`; routes are checked in
`admin_cli.lint.routes`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from admin_cli.lint.conditions import doubtful_conditions
from admin_cli.lint.routes import doubtful
from admin_cli.lint.serving import lone, served
from admin_cli.lint.shadowing import shadowed
from flags.errors import Problem
from flags.store.links import Bodies, located, needs
from flags.store.names import ROUTING, SEGMENT, is_archived, is_flag
from flags.store.plans import canonical, watch_settings
from flags.store.values import epoch

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One doubtful thing: where, which check found it, and what to do."""

    path: str
    check: str
    message: str

    def data(self) -> dict[str, str]:
        """As JSON shows it."""
        return asdict(self)


def warnings(bodies: Bodies, table: Bodies, today: date) -> list[Warned]:
    """All warnings about `bodies`; `table` is what else there is, or nothing."""
    found: list[Warned] = []
    for name, body in bodies.items():
        if is_flag(name):
            path = located(name)
            for check in _CHECKS:
                found += check(path, body, today)
        for doubt in doubtful_conditions(name, body):
            where = f"{located(name)}.{doubt.path}"
            found.append(Warned(path=where, check=doubt.check, message=doubt.message))
    world = {**table, **bodies}
    return [*found, *_routes(bodies.get(ROUTING, {}), world), *_unused(bodies, world)]


def brought(
    name: str, before: Body, after: Body, table: Bodies, today: date
) -> list[Warned]:
    """The warnings about one document that its change brings with it."""
    old = warnings({name: before}, table, today)
    return [one for one in warnings({name: after}, table, today) if one not in old]


def undeployed(problem: Problem) -> Warned:
    """A service that can't be invoked yet, as it seems."""
    return Warned(path=problem.path, check="undeployed", message=problem.message)


def _routes(routing: Body, world: Bodies) -> Iterator[Warned]:
    releases = {
        name: body
        for name, body in world.items()
        if is_flag(name) and not is_archived(body) and "release" in body
    }
    released = {
        service: name
        for name, body in releases.items()
        for service in body["release"]["services"]
    }
    judged = {
        service: name
        for service, name in released.items()
        if "plan" in releases[name]
        and watch_settings(canonical(releases[name]["plan"]))
    }
    for place, check, message in doubtful(routing.get("routes", ()), released, judged):
        yield Warned(path=f"{ROUTING}.{place}", check=check, message=message)


def _owner(path: str, body: Body, _: date) -> Iterator[Warned]:
    if not body.get("owner"):
        message = "nobody owns it; name a team in `owner`"
        yield Warned(path=f"{path}.owner", check="no-owner", message=message)


def _expiry(path: str, body: Body, today: date) -> Iterator[Warned]:
    expires = body.get("expires")
    place = f"{path}.expires"
    if expires is None:
        if body.get("temporary"):
            message = "a temporary flag without an end; give the day when it goes"
            yield Warned(path=place, check="no-expiry", message=message)
    elif date.fromisoformat(expires) < today:
        message = f"expired on {expires}; remove the flag, or give it another day"
        yield Warned(path=place, check="expired", message=message)


def _rules(path: str, body: Body, _: date) -> Iterator[Warned]:
    rules = list(body.get("rules", ()))
    for later, earlier in shadowed(rules):
        name = rules[earlier].get("name") or f"rules[{earlier}]"
        message = f"never matches: whoever meets it meets {name} before"
        if isinstance(rules[later]["serve"], Mapping):
            message += ", so its percentages reach nobody"
        yield Warned(
            path=f"{path}.rules[{later}]",
            check="shadowed",
            message=f"{message}; remove one of them, or change their order",
        )


def _unserved(path: str, body: Body, _: date) -> Iterator[Warned]:
    if "release" in body:
        return
    used = served(body) | {body["off"]}
    for name in body["variants"]:
        if name not in used:
            message = "nobody is ever served this variant; remove it, or serve it"
            place = f"{path}.variants.{name}"
            yield Warned(path=place, check="unserved", message=message)


def _lone(path: str, body: Body, _: date) -> Iterator[Warned]:
    serves = {
        f"{path}.rules[{number}].serve": rule["serve"]
        for number, rule in enumerate(body.get("rules", ()))
    }
    if "release" not in body:
        serves[f"{path}.serve"] = body["serve"]
    for where, serve in serves.items():
        for name in lone(serve):
            message = f"a split with all in one variant; write {name} alone"
            yield Warned(path=where, check="lone-split", message=message)


def _targets(path: str, body: Body, _: date) -> Iterator[Warned]:
    for variant, named in body.get("targets", {}).items():
        kinds = named if isinstance(named, Mapping) else {"": named}
        for kind, keys in kinds.items():
            place = f"{path}.targets.{variant}" + (f".{kind}" if kind else "")
            yield from _twice(place, keys)


def _schedule(path: str, body: Body, today: date) -> Iterator[Warned]:
    schedule = body.get("schedule") or []
    windows = [schedule] if isinstance(schedule, Mapping) else schedule
    ends = [window.get("until") for window in windows]
    midnight = datetime.combine(today, time(), UTC).timestamp()
    if ends and all(end and epoch(end) <= midnight for end in ends):
        message = "its last window is over, so everyone gets `off`; remove the flag"
        yield Warned(path=f"{path}.schedule", check="over", message=message)


def _twice(path: str, keys: Iterable[object]) -> Iterator[Warned]:
    counted = Counter(map(str, keys))
    if more := sorted(key for key, count in counted.items() if count > 1):
        message = f"{_some(more)} named more than once; once is enough"
        yield Warned(path=path, check="duplicate", message=message)


def _unused(bodies: Bodies, world: Bodies) -> Iterator[Warned]:
    used = set[str]().union(*(targets for _, targets in needs(world)))
    for name in bodies:
        if name.startswith(SEGMENT) and name not in used:
            message = "no rule names it; remove it, or use it"
            yield Warned(path=located(name), check="unused", message=message)


def _some(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:3]))
    rest = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004
    return f"{shown}{rest} {'is' if len(names) == 1 else 'are'}"


_CHECKS: tuple[Callable[[str, Body, date], Iterator[Warned]], ...] = (
    _owner,
    _expiry,
    _rules,
    _unserved,
    _lone,
    _targets,
    _schedule,
)

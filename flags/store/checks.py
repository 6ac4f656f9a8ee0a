"""Reads a file of documents, and lists everything that is wrong with it at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from flags.errors import InvalidDocument, Problem
from flags.store.documents import ROLES, FlagDocument
from flags.store.routing import RoutingDocument
from flags.store.values import WHOLE

ROUTING = "routing"
M = TypeVar("M", bound=BaseModel)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The documents of one file."""

    flags: Mapping[str, FlagDocument] = field(default_factory=dict)
    routing: RoutingDocument | None = None


def read_file(data: object) -> File:
    """Read a parsed YAML or JSON file; raises `InvalidDocument`."""
    problems: list[Problem] = []
    if not isinstance(data, dict):
        problem = Problem(path="", message="expected a mapping with flags and routing")
        raise InvalidDocument([problem])
    for key in data:
        if key not in {"flags", ROUTING}:
            message = "unknown key; a file has flags and routing"
            problems.append(Problem(path=str(key), message=message))
    flags = _flags(data.get("flags"), problems)
    routing = None
    if data.get(ROUTING) is not None:
        routing = _shape(RoutingDocument, data[ROUTING], ROUTING, problems)
        problems += _twice(routing)
    if problems:
        raise InvalidDocument(problems)
    return File(flags=flags, routing=routing)


def read_flag(name: str, data: object) -> FlagDocument:
    """Read one stored flag; raises `InvalidDocument`."""
    return read_file({"flags": {name: data}}).flags[name]


def _flags(data: object, problems: list[Problem]) -> dict[str, FlagDocument]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        problems.append(Problem(path="flags", message="expected names with flags"))
        return {}
    found: dict[str, FlagDocument] = {}
    for name, entry in data.items():
        path = f"flags.{name}"
        problems += _name_problems(name, path)
        flag = _shape(FlagDocument, entry, path, problems)
        if flag is not None:
            found[name] = flag
        if isinstance(entry, dict):
            problems += flag_problems(entry, path)
    claims = {
        name: flag.release.services for name, flag in found.items() if flag.release
    }
    problems += shared_services(claims)
    return found


def _name_problems(name: object, path: str) -> Iterator[Problem]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        message = "a name has up to 63 letters, digits, dots, dashes or underscores"
        yield Problem(path=path, message=message)
    if name == ROUTING:
        yield Problem(path=path, message="the name is taken by the routing document")


def _shape(
    model: type[M], data: object, path: str, problems: list[Problem]
) -> M | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems += [_problem(path, item) for item in error.errors()]
        return None


def _problem(path: str, item: Any) -> Problem:
    place = path
    for part in item["loc"]:
        if isinstance(part, int):
            place += f"[{part}]"
        elif not part.startswith("<"):  # a tag, not a key
            place += f".{part}"
    message = item["msg"].removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        message = "unknown key; remove it or mend its spelling"
    return Problem(path=place, message=message[:1].lower() + message[1:])


def flag_problems(flag: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """What the parts of a flag say wrongly about each other.

    Works on the raw document, so that it has its say even where the shape of
    another part is wrong; parts of a wrong shape are passed over here.
    """
    # A key without a value is a key that is not there.
    flag = {key: value for key, value in flag.items() if value is not None}
    if "release" in flag:
        yield from _release_problems(flag, path)
        known: tuple[str, ...] = ROLES
    else:
        yield from _plain_problems(flag, path)
        known = tuple(_mapping(flag.get("variants")))
    yield from _target_problems(_mapping(flag.get("targets")), known, path)
    rules = flag.get("rules")
    yield from _rule_problems(rules if isinstance(rules, list) else [], known, path)
    if "release" not in flag:
        yield from _serve(flag.get("serve"), known, f"{path}.serve")


def _rule_problems(
    rules: list[Any], known: tuple[str, ...], path: str
) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, rule in enumerate(map(_mapping, rules)):
        place, name, served = (
            f"{path}.rules[{number}]",
            rule.get("name"),
            rule.get("serve"),
        )
        yield from _serve(served, known, f"{place}.serve")
        if isinstance(name, str) and name in seen:
            message = f"a rule before is named {name!r} too"
            yield Problem(path=f"{place}.name", message=message)
        seen.add(str(name))
        if name is None and isinstance(served, Mapping):
            # Buckets are remembered by name: by number, a new rule would move users.
            message = "missing; a rule with percentages needs one, to keep its users"
            yield Problem(path=f"{place}.name", message=message)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _release_problems(flag: Mapping[str, Any], path: str) -> Iterator[Problem]:
    if "." in path.removeprefix("flags."):
        yield Problem(path=path, message="the name of a release has no dots")
    for name in ("variants", "off", "serve"):
        if name in flag:
            message = "a release has none: its roles are canary and stable"
            yield Problem(path=f"{path}.{name}", message=message)
    services = _mapping(flag["release"]).get("services")
    if isinstance(services, list) and len({*map(str, services)}) != len(services):
        message = "a service is named twice"
        yield Problem(path=f"{path}.release.services", message=message)


def _plain_problems(flag: Mapping[str, Any], path: str) -> Iterator[Problem]:
    for name in ("variants", "off", "serve"):
        if name not in flag:
            message = "missing; a flag needs variants, off and serve"
            yield Problem(path=f"{path}.{name}", message=message)
    variants = _mapping(flag.get("variants"))
    if len({_kind(value) for value in variants.values()}) > 1:
        message = "all variants of a flag are of one type"
        yield Problem(path=f"{path}.variants", message=message)
    if "weight" in flag:
        message = "only a release has a weight; give serve percentages instead"
        yield Problem(path=f"{path}.weight", message=message)
    if isinstance(flag.get("off"), str):
        yield from _known(flag["off"], tuple(variants), f"{path}.off")


def _kind(value: object) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if number else type(value).__name__


def _target_problems(
    targets: Mapping[str, Any], known: tuple[str, ...], path: str
) -> Iterator[Problem]:
    seen: set[str] = set()
    for variant, keys in targets.items():
        yield from _known(variant, known, f"{path}.targets.{variant}")
        named = {str(key) for key in keys} if isinstance(keys, list) else set()
        for key in sorted(seen & named):
            message = f"{key!r} is named for two variants"
            yield Problem(path=f"{path}.targets.{variant}", message=message)
        seen |= named


def _serve(serve: Any, known: tuple[str, ...], path: str) -> Iterator[Problem]:
    if isinstance(serve, str):
        yield from _known(serve, known, path)
    for variant in _mapping(serve):
        yield from _known(variant, known, f"{path}.{variant}")
    shares = _mapping(serve).values()
    if isinstance(serve, Mapping) and all(_kind(share) == "number" for share in shares):
        total = sum((Decimal(str(share)) for share in shares), Decimal())
        if total.is_finite() and total != WHOLE:
            message = f"the percentages add up to {total}, not 100"
            yield Problem(path=path, message=message)


def _known(variant: str, known: tuple[str, ...], path: str) -> Iterator[Problem]:
    if variant not in known:
        listed = ", ".join(known) or "none"
        yield Problem(path=path, message=f"no variant {variant!r}; defined: {listed}")


def shared_services(claims: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """A service belongs to one release: find those that two claim.

    `claims` maps releases on the services that they cover.
    """
    owner: dict[str, str] = {}
    for name, services in claims.items():
        for service in services:
            if owner.setdefault(service, name) != name:
                message = f"{service} belongs to the release {owner[service]} already"
                yield Problem(path=f"flags.{name}.release.services", message=message)


def _twice(routing: RoutingDocument | None) -> Iterator[Problem]:
    names = [route.name for route in routing.routes] if routing else []
    for number, name in enumerate(names):
        if name in names[:number]:
            path = f"{ROUTING}.routes[{number}].name"
            yield Problem(path=path, message=f"a route before is named {name!r} too")

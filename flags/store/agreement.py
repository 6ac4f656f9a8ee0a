"""What the parts of one document say wrongly about each other.

Works on the raw document, so that it has its say even where the shape of another
part is wrong; parts of a wrong shape are passed over here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flags.errors import Problem
from flags.model import CALLER_DEFAULT
from flags.store.documents import ADMITTED, RESERVED_METADATA, ROLES
from flags.store.plans import plan_problems
from flags.store.serving import form
from flags.store.shares import (
    added,
    mapping,
    percentages,
    sequence,
    serve_problems,
    unknown_variant,
)
from flags.store.values import WHOLE, epoch, listed

Raw = Mapping[str, Any]
_SHOWN = 5
_RAMP = "a release has no ramps; move its weight with `canary set-weight`"


def _given(document: Raw) -> Raw:
    # A key without a value is a key that is not there.
    return {key: value for key, value in document.items() if value is not None}


def flag_problems(flag: Raw, path: str) -> Iterator[Problem]:
    """Problems between the parts of a flag or release."""
    flag = _given(flag)
    if "release" in flag:
        yield from _release_problems(flag, path)
        known: tuple[str, ...] = ROLES
    else:
        yield from _plain_problems(flag, path)
        known = (*mapping(flag.get("variants")), CALLER_DEFAULT)
    for name in sorted(set(RESERVED_METADATA) & set(mapping(flag.get("metadata")))):
        message = "each answer has this by itself; choose another name"
        yield Problem(path=f"{path}.metadata.{name}", message=message)
    yield from _target_problems(mapping(flag.get("targets")), known, path)
    yield from _rule_problems(flag, known, path)
    yield from _window_problems(flag.get("schedule"), f"{path}.schedule")
    if "release" not in flag:
        yield from serve_problems(flag.get("serve"), known, f"{path}.serve")
    if flag.get("temporary") is False and "expires" in flag:
        message = "a permanent flag has none; remove it, or say `temporary: true`"
        yield Problem(path=f"{path}.expires", message=message)


def _release_problems(flag: Raw, path: str) -> Iterator[Problem]:
    if "." in path.removeprefix("flags."):
        yield Problem(path=path, message="the name of a release has no dots")
    for name in ("variants", "off", "serve"):
        if name in flag:
            message = "a release has none: its roles are canary and stable"
            yield Problem(path=f"{path}.{name}", message=message)
    for name in ("requires", "schedule"):
        if flag.get(name):
            message = "a release has none; an operator begins and ends its rollout"
            yield Problem(path=f"{path}.{name}", message=message)
    yield from plan_problems(flag.get("plan"), f"{path}.plan")
    services = mapping(flag["release"]).get("services")
    if isinstance(services, list) and len({*map(str, services)}) != len(services):
        message = "a service is named twice"
        yield Problem(path=f"{path}.release.services", message=message)


def _plain_problems(flag: Raw, path: str) -> Iterator[Problem]:
    for name in ("variants", "off", "serve"):
        if name not in flag:
            message = "missing; a flag needs variants, off and serve"
            yield Problem(path=f"{path}.{name}", message=message)
    variants = mapping(flag.get("variants"))
    if len({_kind(value) for value in variants.values()}) > 1:
        message = "all variants of a flag are of one type"
        yield Problem(path=f"{path}.variants", message=message)
    if "weight" in flag:
        message = "only a release has a weight; give serve percentages instead"
        yield Problem(path=f"{path}.weight", message=message)
    for name in ("plan", "rollout"):
        if name in flag:
            message = f"only a release has a {name}; remove it, or add `release`"
            yield Problem(path=f"{path}.{name}", message=message)
    if isinstance(flag.get("off"), str):
        known = (*variants, CALLER_DEFAULT)
        yield from unknown_variant(flag["off"], known, f"{path}.off")


def _kind(value: object) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if number else type(value).__name__


def _rule_problems(flag: Raw, known: tuple[str, ...], path: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, rule in enumerate(map(mapping, sequence(flag.get("rules")))):
        place = f"{path}.rules[{number}]"
        name, served = rule.get("name"), rule.get("serve")
        yield from serve_problems(served, known, f"{place}.serve")
        if isinstance(name, str) and name in seen:
            message = f"a rule before is named {name!r} too"
            yield Problem(path=f"{place}.name", message=message)
        seen.add(str(name))
        if name is None and (percentages(served) or draws_by_name(rule.get("when"))):
            # Buckets are remembered by name: by number, a new rule would move users.
            message = "missing; a rule with percentages needs one, to keep its users"
            yield Problem(path=f"{place}.name", message=message)
        if "release" in flag and form(served) == "ramp":
            yield Problem(path=f"{place}.serve", message=_RAMP)
        if "release" in flag and name == ADMITTED:
            message = "the name is taken by those whom a rollout admits; choose another"
            yield Problem(path=f"{place}.name", message=message)


def draws_by_name(when: object) -> bool:
    """Whether a condition draws users by the name of its rule, for want of a seed."""
    open_ = [when]
    while open_:
        part = open_.pop()
        if not isinstance(part, Mapping):
            continue
        if "percentage" in part and part.get("seed") is None:
            return True
        open_ += [part.get("any_item"), part.get("all_items")]
        for join in ("all", "any", "none"):
            open_ += sequence(part.get(join))
    return False


def _target_problems(
    targets: Raw, known: tuple[str, ...], path: str
) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for variant, value in targets.items():
        place = f"{path}.targets.{variant}"
        yield from unknown_variant(variant, known, place)
        kinds = value if isinstance(value, Mapping) else {"key": value}
        named = {
            (str(kind), key)
            for kind, keys in kinds.items()
            for key in sequence(keys)
            if isinstance(key, str)
        }
        for kind, key in sorted(seen & named):
            whose = "" if kind == "key" else f" of kind {kind}"
            message = f"{key!r}{whose} is named for two variants"
            yield Problem(path=place, message=message)
        seen |= named


def _window_problems(schedule: object, path: str) -> Iterator[Problem]:
    windows = listed(schedule)
    for number, window in enumerate(map(mapping, sequence(windows))):
        place = path if windows is not schedule else f"{path}[{number}]"
        start, end = _second(window.get("from")), _second(window.get("until"))
        if start is not None and end is not None and end <= start:
            message = "not after `from`: the flag would never be in force"
            yield Problem(path=f"{place}.until", message=message)


def _second(value: object) -> int | None:
    try:
        return epoch(value)
    except ValueError:
        return None


def segment_problems(segment: Raw, path: str) -> Iterator[Problem]:
    """Ids of a segment that are both in it and out of it."""
    excluded = _hashable(segment.get("excluded"))
    both = [id_ for id_ in _hashable(segment.get("included")) if id_ in excluded]
    if both:
        more = f" and {len(both) - _SHOWN} more" if len(both) > _SHOWN else ""
        shown = ", ".join(map(repr, both[:_SHOWN]))
        message = f"{shown}{more} in `included` too; take each out of one of them"
        yield Problem(path=f"{path}.excluded", message=message)


def _hashable(ids: object) -> dict[str, None]:
    return dict.fromkeys(id_ for id_ in sequence(ids) if isinstance(id_, str))


def group_problems(group: Raw, path: str) -> Iterator[Problem]:
    """A group is either exclusive or a holdout, and says all that this takes."""
    group = _given(group)
    exclusive, holdout = "exclusive" in group, "holdout" in group
    if exclusive is holdout:
        yield Problem(path=path, message="give either exclusive or holdout")
    if holdout and "flags" not in group:
        message = "missing; name the flags that the holdout is kept out of"
        yield Problem(path=f"{path}.flags", message=message)
    if exclusive and "flags" in group:
        message = "goes with holdout; exclusive names its flags itself"
        yield Problem(path=f"{path}.flags", message=message)
    names = [name for name in sequence(group.get("flags")) if isinstance(name, str)]
    if len({*names}) < len(names):
        yield Problem(path=f"{path}.flags", message="a flag is named twice")
    total = added(mapping(group.get("exclusive")))
    if total is not None and total > WHOLE:
        message = f"the percentages add up to {total}, over 100"
        yield Problem(path=f"{path}.exclusive", message=message)


AGREEMENTS: Mapping[str, Callable[[Raw, str], Iterator[Problem]]] = {
    "flags": flag_problems,
    "segments": segment_problems,
    "groups": group_problems,
}

"""From the text of a snapshot to a `Ruleset`, refusing whatever is not one.

Laws
1. A snapshot is untrusted input: oversized, too deep, duplicate keys, NaN, unknown
   operators, dangling names, circles and later schemas are refused, all of it.
2. Refusal is one exception, `InvalidSnapshot`; the caller keeps what it has.
3. Only the standard library: this runs at every cold start.

`flags.store.compiler` writes what this file reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from math import isfinite

from flags.compiled import (
    MAX_DEPTH,
    flag_from,
    segment_from,
    slots_from,
    typed,
    whole,
)
from flags.engine.items import MAX_ITEMS
from flags.errors import InvalidSnapshot
from flags.hints import Any, NoReturn
from flags.lineage import PLACES
from flags.model import Condition, Flag, Group, InSegment, Items, Ruleset
from flags.parts import MAX_BYTES
from flags.snapshot import NO_LISTS, Lists

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_TESTS",
    "SCHEMA",
    "Lists",
    "decode",
    "flag_from",
    "segment_from",
    "slots_from",
]

SCHEMA = 2
# Of one evaluation: a millisecond or so.
MAX_TESTS = 2_000


def decode(text: str | bytes, lists: Lists = NO_LISTS) -> Ruleset:
    """Read a snapshot; raises `InvalidSnapshot`."""
    if len(text) > MAX_BYTES:
        msg = f"snapshot of {len(text)} bytes is over the limit of {MAX_BYTES}"
        raise InvalidSnapshot(msg)
    try:
        return _ruleset(_parse(text), lists)
    except (
        LookupError,
        TypeError,
        ValueError,
        ArithmeticError,
        AttributeError,
        RecursionError,
    ) as error:
        msg = f"snapshot refused: {type(error).__name__}: {error}"
        raise InvalidSnapshot(msg) from error


def _parse(text: str | bytes) -> Any:
    return json.loads(
        text,
        object_pairs_hook=_unique,
        parse_constant=_refuse_constant,
        parse_float=_finite,
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    # JSON's grammar has room for 1e999, which Python reads as infinity.
    number = float(text)
    return number if isfinite(number) else _refuse_constant(text)


def _ruleset(data: Any, lists: Lists) -> Ruleset:
    schema = data["schema"]
    if schema != SCHEMA:
        raise ValueError(f"schema {schema!r} is not {SCHEMA}: update the library first")
    flags = data["flags"].items()
    segments = typed(data.get("segments") or {}, dict).items()
    groups = typed(data.get("groups") or {}, dict).items()
    rules = Ruleset(
        version=whole(data["version"]),
        flags={name: flag_from(name, entry) for name, entry in flags},
        segments={name: segment_from(name, entry, lists) for name, entry in segments},
        groups={name: slots_from(name, entry) for name, entry in groups},
        routing=typed(data.get("routing") or {}, dict),
        lineage=_lineage(data),
        stable=_stable(data.get("stable")),
    )
    _check_links(rules)
    return rules


def _lineage(data: Any) -> int:
    number = whole(data.get("lineage", 0))
    if number >= PLACES:
        raise ValueError(f"{number} is not a lineage")
    return number


def _stable(data: Any) -> dict[str, str]:
    """By service the colour that was made stable last."""
    return {
        typed(service, str): typed(colour, str)
        for service, colour in typed(data or {}, dict).items()
    }


def _check_links(rules: Ruleset) -> None:
    """Every name leads somewhere, and none back to itself."""
    for flag in rules.flags.values():
        for gate in flag.gates:
            slots = rules.groups[gate.group].split.variants
            if not gate.slots <= set(slots):
                raise ValueError(f"{flag.name}: no such slot in group {gate.group}")
        for part in _conditions(flag):
            for name in _segments(part):
                _ = rules.segments[name]
    _check_circles(
        {name: [r.flag for r in flag.requires] for name, flag in rules.flags.items()}
    )
    _check_circles(
        {
            name: [used for rule in segment.rules for used in _segments(rule)]
            for name, segment in rules.segments.items()
        }
    )
    _check_work(rules)


def _check_work(rules: Ruleset) -> None:
    """No evaluation takes more than `MAX_TESTS`, what it leads through included.

    Segments in segments and flags that require flags can multiply: a diamond's foot
    is walked once for each way that leads to it.
    """

    @cache
    def of_segment(name: str) -> int:
        return 1 + sum(of_condition(rule) for rule in rules.segments[name].rules)

    def of_condition(part: Condition) -> int:
        if isinstance(part, InSegment):
            return of_segment(part.segment)
        if isinstance(part, Group):
            return sum(of_condition(member) for member in part.members)
        if isinstance(part, Items):
            return MAX_ITEMS * of_condition(part.when)
        return 1

    @cache
    def of_flag(name: str) -> int:
        flag = rules.flags[name]
        own = sum(of_condition(part) for part in _conditions(flag))
        return 1 + own + sum(of_flag(required.flag) for required in flag.requires)

    for name in rules.flags:
        if (work := of_flag(name)) > MAX_TESTS:
            raise ValueError(
                f"{name} leads to {work} tests, of {MAX_TESTS} at most; a condition on "
                f"items of an array counts {MAX_ITEMS} times"
            )


def _conditions(flag: Flag) -> Iterator[Condition]:
    if flag.active is not None:
        yield flag.active
    for rule in flag.rules:
        yield rule.when


def _segments(part: Condition) -> Iterator[str]:
    if isinstance(part, InSegment):
        yield part.segment
    elif isinstance(part, Group):
        for member in part.members:
            yield from _segments(member)
    elif isinstance(part, Items):
        yield from _segments(part.when)


def _check_circles(links: Mapping[str, list[str]]) -> None:
    """Refuse what leads back to itself, and chains too long to be followed."""
    depths: dict[str, int] = {}

    def depth(name: str, above: tuple[str, ...]) -> int:
        if name in above:
            raise ValueError(f"{' -> '.join((*above, name))} goes round in a circle")
        if name not in depths and len(above) <= MAX_DEPTH:
            below = [depth(other, (*above, name)) for other in links[name]]
            depths[name] = 1 + max(below, default=0)
        if depths.get(name, MAX_DEPTH + 1) > MAX_DEPTH:
            raise ValueError(f"{name} leads through more than {MAX_DEPTH} others")
        return depths[name]

    for name in links:
        if links[name]:
            depth(name, ())

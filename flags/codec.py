"""From the bytes of a snapshot to a `Ruleset`, refusing whatever is not one.

Laws
1. A snapshot is untrusted input: oversized, too deep, duplicate keys, NaN, unknown
   operators, dangling variants and later schemas are refused, the whole of it.
2. Refusal is one exception, `InvalidSnapshot`; the caller keeps what it has.
3. Only the standard library: this runs at every cold start.

`flags.store.compiler` writes what this file reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any, NoReturn

from flags.bucketing import BUCKETS
from flags.conditions import OPERATORS
from flags.errors import InvalidSnapshot
from flags.model import (
    Clause,
    Condition,
    Flag,
    Group,
    Release,
    Rule,
    Ruleset,
    Serve,
    Split,
)

SCHEMA = 1
MAX_BYTES = 2_000_000
MAX_DEPTH = 16


def decode(body: str | bytes) -> Ruleset:
    """Read a snapshot; raises `InvalidSnapshot`."""
    if len(body) > MAX_BYTES:
        msg = f"snapshot of {len(body)} bytes is over the limit of {MAX_BYTES}"
        raise InvalidSnapshot(msg)
    try:
        return _ruleset(_parse(body))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        msg = f"snapshot refused: {type(error).__name__}: {error}"
        raise InvalidSnapshot(msg) from error


def _parse(body: str | bytes) -> Any:
    return json.loads(
        body,
        object_pairs_hook=_unique,
        parse_constant=_refuse_constant,
        parse_float=_finite,
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a key stands twice in one object"
        raise ValueError(msg)
    return found


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is not a number"
    raise ValueError(msg)


def _finite(text: str) -> float:
    # JSON's grammar has room for 1e999, which Python reads as infinity.
    number = float(text)
    return number if isfinite(number) else _refuse_constant(text)


def _ruleset(data: Any) -> Ruleset:
    schema = data["schema"]
    if schema != SCHEMA:
        msg = f"schema {schema!r} is not {SCHEMA}: update the library first"
        raise ValueError(msg)
    flags = data["flags"].items()
    routing = data.get("routing") or {}
    return Ruleset(
        version=_whole(data["version"]),
        flags={name: flag_from(name, entry) for name, entry in flags},
        routing=_typed(routing, dict),
    )


def flag_from(name: str, data: Mapping[str, Any]) -> Flag:
    """Read one compiled flag; raises KeyError, TypeError or ValueError."""
    variants = _typed(data["variants"], dict)
    targets = _typed(data.get("targets") or {}, dict)
    for variant in (data["off"], *targets.values()):
        _known(variant, variants)
    return Flag(
        name=name,
        version=_whole(data["version"]),
        enabled=_typed(data["enabled"], bool),
        variants=variants,
        off=data["off"],
        salt=_typed(data["salt"], str),
        targets=targets,
        rules=tuple(_rule(rule, variants) for rule in data.get("rules") or ()),
        serve=serve_from(data["serve"], variants),
        release=_release(data.get("release"), variants),
    )


def _rule(data: Mapping[str, Any], variants: Mapping[str, Any]) -> Rule:
    return Rule(
        name=_typed(data["name"], str),
        when=_condition(data["when"], MAX_DEPTH),
        serve=serve_from(data["serve"], variants),
    )


def _condition(data: Mapping[str, Any], depth: int) -> Condition:
    if depth == 0:
        msg = f"conditions are nested deeper than {MAX_DEPTH}"
        raise ValueError(msg)
    if "join" in data:
        if data["join"] not in {"all", "any", "none"}:
            msg = f"unknown join {data['join']!r}"
            raise ValueError(msg)
        members = tuple(_condition(item, depth - 1) for item in data["members"])
        return Group(join=data["join"], members=members)
    operator = data["operator"]
    if operator != "exists" and operator not in OPERATORS:
        msg = f"unknown operator {operator!r}"
        raise ValueError(msg)
    operand = data["operand"]
    if operator == "in":
        _typed(operand, list)
    return Clause(
        attribute=_typed(data["attribute"], str),
        operator=operator,
        operand=operand,
        negate=_typed(data.get("negate", False), bool),
    )


def serve_from(data: Any, variants: Mapping[str, Any]) -> Serve:
    """Read what a rule serves: a variant's name, or a split with its ranges."""
    if isinstance(data, str):
        return _known(data, variants)
    ends = tuple(_whole(end) for end in data["ends"])
    names = tuple(_known(name, variants) for name in data["variants"])
    rising = all(a < b for a, b in zip((0, *ends), ends, strict=False))
    if len(ends) != len(names) or not rising or ends[-1:] != (BUCKETS,):
        msg = f"ranges don't cover 0 to {BUCKETS} once: {ends}"
        raise ValueError(msg)
    return Split(ends=ends, variants=names)


def _release(data: Any, variants: Mapping[str, Any]) -> Release | None:
    if data is None:
        return None
    since = data.get("since")
    return Release(
        services=tuple(_typed(name, str) for name in data["services"]),
        stable=_known(data["stable"], variants),
        canary=_known(data["canary"], variants),
        since=None if since is None else _whole(since),
    )


def _known(variant: Any, variants: Mapping[str, Any]) -> str:
    if not isinstance(variant, str) or variant not in variants:
        msg = f"no variant {variant!r}"
        raise ValueError(msg)
    return variant


def _whole(number: Any) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        msg = f"{number!r} is not a whole number"
        raise ValueError(msg)
    return number


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        msg = f"{value!r} is not of type {kind.__name__}"
        raise TypeError(msg)
    return value

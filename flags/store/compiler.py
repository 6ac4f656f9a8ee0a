"""From a document to the compiled flag that a snapshot holds.

Laws
1. Pure: the salt for a new split or rollout comes in as an argument.
2. What a person can't write (salt, bucket ranges, the rollout's beginning) is taken
   from the flag compiled before, so that an edit never moves users by accident.
3. A rollout has its own salt: not always the same people go first. It keeps it for
   life, so a ramp up never takes a user out.
4. Roles become colours here. Without a live rollout there is no canary: targets and
   rules of a release rest, and everyone is on stable.

`flags.codec` reads what this file writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flags.bucketing import BUCKETS, reallocate
from flags.codec import SCHEMA
from flags.model import Flag, Split
from flags.store.documents import COLOURS, ClauseDocument, FlagDocument

Compiled = dict[str, Any]


def other(colour: str) -> str:
    """The colour that is not this one."""
    return COLOURS[1 - COLOURS.index(colour)]


def compile_flag(
    document: FlagDocument, previous: Flag | None, *, version: int, salt: str
) -> Compiled:
    """Compile a checked document; `salt` is used if a new one is due."""
    if document.release is not None:
        return _release(document, previous, version=version, salt=salt)
    kept = previous if previous and previous.release is None else None
    before = _splits(kept)
    return {
        "version": version,
        "enabled": document.enabled,
        "variants": document.variants,
        "off": document.off,
        "salt": kept.salt if kept else salt,
        **_targeting(
            document, {name: name for name in document.variants or ()}, before
        ),
        "serve": _serve(document.serve, None, before.get("")),
    }


def _release(
    document: FlagDocument, previous: Flag | None, *, version: int, salt: str
) -> Compiled:
    stable = (document.release and document.release.stable) or COLOURS[0]
    canary = other(stable)
    was = previous.release if previous else None
    since, before = None, {}
    if document.weight is not None:
        since = version
        if previous and was and was.since is not None and was.canary == canary:
            since, salt, before = was.since, previous.salt, _splits(previous)
    compiled: Compiled = {
        "version": version,
        "enabled": document.enabled,
        "variants": {colour: colour for colour in COLOURS},
        "off": stable,
        "salt": salt,
        "serve": stable,
        "release": {
            "services": document.release.services if document.release else [],
            "stable": stable,
            "canary": canary,
            "since": since,
        },
    }
    if document.weight is not None:
        roles = {"canary": canary, "stable": stable}
        rest = float(100 - Decimal(str(document.weight)))
        split = {"canary": document.weight, "stable": rest}
        compiled |= _targeting(document, roles, before)
        compiled["serve"] = _serve(split, roles, before.get(""))
    return compiled


def _targeting(
    document: FlagDocument, names: Mapping[str, str], before: Mapping[str, Split]
) -> Compiled:
    targets = {
        key: names[variant]
        for variant, keys in document.targets.items()
        for key in keys
    }
    rules = []
    for number, rule in enumerate(document.rules):
        name = rule.name or f"rules[{number}]"
        serve = _serve(rule.serve, names, before.get(name))
        rules.append({"name": name, "when": _condition(rule.when), "serve": serve})
    return {"targets": targets, "rules": rules}


def _splits(flag: Flag | None) -> dict[str, Split]:
    """The bucket ranges in use, by rule; the last resort's name is empty."""
    if flag is None:
        return {}
    serves = {rule.name: rule.serve for rule in flag.rules} | {"": flag.serve}
    return {name: serve for name, serve in serves.items() if isinstance(serve, Split)}


def _serve(
    serve: Any, names: Mapping[str, str] | None, previous: Split | None
) -> str | Compiled:
    if isinstance(serve, str):
        return names[serve] if names else serve
    weights = {
        names[name] if names else name: int(Decimal(str(percent)) * BUCKETS / 100)
        for name, percent in serve.items()
    }
    split = reallocate(previous, weights)
    return {"ends": list(split.ends), "variants": list(split.variants)}


def _condition(when: Any) -> Compiled:
    if isinstance(when, ClauseDocument):
        operator, operand = when.operator()
        compiled: Compiled = {
            "attribute": when.attribute,
            "operator": operator,
            "operand": operand,
        }
        return compiled | ({"negate": True} if when.negate else {})
    join, members = when.join()
    return {"join": join, "members": [_condition(member) for member in members]}


def compile_snapshot(
    version: int, flags: Mapping[str, Compiled], routing: Mapping[str, Any]
) -> str:
    """The snapshot's body."""
    snapshot = {
        "schema": SCHEMA,
        "version": version,
        "flags": dict(sorted(flags.items())),
        "routing": routing,
    }
    return json.dumps(
        snapshot, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )

"""From documents to the compiled parts that a snapshot holds.

Laws
1. Pure: the time, and the salt for a new split or rollout, come in as arguments.
2. What a person can't write (salt, bucket ranges, the rollout's beginning) is taken
   from the flag compiled before, so that an edit never moves users by accident.
3. A rollout has its own salt: not always the same people go first. It keeps it for
   life, so a ramp up never takes a user out.
4. Roles become colours here. Without a live rollout there is no canary: targets and
   rules of a release rest, and everyone is on stable.
5. A rollout that takes another's place is another: it begins anew, so that nothing
   that was decided or counted for the one before is taken for its own.

`flags.codec` reads what this file writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flags.bucketing import BUCKETS, reallocate
from flags.codec import SCHEMA
from flags.model import CALLER_DEFAULT, Flag, Release, Serve, Slots
from flags.store.clauses import compile_condition, compile_schedule
from flags.store.documents import ADMITTED, COLOURS, FlagDocument
from flags.store.groups import GroupDocument
from flags.store.plans import live, watch_settings
from flags.store.ranges import Compiled, buckets, compile_serve

__all__ = [
    "Compiled",
    "Making",
    "compile_flag",
    "compile_group",
    "compile_snapshot",
    "other",
]


def other(colour: str) -> str:
    """The colour that is not this one."""
    return COLOURS[1 - COLOURS.index(colour)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What a compilation is told beside the document and what was there before.

    `version` is the document's, `salt` is used if a new one is due, and `now`, in
    seconds since the epoch, is when the change is made.
    """

    version: int
    salt: str
    now: float = 0.0


def compile_flag(
    document: FlagDocument, previous: Flag | None, making: Making
) -> Compiled:
    """Compile a checked document of a flag or release."""
    if document.release is not None:
        return _release(document, previous, making)
    kept = previous if previous and previous.release is None else None
    names = {name: name for name in (*(document.variants or ()), CALLER_DEFAULT)}
    salt = kept.salt if kept else making.salt
    compiled: Compiled = {
        "version": making.version,
        "enabled": document.enabled,
        "variants": document.variants,
        "off": document.off,
        "salt": salt,
        **_targeting(document, names, kept, making, salt),
        "serve": _serve(document.serve, names, kept, making),
    }
    if document.requires:
        compiled["requires"] = [
            {"flag": item.flag, "variants": item.names()} for item in document.requires
        ]
    if document.schedule:
        compiled["active"] = compile_schedule(document.schedule)
    return compiled | _metadata(document)


def _metadata(document: FlagDocument) -> Compiled:
    return {"metadata": document.metadata} if document.metadata else {}


def _release(document: FlagDocument, previous: Flag | None, making: Making) -> Compiled:
    stable = (document.release and document.release.stable) or COLOURS[0]
    canary = other(stable)
    was = previous.release if previous else None
    since, kept = None, None
    rollout = _rollout_of(document)
    if document.weight is not None:
        since = making.version
        if previous and was and _goes_on(was, canary, rollout):
            since, kept = was.since, previous
    compiled: Compiled = {
        "version": making.version,
        "enabled": document.enabled,
        "variants": {colour: colour for colour in COLOURS},
        "off": stable,
        "salt": kept.salt if kept else making.salt,
        "serve": stable,
        "release": {
            "services": document.release.services if document.release else [],
            "stable": stable,
            "canary": canary,
            "since": since,
            **_watch(rollout),
        },
    }
    if document.weight is not None:
        roles = {"canary": canary, "stable": stable}
        rest = float(100 - Decimal(str(document.weight)))
        split = {"canary": document.weight, "stable": rest}
        compiled |= _targeting(document, roles, kept, making, compiled["salt"])
        compiled["rules"] = [*_admitted(rollout, canary), *compiled["rules"]]
        compiled["serve"] = _serve(split, roles, kept, making)
    return compiled | _metadata(document)


def _rollout_of(document: FlagDocument) -> Mapping[str, Any]:
    """The rollout that is live in a release; empty if a person moves the weight."""
    found = document.rollout if document.weight is not None else None
    return found if found and live({"rollout": found}) else {}


def _goes_on(was: Release, canary: str, rollout: Mapping[str, Any]) -> bool:
    """Whether the live rollout of before is this one."""
    id_ = rollout.get("id")
    same = id_ is None or id_ == was.rollout
    return was.since is not None and was.canary == canary and same


def _watch(rollout: Mapping[str, Any]) -> Compiled:
    """Which rollout is live, and how routers judge it; nothing if none is."""
    if not rollout:
        return {}
    watch = watch_settings(rollout["plan"])
    return {"rollout": rollout["id"]} | ({"watch": watch} if watch else {})


def _admitted(rollout: Mapping[str, Any], canary: str) -> list[Compiled]:
    """The rule of those who are on the canary whatever the weight; before all others.

    It serves one variant: nobody is drawn by it, so it has no ranges to remember.
    """
    members = [{"segment": name} for name in rollout.get("admitted", ())]
    if not members:
        return []
    when = members[0] if len(members) == 1 else {"join": "any", "members": members}
    return [{"name": ADMITTED, "when": when, "serve": canary}]


def _targeting(
    document: FlagDocument,
    names: Mapping[str, str],
    previous: Flag | None,
    making: Making,
    salt: str,
) -> Compiled:
    kinds: dict[str, dict[str, str]] = {}
    for variant, named in document.targets.items():
        by_kind = named if isinstance(named, dict) else {"key": named}
        for kind, keys in by_kind.items():
            kinds.setdefault(kind, {}).update(dict.fromkeys(keys, names[variant]))
    rules = []
    for number, rule in enumerate(document.rules):
        name = rule.name or f"rules[{number}]"
        serve = _serve(rule.serve, names, previous, making, rule=name)
        # Drawn apart from what the flag serves, and from its other rules.
        when = compile_condition(rule.when, f"{salt}:{name}")
        rules.append({"name": name, "when": when, "serve": serve})
    targets = kinds.pop("key", {})
    return {"targets": targets, "rules": rules} | ({"kinds": kinds} if kinds else {})


def _serve(
    serve: Any,
    names: Mapping[str, str],
    previous: Flag | None,
    making: Making,
    rule: str | None = None,
) -> str | Compiled:
    """A serve near what was served before, by a rule of the same name."""
    before: dict[str | None, Serve] = {}
    if previous is not None:
        before = {was.name: was.serve for was in previous.rules}
        before[None] = previous.serve
    return compile_serve(serve, names, before.get(rule), making.now)


def compile_group(
    document: GroupDocument, previous: Slots | None, making: Making
) -> Compiled:
    """Compile a checked group: a slot for each flag, or for the holdout."""
    if document.exclusive is not None:
        sizes = {name: buckets(share) for name, share in document.exclusive.items()}
        # The rest is in none of them.
        sizes[""] = BUCKETS - sum(sizes.values())
    else:
        held = buckets(document.holdout or 0)
        sizes = {"held-out": held, "in": BUCKETS - held}
    by = None if document.by == "key" else document.by
    kept = previous if previous and previous.split.by == by else None
    split = reallocate(kept.split if kept else None, sizes)
    salt = previous.salt if previous else making.salt
    compiled: Compiled = {
        "version": making.version,
        "salt": salt,
        "ends": list(split.ends),
        "slots": list(split.variants),
    }
    return compiled | ({"by": by} if by else {})


def compile_snapshot(  # noqa: PLR0913 - a snapshot has these parts
    version: int,
    flags: Mapping[str, Compiled],
    routing: Mapping[str, Any],
    segments: Mapping[str, Compiled] | None = None,
    groups: Mapping[str, Compiled] | None = None,
    *,
    lineage: int = 0,
    stable: Mapping[str, str] | None = None,
) -> str:
    """The snapshot's body; `stable` is by service the colour made stable last."""
    snapshot = {
        "schema": SCHEMA,
        "version": version,
        "lineage": lineage,
        "flags": dict(sorted(flags.items())),
        "segments": dict(sorted((segments or {}).items())),
        "groups": dict(sorted((groups or {}).items())),
        "stable": dict(sorted((stable or {}).items())),
        "routing": routing,
    }
    return json.dumps(
        {key: part for key, part in snapshot.items() if part or key in _ALWAYS},
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


_ALWAYS = {"schema", "version", "flags", "routing"}

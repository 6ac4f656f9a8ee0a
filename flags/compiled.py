"""The parts of a snapshot, from JSON to the nouns of `flags.model`.

Whatever is wrong raises KeyError, TypeError or ValueError; `flags.codec` turns it into
a refusal of the whole snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping

from flags.bucketing import BUCKETS
from flags.engine.operators import OPERATORS
from flags.hints import Any
from flags.model import (
    CALLER_DEFAULT,
    Clause,
    Condition,
    Draw,
    Flag,
    Gate,
    Group,
    InSegment,
    Items,
    Ramp,
    Release,
    Requirement,
    Rule,
    Segment,
    Serve,
    Slots,
    Split,
    Stage,
)
from flags.snapshot import Lists

MAX_DEPTH = 16
LARGEST = 2**53


def flag_from(name: str, data: Mapping[str, Any]) -> Flag:
    """Read one flag."""
    variants = typed(data["variants"], dict)
    kinds = typed(data.get("kinds") or {}, dict).items()
    active = data.get("active")
    # What may be served: a release's roles, or a variant or the caller's default.
    released = data.get("release") is not None
    served = variants if released else {**variants, CALLER_DEFAULT: None}
    return Flag(
        name=name,
        version=whole(data["version"]),
        enabled=typed(data["enabled"], bool),
        variants=variants,
        off=_known(data["off"], served),
        salt=typed(data["salt"], str),
        requires=tuple(_requirement(item) for item in data.get("requires") or ()),
        gates=tuple(_gate(item) for item in data.get("gates") or ()),
        active=None if active is None else condition_from(active),
        targets=_targets(data.get("targets"), served),
        kinds={kind: _targets(keys, served) for kind, keys in kinds},
        rules=tuple(_rule(rule, served) for rule in data.get("rules") or ()),
        serve=serve_from(data["serve"], served),
        release=_release(data.get("release"), variants),
        metadata=typed(data.get("metadata") or {}, dict),
    )


def segment_from(name: str, data: Mapping[str, Any], lists: Lists) -> Segment:
    """Read one segment; its long lists are taken from `lists`."""
    return Segment(
        name=name,
        version=whole(data["version"]),
        by=_by(data),
        included=_ids(data.get("included") or [], lists),
        excluded=_ids(data.get("excluded") or [], lists),
        rules=tuple(condition_from(rule) for rule in data.get("rules") or ()),
    )


def slots_from(name: str, data: Mapping[str, Any]) -> Slots:
    """Read one group."""
    slots = dict.fromkeys(data["slots"])
    return Slots(
        name=name,
        version=whole(data["version"]),
        salt=typed(data["salt"], str),
        split=_split(
            {"ends": data["ends"], "variants": data["slots"]}, slots, _by(data)
        ),
    )


def condition_from(data: Mapping[str, Any], depth: int = MAX_DEPTH) -> Condition:
    """Read a condition that is nested no deeper than this."""
    if depth == 0:
        raise ValueError(f"conditions are nested deeper than {MAX_DEPTH}")
    negate = typed(data.get("negate", False), bool)
    if "segment" in data:
        return InSegment(segment=typed(data["segment"], str), negate=negate)
    if "join" in data:
        members = tuple(condition_from(item, depth - 1) for item in data["members"])
        return Group(join=_join(data["join"], ("all", "any", "none")), members=members)
    if "draw" in data:
        return _draw(typed(data["draw"], dict), negate=negate)
    if "items" in data:
        return Items(
            attribute=typed(data["attribute"], str),
            join=_join(data["items"], ("any", "all")),
            when=condition_from(data["when"], depth - 1),
            negate=negate,
        )
    if data["operator"] not in OPERATORS:
        raise ValueError(f"unknown operator {data['operator']!r}")
    zone = data.get("zone")
    clause = Clause(
        attribute=typed(data["attribute"], str),
        operator=data["operator"],
        operand=data["operand"],
        negate=negate,
        ignore_case=typed(data.get("ignore_case", False), bool),
        zone=None if zone is None else typed(zone, str),
        read_as=data.get("read_as"),
    )
    # A bad operand must not be found out by a request.
    OPERATORS[clause.operator](clause)
    return clause


def _join(name: Any, known: tuple[str, ...]) -> str:
    if typed(name, str) not in known:
        raise ValueError(f"unknown join {name!r}")
    return str(name)


def _draw(data: Mapping[str, Any], *, negate: bool) -> Draw:
    end = whole(data["end"])
    if end > BUCKETS:
        raise ValueError(f"{end} is over {BUCKETS} buckets")
    return Draw(salt=typed(data["salt"], str), end=end, by=_by(data), negate=negate)


def serve_from(data: Any, variants: Mapping[str, Any]) -> Serve:
    """Read what a rule serves: a variant's name, a split, or a ramp."""
    if isinstance(data, str):
        return _known(data, variants)
    by = _by(data)
    if "stages" not in data:
        return _split(data, variants, by)
    stages = tuple(
        Stage(at=whole(stage["at"]), split=_split(stage, variants, by))
        for stage in data["stages"]
    )
    times = [stage.at for stage in stages]
    if not times or times != sorted(set(times)):
        raise ValueError(f"the stages of a ramp are not ascending: {times}")
    return Ramp(stages=stages, linear=typed(data.get("linear", False), bool), by=by)


def _split(
    data: Mapping[str, Any], variants: Mapping[str, Any], by: str | None
) -> Split:
    ends = tuple(whole(end) for end in data["ends"])
    names = tuple(_known(name, variants) for name in data["variants"])
    rising = all(a < b for a, b in zip((0, *ends), ends, strict=False))
    if len(ends) != len(names) or not rising or ends[-1:] != (BUCKETS,):
        raise ValueError(f"ranges don't cover 0 to {BUCKETS} once: {ends}")
    return Split(ends=ends, variants=names, by=by)


def _by(data: Mapping[str, Any]) -> str | None:
    by = data.get("by")
    return None if by is None else str(typed(by, str))


def _rule(data: Mapping[str, Any], variants: Mapping[str, Any]) -> Rule:
    return Rule(
        name=typed(data["name"], str),
        when=condition_from(data["when"]),
        serve=serve_from(data["serve"], variants),
    )


def _targets(data: Any, variants: Mapping[str, Any]) -> dict[str, str]:
    targets = typed(data or {}, dict)
    return {key: _known(variant, variants) for key, variant in targets.items()}


def _requirement(data: Mapping[str, Any]) -> Requirement:
    variants = frozenset(typed(name, str) for name in data["variants"])
    return Requirement(flag=typed(data["flag"], str), variants=variants)


def _gate(data: Mapping[str, Any]) -> Gate:
    slots = frozenset(typed(name, str) for name in data["slots"])
    return Gate(group=typed(data["group"], str), slots=slots)


def _ids(data: Any, lists: Lists) -> frozenset[str]:
    if isinstance(data, dict):
        return lists[data["list"]]
    # Texts only: Python's sets of integers can be made to collide.
    return frozenset(typed(item, str) for item in typed(data, list))


def _release(data: Any, variants: Mapping[str, Any]) -> Release | None:
    if data is None:
        return None
    since, rollout = data.get("since"), data.get("rollout")
    return Release(
        services=tuple(typed(name, str) for name in data["services"]),
        stable=_known(data["stable"], variants),
        canary=_known(data["canary"], variants),
        since=None if since is None else whole(since),
        watch=None if since is None else _watch(data.get("watch")),
        rollout=rollout if isinstance(rollout, str) else None,
    )


def _watch(data: Any) -> Mapping[str, Any] | None:
    """How a rollout is judged; damage means that nobody judges it here.

    Refusing the snapshot for it would keep an abort from everyone.
    """
    if not isinstance(data, dict) or not isinstance(data.get("measures"), list):
        return None
    groups = data["measures"]
    sound = groups and all(isinstance(group, list) and group for group in groups)
    texts = sound and all(isinstance(name, str) for group in groups for name in group)
    return data if texts else None


def _known(variant: Any, variants: Mapping[str, Any]) -> str:
    if not isinstance(variant, str) or variant not in variants:
        raise ValueError(f"no variant {variant!r}")
    return variant


def whole(number: Any) -> int:
    """The value if it is a whole number, from 0 on, that a float can hold."""
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{number!r} is not a whole number")
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number!r} is not a whole number")
    return number


def typed(value: Any, kind: type) -> Any:
    """The value if it is of this type."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not of type {kind.__name__}")
    return value

"""Generated input: JSON, conditions, flags, snapshots, contexts, weights, tokens."""

from __future__ import annotations

import json
import math
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from flags.bucketing import BUCKETS
from flags.codec import SCHEMA, decode, flag_from
from flags.errors import InvalidSnapshot
from flags.model import Context, Flag, Ruleset
from flags.token import Carried, Seal, Token

many = settings(deadline=None, max_examples=100)
some = settings(deadline=None, max_examples=50)
few = settings(deadline=None, max_examples=20)

# Surrogates are in: JSON may bring them, escaped. A list, since `st.text` would
# hardly ever draw one.
texts = st.lists(
    st.characters() | st.sampled_from("\ud800\udfff\x00~.:\U0001f600"), max_size=8
).map("".join)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=5,
)
moments = st.integers(0, 4_000_000_000)
attributes = st.sampled_from(
    ["key", "now", "plan", "age", "email", "tenant", "tenant.plan", ""]
)
contexts = st.builds(
    Context,
    key=st.none() | texts | st.sampled_from(["ann", "bob"]),
    attributes=st.dictionaries(attributes, json_values, max_size=4),
)

words = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True)
decisions = st.builds(
    Carried,
    release=words,
    variant=words,
    generation=st.integers(0, 999_999_999_999_999),
)
seals = st.builds(
    Seal,
    kid=st.from_regex(r"[a-z0-9]{1,16}", fullmatch=True),
    expires=st.integers(0, 9_999_999_999),
    subject=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    mac=st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
)
overrides = st.builds(
    Carried, release=words, variant=words, generation=st.just(0), seal=seals
)
carried = decisions | overrides
# Nine overrides of such words always fit; of decisions as many as there may be.
tokens = (
    st.lists(decisions, min_size=1, max_size=16, unique_by=lambda c: c.release)
    | st.lists(carried, min_size=1, max_size=9, unique_by=lambda c: c.release)
).map(lambda members: Token(members=tuple(sorted(members, key=lambda m: m.release))))


@st.composite
def weights(draw: st.DrawFn, names: tuple[str, ...] = ("a", "b", "c", "d")) -> Any:
    """Buckets by variant for some of the names, BUCKETS in all."""
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    sizes = st.integers(0, BUCKETS) | st.integers(0, 5)
    count = len(chosen) - 1
    cuts = sorted(draw(st.lists(sizes, min_size=count, max_size=count)))
    edges = [0, *cuts, BUCKETS]
    return {n: edges[i + 1] - edges[i] for i, n in enumerate(chosen)}


def finite(value: Any) -> bool:
    """Whether a value holds neither NaN nor infinity, which JSON has not."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(finite(part) for part in value.values())
    return all(finite(part) for part in value) if isinstance(value, list) else True


@st.composite
def splits(draw: st.DrawFn, variants: list[str]) -> Any:
    """Compiled ranges over these variants."""
    inner = draw(st.sets(st.integers(1, BUCKETS - 1), max_size=4))
    ends = [*sorted(inner), BUCKETS]
    names = st.sampled_from(variants)
    drawn = draw(st.lists(names, min_size=len(ends), max_size=len(ends)))
    return {"ends": ends, "variants": drawn}


@st.composite
def serves(draw: st.DrawFn, variants: list[str]) -> Any:
    """A variant, a split or a ramp, as a snapshot holds it."""
    kind = draw(st.sampled_from(["variant", "split", "split", "ramp"]))
    if kind == "variant":
        return draw(st.sampled_from(variants))
    by = draw(st.sampled_from([{}, {}, {"by": "tenant"}, {"by": "plan"}]))
    if kind == "split":
        return draw(splits(variants)) | by
    times = sorted(draw(st.sets(moments, min_size=1, max_size=4)))
    stages = [{"at": at, **draw(splits(variants))} for at in times]
    return {"stages": stages, "linear": draw(st.booleans())} | by


_lists = st.lists(texts | st.integers() | st.booleans(), min_size=1, max_size=3)
_words = st.lists(texts, min_size=1, max_size=3) | texts
_versions = st.tuples(*[st.integers(0, 99)] * 3).map(lambda v: "{}.{}.{}".format(*v))
_numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_days = st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
_dates = st.sampled_from(
    ["2026-12-01", "2027-01-15T08:00:00Z", "1999-12-31T23:59:60-12:00"]
)
# What each operator may be given.
OPERANDS: dict[str, st.SearchStrategy[Any]] = {
    "equals": texts | _numbers | st.booleans(),
    "in": _lists,
    "starts_with": _words,
    "ends_with": _words,
    "contains": _words,
    "matches": st.sampled_from(["^a", "[a-z]+$", "(a|b)*c", ".", "\\d{2,3}", ""]),
    "greater_than": _numbers,
    "greater_or_equal": _numbers,
    "less_than": _numbers,
    "less_or_equal": _numbers,
    "exists": st.booleans(),
    "version_equals": _versions,
    "version_greater_than": _versions,
    "version_greater_or_equal": _versions,
    "version_less_than": _versions,
    "version_less_or_equal": _versions,
    "version_in": st.sampled_from(["^1.2", "~2.0.1", ">=3 <4", "5.x || 1.0.0"]),
    "before": _dates,
    "after": _dates,
    "weekday_in": st.lists(_days, min_size=1, max_size=3),
    "time_between": st.sampled_from(["09:00-17:00", "22:00-06:00", "00:00-24:00"]),
    "in_network": st.sampled_from(
        ["10.0.0.0/8", ["::1", "1.2.3.4"], ["2001:db8::/32"]]
    ),
    "has_any": _lists,
    "has_all": _lists,
    "has_none": _lists,
    "modulo": st.just({"divisor": 10, "from": 0, "to": 3}),
}


@st.composite
def clauses(draw: st.DrawFn) -> Any:
    """A compiled comparison."""
    operator = draw(st.sampled_from(sorted(OPERANDS)))
    clause = {
        "attribute": draw(attributes),
        "operator": operator,
        "operand": draw(OPERANDS[operator]),
        "negate": draw(st.booleans()),
        "ignore_case": draw(st.booleans()),
    }
    zone = draw(st.sampled_from([None, "UTC", "Europe/Amsterdam"]))
    if operator in {"equals", "in", "greater_than", "modulo"} and draw(st.booleans()):
        clause["read_as"] = "number"
    return clause | ({"zone": zone} if zone else {})


draws = st.fixed_dictionaries(
    {
        "draw": st.fixed_dictionaries(
            {"salt": texts, "end": st.integers(0, BUCKETS)},
            optional={"by": st.sampled_from(["tenant", "plan"])},
        ),
        "negate": st.booleans(),
    }
)


def _joined(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.fixed_dictionaries(
            {
                "join": st.sampled_from(["all", "any", "none"]),
                "members": st.lists(inner, max_size=3),
            }
        ),
        max_leaves=4,
    )


def _memberships(names: list[str]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"segment": st.sampled_from(names), "negate": st.booleans()}
    )


# By themselves: each counts as many tests, of which a snapshot has so many at most.
items = st.fixed_dictionaries(
    {
        "items": st.sampled_from(["any", "all"]),
        "attribute": attributes,
        "when": clauses(),
        "negate": st.booleans(),
    }
)
conditions = _joined(clauses() | clauses() | draws) | items


@st.composite
def compiled_flags(
    draw: st.DrawFn, when: st.SearchStrategy[Any] = conditions
) -> dict[str, Any]:
    """A flag as it stands in a snapshot, leaning on no other part of it."""
    variants = draw(st.dictionaries(words, json_values, min_size=1, max_size=3))
    name, serve = st.sampled_from(sorted(variants)), serves(sorted(variants))
    rule = st.fixed_dictionaries({"name": texts, "when": when, "serve": serve})
    targets = st.dictionaries(st.sampled_from(["ann", "b", "acme"]), name)
    flag = {
        "version": draw(st.integers(0, 10**6)),
        "enabled": draw(st.sampled_from([True, True, True, False])),
        "variants": variants,
        "off": draw(name),
        "salt": draw(texts),
        "targets": draw(targets),
        "kinds": draw(st.dictionaries(st.sampled_from(["tenant", "plan"]), targets)),
        "rules": draw(st.lists(rule, max_size=3)),
        "serve": draw(serve),
    }
    if draw(st.booleans()):
        flag["active"] = draw(when)
    if draw(st.booleans()):
        flag["release"] = {
            "services": draw(st.lists(words, max_size=2)),
            "stable": draw(name),
            "canary": draw(name),
            "since": draw(st.none() | st.integers(0, 10**6)),
        }
    return flag


@st.composite
def compiled_segments(draw: st.DrawFn, others: list[str]) -> dict[str, Any]:
    """A segment as it stands in a snapshot, which may use the others."""
    ids = st.lists(st.sampled_from(["ann", "acme", "b", "7"]), max_size=3)
    leaves = clauses() | _memberships(others) if others else clauses()
    segment = {
        "version": draw(st.integers(0, 10**6)),
        "included": draw(ids),
        "excluded": draw(ids),
        "rules": draw(st.lists(_joined(leaves), max_size=2)),
    }
    return segment | draw(st.sampled_from([{}, {"by": "tenant"}]))


@st.composite
def compiled_snapshots(draw: st.DrawFn) -> dict[str, Any]:
    """A snapshot whose flags, segments and groups lean on each other."""
    segments: dict[str, Any] = {}
    for name in ("s0", "s1"):
        segments[name] = draw(compiled_segments(sorted(segments)))
    groups = {
        name: {"version": 1, "salt": name, **_slots(draw(splits(["in", "out"])))}
        for name in ("g0", "g1")
    }
    gate = st.sampled_from(
        [
            {"group": name, "slots": sorted({*part["slots"]})[:1]}
            for name, part in groups.items()
        ]
    )
    when = _joined(clauses() | _memberships(sorted(segments)))
    found: dict[str, Any] = {}
    for name in ("f0", "f1", "f2"):
        flag = draw(compiled_flags(when))
        flag["gates"] = draw(st.lists(gate, max_size=2))
        flag["requires"] = [
            {"flag": other, "variants": sorted(part["variants"])[:1]}
            for other, part in found.items()
            if draw(st.booleans())
        ]
        found[name] = flag
    return {
        "schema": SCHEMA,
        "version": draw(st.integers(0, 10**6)),
        "flags": found,
        "segments": segments,
        "groups": groups,
    }


def _slots(split: dict[str, Any]) -> dict[str, Any]:
    return {"ends": split["ends"], "slots": split["variants"]}


flags: st.SearchStrategy[Flag] = compiled_flags().map(lambda d: flag_from("shop", d))


def _bounded(data: Any) -> bool:
    """Whether no flag leads to more tests than one evaluation may take."""
    try:
        decode(json.dumps(data))
    except InvalidSnapshot as error:
        return "tests, of" not in str(error)
    return True


snapshots = compiled_snapshots().filter(finite).filter(_bounded)
rulesets: st.SearchStrategy[Ruleset] = snapshots.map(
    lambda data: decode(json.dumps(data))
)

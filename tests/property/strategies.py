"""Generated input: JSON, conditions, flags, contexts, weights and tokens."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from flags.bucketing import BUCKETS
from flags.codec import flag_from
from flags.conditions import OPERATORS
from flags.model import Context, Flag
from flags.token import Carried, Token

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
attributes = st.sampled_from(["key", "plan", "age", "email", ""])
contexts = st.builds(
    Context,
    key=st.none() | texts | st.sampled_from(["ann", "bob"]),
    attributes=st.dictionaries(attributes, json_values, max_size=4),
)

words = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True)
carried = st.builds(
    Carried,
    release=words,
    variant=words,
    generation=st.integers(0, 999_999_999_999_999),
)
tokens = st.lists(carried, min_size=1, max_size=16, unique_by=lambda c: c.release).map(
    lambda members: Token(tuple(sorted(members, key=lambda m: m.release)))
)


@st.composite
def weights(draw: st.DrawFn, names: tuple[str, ...] = ("a", "b", "c", "d")) -> Any:
    """Buckets by variant for some of the names, BUCKETS in all."""
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    sizes = st.integers(0, BUCKETS) | st.integers(0, 5)
    count = len(chosen) - 1
    cuts = sorted(draw(st.lists(sizes, min_size=count, max_size=count)))
    edges = [0, *cuts, BUCKETS]
    return {n: edges[i + 1] - edges[i] for i, n in enumerate(chosen)}


@st.composite
def splits(draw: st.DrawFn, variants: list[str]) -> Any:
    """Compiled ranges over these variants."""
    inner = draw(st.sets(st.integers(1, BUCKETS - 1), max_size=4))
    ends = [*sorted(inner), BUCKETS]
    names = st.sampled_from(variants)
    return {
        "ends": ends,
        "variants": draw(st.lists(names, min_size=len(ends), max_size=len(ends))),
    }


@st.composite
def clauses(draw: st.DrawFn) -> Any:
    """A compiled comparison."""
    operator = draw(st.sampled_from([*OPERATORS, "exists"]))
    operand: Any = draw(json_values)
    if operator == "in":
        operand = draw(st.lists(json_values, max_size=3))
    if operator == "exists":
        operand = draw(st.booleans())
    return {
        "attribute": draw(attributes),
        "operator": operator,
        "operand": operand,
        "negate": draw(st.booleans()),
    }


conditions = st.recursive(
    clauses(),
    lambda inner: st.fixed_dictionaries(
        {
            "join": st.sampled_from(["all", "any", "none"]),
            "members": st.lists(inner, max_size=3),
        }
    ),
    max_leaves=4,
)


@st.composite
def compiled_flags(draw: st.DrawFn) -> dict[str, Any]:
    """A flag as it stands in a snapshot."""
    variants = draw(st.dictionaries(words, json_values, min_size=1, max_size=3))
    name = st.sampled_from(sorted(variants))
    serve = name | splits(sorted(variants))
    rule = st.fixed_dictionaries({"name": texts, "when": conditions, "serve": serve})
    flag = {
        "version": draw(st.integers(0, 10**6)),
        "enabled": draw(st.sampled_from([True, True, True, False])),
        "variants": variants,
        "off": draw(name),
        "salt": draw(texts),
        "targets": draw(st.dictionaries(st.sampled_from(["ann", "b"]), name)),
        "rules": draw(st.lists(rule, max_size=3)),
        "serve": draw(serve),
    }
    if draw(st.booleans()):
        flag["release"] = {
            "services": draw(st.lists(words, max_size=2)),
            "stable": draw(name),
            "canary": draw(name),
            "since": draw(st.none() | st.integers(0, 10**6)),
        }
    return flag


flags: st.SearchStrategy[Flag] = compiled_flags().map(lambda d: flag_from("shop", d))


def finite(value: Any) -> bool:
    """Whether a value holds neither NaN nor infinity, which JSON has not."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(finite(part) for part in value.values())
    return all(finite(part) for part in value) if isinstance(value, list) else True

"""Laws of `canary lint`: it takes every file, and what it says of rules is so."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_cli.lint.linting import warnings
from admin_cli.lint.shadowing import shadowed
from flags.codec import decode
from flags.engine import evaluate
from flags.model import Context
from flags.store.changes import Edit, Signature, State
from flags.store.planning import plan

pytestmark = pytest.mark.property

VALUES: tuple[Any, ...] = (1, 2, True, "x", "X")
BETA: dict[str, Any] = {"included": ["ana"]}
TODAY = date(2026, 6, 1)

comparisons = st.one_of(
    st.builds(lambda v: {"equals": v}, st.sampled_from(VALUES)),
    st.builds(
        lambda v: {"in": v}, st.lists(st.sampled_from(VALUES), min_size=1, max_size=3)
    ),
    st.builds(lambda v: {"exists": v}, st.booleans()),
    st.just({"greater_than": 1}),
    st.just({"equals": "x", "ignore_case": True}),
)
clauses = st.builds(
    lambda attribute, comparison, negated: {
        "attribute": attribute,
        **comparison,
        "not": negated,
    },
    st.sampled_from(["a", "b"]),
    comparisons,
    st.booleans(),
)
members = st.builds(lambda negated: {"segment": "beta", "not": negated}, st.booleans())


def joined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Conditions joined in one of three ways."""
    lists = st.lists(inner, min_size=1, max_size=3)
    joins = st.sampled_from(["all", "any", "none"])
    return st.builds(lambda join, parts: {join: parts}, joins, lists)


conditions = st.recursive(clauses | members, joined, max_leaves=6)


def everyone() -> list[Context]:
    """All users there are, as far as these conditions can tell them apart."""
    some = (None, *VALUES, ["x"])
    return [
        Context(
            key=key,
            attributes={n: v for n, v in (("a", a), ("b", b)) if v is not None},
        )
        for key, a, b in product(("ana", "bo"), some, some)
    ]


@given(st.lists(conditions, min_size=2, max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_shadowed_rule_never_matches(found: list[Any]) -> None:
    """No user at all meets a rule of which that is said."""
    rules = [
        {"name": f"r{number}", "when": when, "serve": "on"}
        for number, when in enumerate(found)
    ]
    body: dict[str, Any] = {
        "variants": {"on": 1, "off": 0},
        "off": "off",
        "rules": rules,
    }
    bodies = {"f": body | {"serve": "off"}, "segment:beta": BETA}
    edits = [
        Edit(name=name, body=body, based_on=0, action="apply")
        for name, body in bodies.items()
    ]
    commit = plan(State(), edits, Signature(author="a"), at="2026-06-01", salt="s")
    ruleset = decode(commit.body, {n: frozenset(x) for n, x in commit.lists.items()})

    met = {evaluate(ruleset, "f", whom, 0.0).rule for whom in everyone()}

    assert not met & {f"r{later}" for later, _ in shadowed(rules)}
    assert warnings(bodies, {}, TODAY)

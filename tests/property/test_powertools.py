"""What Powertools answers by our schema is what our engine answers."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any
from unittest.mock import patch

import pytest
from aws_lambda_powertools.utilities.feature_flags import FeatureFlags, comparators
from hypothesis import given
from hypothesis import strategies as st

from flags import Context, Flags
from flags.engine import evaluate
from flags.model import (
    Clause,
    Condition,
    Flag,
    Group,
    InSegment,
    Requirement,
    Rule,
    Ruleset,
    Segment,
    Split,
)
from flags.powertools import CanaryStore
from flags.snapshot import Body, Snapshot, Version
from tests.property.strategies import many

pytestmark = pytest.mark.property

# Flat, as Powertools' contexts are; and no booleans where numbers are looked for,
# since to Python, and so to Powertools, True is 1.
WORDS = st.sampled_from(["", "a", "ab", "b", "ba", "7", "ü"])
NUMBERS = st.sampled_from([-3, 0, 1, 2, 2.5, 7, 10])
LISTS = st.lists(WORDS | NUMBERS, max_size=3)
KEYS = st.sampled_from(["ann", "bob", "7", ""])
TENANTS = st.sampled_from(["acme", "7", "-3", "07"])
NOWS = st.integers(1_900_000_000, 1_900_000_000 + 20 * 86_400) | st.sampled_from(
    [1_900_000_800.0, 1_900_000_799.5, 1_900_000_800.5]
)
PLAIN = ("plan", "age", "roles", "shop.size")
contexts = st.fixed_dictionaries(
    {},
    optional={
        "key": KEYS,
        "tenant": TENANTS | st.integers(-3, 9),
        "beta": st.booleans() | WORDS,
        **{name: WORDS | NUMBERS | LISTS | st.none() for name in PLAIN},
    },
)
MOMENTS = st.sampled_from(
    ["2030-03-17", "2030-03-17T18:00:00Z", "2030-03-20T12:30:00.25+02:00", "1960-01-01"]
)
DAYS = st.sets(st.sampled_from(["mon", "tue", "sat", "sun"]), min_size=1).map(sorted)
SPANS = st.sampled_from(
    ["09:00-17:00", "22:00-06:00", "18:00-24:00", "00:01-00:00", "17:46-17:47"]
)
ZONES = st.sampled_from([None, "UTC", "Europe/Amsterdam", "America/New_York"])
MODULO = st.sampled_from(
    [{"divisor": 10, "from": 0, "to": 3}, {"divisor": 1, "from": 0, "to": 0}]
)
OPERANDS: dict[str, st.SearchStrategy[Any]] = {
    "equals": WORDS | NUMBERS,
    "in": st.lists(WORDS | NUMBERS, min_size=1, max_size=3),
    "starts_with": WORDS | st.lists(WORDS, min_size=1, max_size=2),
    "ends_with": WORDS | st.lists(WORDS, min_size=1, max_size=2),
    "contains": WORDS | st.lists(WORDS, min_size=1, max_size=2),
    "greater_than": NUMBERS,
    "greater_or_equal": NUMBERS,
    "less_than": NUMBERS,
    "less_or_equal": NUMBERS,
    "exists": st.booleans(),
    "has_any": st.lists(WORDS | NUMBERS, min_size=1, max_size=3),
    "has_all": st.lists(WORDS | NUMBERS, min_size=1, max_size=3),
    "has_none": st.lists(WORDS | NUMBERS, min_size=1, max_size=3),
    "modulo": MODULO,
}
OF_NOW = {
    "before": MOMENTS,
    "after": MOMENTS,
    "weekday_in": DAYS,
    "time_between": SPANS,
}


@st.composite
def clauses(draw: st.DrawFn) -> Clause:
    """A comparison that Powertools has words for."""
    negate = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        operator = draw(st.sampled_from(sorted(OF_NOW)))
        zone = draw(ZONES) if operator in {"weekday_in", "time_between"} else None
        return Clause(
            attribute="now",
            operator=operator,
            operand=draw(OF_NOW[operator]),
            negate=negate,
            zone=zone,
        )
    attribute = draw(st.sampled_from([*PLAIN, "key", "beta"]))
    known = ["equals", "in", "exists"] if attribute == "beta" else sorted(OPERANDS)
    operator = draw(st.sampled_from(known))
    operand: Any = draw(OPERANDS[operator])
    if attribute == "beta" and operator != "exists":
        operand = True if operator == "equals" else ["a", False]
    return Clause(
        attribute=attribute, operator=operator, operand=operand, negate=negate
    )


conditions: st.SearchStrategy[Condition] = st.recursive(
    clauses()
    | st.builds(InSegment, segment=st.sampled_from("xyz"), negate=st.booleans()),
    lambda inner: st.builds(
        Group,
        join=st.sampled_from(["all", "any", "none"]),
        members=st.lists(inner, max_size=3).map(tuple),
    ),
    max_leaves=4,
)
VARIANTS = st.sampled_from(["on", "off", "new"])
ids = st.frozensets(KEYS | TENANTS, max_size=3)


def segment(name: str, by: str | None) -> st.SearchStrategy[Segment]:
    """A segment without others in it."""
    return st.builds(
        Segment,
        name=st.just(name),
        version=st.just(1),
        included=ids,
        excluded=ids,
        rules=st.lists(clauses(), max_size=2).map(tuple),
        by=st.just(by),
    )


def flag(name: str, requires: tuple[Requirement, ...]) -> st.SearchStrategy[Flag]:
    """A flag without a hash."""
    everyone = Split(ends=(100_000,), variants=("new",))
    serve = VARIANTS | st.just(everyone)
    rule = st.builds(
        Rule, name=st.sampled_from(["", "r", "s"]), when=conditions, serve=serve
    )
    return st.builds(
        Flag,
        name=st.just(name),
        version=st.just(1),
        enabled=st.sampled_from([True, True, True, False]),
        variants=st.sampled_from(
            [
                {"on": True, "off": False, "new": True},
                {"on": "x", "off": {"deep": [1]}, "new": 0.5},
            ]
        ),
        off=VARIANTS,
        salt=st.just("salt"),
        targets=st.dictionaries(KEYS, VARIANTS, max_size=3),
        kinds=st.dictionaries(
            st.just("tenant"), st.dictionaries(TENANTS, VARIANTS, max_size=3)
        ),
        rules=st.lists(rule, max_size=3).map(tuple),
        serve=serve,
        requires=st.just(requires),
        active=st.none() | conditions,
    )


PLAIN_FLAG = Flag(
    name="plain",
    version=1,
    enabled=True,
    variants={"on": True},
    off="on",
    salt="",
    targets={},
    rules=(),
    serve="on",
)


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    """A flag that may require another."""
    required = Requirement(flag="base", variants=frozenset(draw(st.sets(VARIANTS))))
    requires = draw(st.sampled_from([(), (required,)]))
    return Ruleset(
        version=1,
        flags={
            "base": draw(flag("base", ())),
            "shop": draw(flag("shop", requires)),
            # Powertools warns if there is nothing at all.
            "plain": PLAIN_FLAG,
        },
        segments={
            "x": draw(segment("x", None)),
            "y": draw(segment("y", "tenant")),
            "z": draw(segment("z", None)),
        },
    )


class Table:
    """A reader of rules that are made already."""

    def version(self, *, consistent: bool = False) -> Version:  # noqa: ARG002
        """The only one."""
        return Version(1)

    def body(self, *, consistent: bool = False) -> Body:  # noqa: ARG002
        """Nothing that would be read."""
        return Body(1, "")

    def reset(self) -> None:
        """Nothing to drop."""


def store_of(rules: Ruleset) -> CanaryStore:
    """A store for Powertools."""
    snapshot = Snapshot(
        Table(), lambda _text, _lists: rules, now=lambda: 0.0, random=lambda: 0.5
    )
    return CanaryStore(Flags(snapshot, now=lambda: 0.0))


@many
@given(rulesets(), st.lists(contexts, min_size=1, max_size=5), NOWS)
def test_same_answers(rules: Ruleset, people: list[dict[str, Any]], now: float) -> None:
    """For every flag that has not been left out, and every context."""
    store = store_of(rules)
    features = FeatureFlags(store)
    missing = object()

    def clock(zone: tzinfo | None) -> datetime:
        return datetime.fromtimestamp(now, zone or UTC)

    with patch.object(comparators, "_get_now_from_timezone", clock):
        for person in people:
            attributes = {k: v for k, v in person.items() if k != "key"}
            context = Context(key=person.get("key"), attributes=attributes)
            for name in rules.flags:
                theirs = features.evaluate(
                    name=name,
                    context=person,
                    default=missing,  # type: ignore[arg-type]
                )
                if name in store.left_out:
                    assert theirs is missing
                    assert "takes more than 100 rules" in store.left_out[name]
                else:
                    assert evaluate(rules, name, context, now).value == theirs

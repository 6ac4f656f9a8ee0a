"""What wins, and how a decision explains itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flags.bucketing import BUCKETS, bucket
from flags.engine import Step, evaluate
from flags.model import Clause, Context, Decision, Flag, Reason, Rule, Split

HALVES = Split(ends=(50_000, BUCKETS), variants=("on", "off"))
GOLD = Rule(
    name="gold",
    when=Clause(attribute="plan", operator="equals", operand="gold"),
    serve="on",
)
BETA = Rule(
    name="beta",
    when=Clause(attribute="beta", operator="equals", operand=True),
    serve=HALVES,
)
PLAIN = Flag(
    name="gift",
    version=7,
    enabled=True,
    variants={"on": {"n": 1}, "off": {"n": 0}},
    off="off",
    salt="salt",
    targets={},
    rules=(),
    serve="off",
)
FULL = replace(PLAIN, targets={"ann": "on", "eve": "off"}, rules=(GOLD, BETA))
RANGES = "on up to 50000, off up to 100000"
# Their buckets: below and above the middle.
LOW, HIGH = "user-3", "user-2"


def test_examples_hold() -> None:
    """The two users of this file stand on both sides of the split."""
    assert bucket("salt", LOW) < 50_000 <= bucket("salt", HIGH)


@pytest.mark.parametrize(
    ("flag", "key", "attributes", "variant", "reason", "rule"),
    [
        (PLAIN, "ann", {}, "off", Reason.STATIC, None),
        (PLAIN, None, {}, "off", Reason.STATIC, None),
        (replace(FULL, enabled=False), "ann", {}, "off", Reason.DISABLED, None),
        (FULL, "ann", {}, "on", Reason.TARGETING_MATCH, "targets"),
        (FULL, "eve", {"plan": "gold"}, "off", Reason.TARGETING_MATCH, "targets"),
        (FULL, "bob", {"plan": "gold"}, "on", Reason.TARGETING_MATCH, "gold"),
        (FULL, None, {"plan": "gold"}, "on", Reason.TARGETING_MATCH, "gold"),
        (FULL, LOW, {"beta": True}, "on", Reason.SPLIT, "beta"),
        (FULL, HIGH, {"beta": True}, "off", Reason.SPLIT, "beta"),
        (FULL, HIGH, {"beta": True, "plan": "gold"}, "on", None, "gold"),
        (FULL, None, {"beta": True}, "off", Reason.NO_IDENTITY, "beta"),
        (FULL, "bob", {"beta": 1}, "off", Reason.DEFAULT, None),
        (FULL, "", {}, "off", Reason.DEFAULT, None),
        (replace(PLAIN, serve=HALVES), "", {}, "off", Reason.SPLIT, None),
        (replace(FULL, serve=HALVES), LOW, {}, "on", Reason.SPLIT, None),
        (replace(PLAIN, serve=HALVES), HIGH, {}, "off", Reason.SPLIT, None),
        (replace(PLAIN, serve=HALVES), None, {}, "off", Reason.NO_IDENTITY, None),
        (replace(PLAIN, serve=HALVES, off="on"), None, {}, "on", None, None),
    ],
)
def test_precedence(  # noqa: PLR0913 - the columns of a table
    *,
    flag: Flag,
    key: str | None,
    attributes: dict[str, Any],
    variant: str,
    reason: Reason | None,
    rule: str | None,
) -> None:
    """Off switch, named target, rules in order, then what everyone gets."""
    decision = evaluate(flag, Context(key=key, attributes=attributes))

    assert variant == decision.variant
    assert rule == decision.rule
    assert reason in {decision.reason, None}


def test_decision() -> None:
    """A decision holds the flag, its version, the value and the bucket."""
    expected = Decision(
        flag="gift",
        variant="on",
        value={"n": 1},
        reason=Reason.SPLIT,
        version=7,
        rule=None,
        bucket=bucket("salt", LOW),
    )

    assert expected == evaluate(replace(PLAIN, serve=HALVES), Context(key=LOW))


def test_bucket_only_where_it_decided() -> None:
    """A decision that no split made names no bucket."""
    assert evaluate(FULL, Context(key="ann")).bucket is None


@pytest.mark.parametrize(
    ("flag", "context", "expected"),
    [
        (
            replace(FULL, enabled=False),
            Context(key="ann"),
            [("off switch", True, "the flag is disabled")],
        ),
        (FULL, Context(key="ann"), [("targets", True, "keys named one by one")]),
        (
            FULL,
            Context(key="bob", attributes={"plan": "free"}),
            [
                ("targets", False, "keys named one by one"),
                ("gold", False, "plan ('free') equals 'gold'"),
                ("beta", False, "beta (missing) equals True"),
                ("serve", True, "off to everyone here"),
            ],
        ),
        (
            replace(PLAIN, serve=HALVES),
            Context(key=LOW),
            [
                (
                    "split",
                    True,
                    f"bucket {bucket('salt', LOW)}; ranges: {RANGES}",
                )
            ],
        ),
        (
            replace(PLAIN, serve=HALVES),
            Context(),
            [("split", False, "no targeting key, so nothing to hash")],
        ),
    ],
)
def test_trace(
    flag: Flag, context: Context, expected: list[tuple[str, bool, str]]
) -> None:
    """Every step of the way is noted, and the walk ends where something matched."""
    trace: list[Step] = []
    evaluate(flag, context, trace)

    assert expected == [(step.what, step.matched, step.detail) for step in trace]

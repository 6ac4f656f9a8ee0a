"""What wins, and how a decision explains itself."""

from __future__ import annotations

from typing import Any

import pytest

from flags.bucketing import BUCKETS, bucket
from flags.engine import Step
from flags.engine import evaluate as evaluate_in
from flags.model import (
    Clause,
    Context,
    Decision,
    Flag,
    Gate,
    InSegment,
    Ramp,
    Reason,
    Requirement,
    Rule,
    Ruleset,
    Segment,
    Slots,
    Split,
    Stage,
)
from flags.record import replace

NOW = 1_800_000_000.0

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
OTHER = replace(PLAIN, name="cart", targets={"ann": "on"}, serve="off")
GROUP = Slots(name="tests", version=1, salt="group", split=replace(HALVES))
BETAS = Segment(
    name="betas",
    version=1,
    included=frozenset({"ann"}),
    excluded=frozenset({"eve"}),
    rules=(GOLD.when,),
)
WORDS = "plan (1) equals 'gold'"
RANGES = "on up to 50000, off up to 100000"
# Their buckets: below and above the middle.
LOW, HIGH = "user-3", "user-2"


def evaluate(flag: Flag, context: Context, trace: list[Step] | None = None) -> Decision:
    """What the engine decides about a flag."""
    rules = Ruleset(
        version=1,
        flags={"cart": OTHER, "gift": flag},
        segments={"betas": BETAS},
        groups={"tests": GROUP},
    )
    return evaluate_in(rules, "gift", context, NOW, trace)


def test_examples_hold() -> None:
    """The two users of this file stand on both sides of the split."""
    assert bucket("salt", LOW) < 50_000 <= bucket("salt", HIGH)


def before(time: str, *, negate: bool = False) -> Clause:
    """A schedule with one end."""
    return Clause(attribute="now", operator="before", operand=time, negate=negate)


REQUIRING = replace(
    FULL, requires=(Requirement(flag="cart", variants=frozenset({"on"})),)
)
ASLEEP = replace(FULL, active=before("2026-01-01"))
AWAKE = replace(FULL, active=before("2026-01-01", negate=True))
GATED = replace(FULL, gates=(Gate(group="tests", slots=frozenset({"on"})),))
# Their buckets in the group.
INSIDE, OUTSIDE = "user-5", "user-0"
KINDS = replace(FULL, kinds={"tenant": {"acme": "on"}})
SEGMENTED = replace(
    PLAIN, rules=(Rule(name="betas", when=InSegment(segment="betas"), serve="on"),)
)
BY_TENANT = replace(PLAIN, serve=replace(HALVES, by="tenant"))
EARLY = replace(PLAIN, serve=Ramp(stages=(Stage(at=NOW + 1, split=HALVES),)))
BEGUN = replace(PLAIN, serve=Ramp(stages=(Stage(at=NOW, split=HALVES),)))


def test_group_examples_hold() -> None:
    """The two users stand on both sides of the group's split."""
    assert bucket("group", INSIDE) < 50_000 <= bucket("group", OUTSIDE)


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
        (replace(PLAIN, serve=HALVES), "", {}, "off", Reason.NO_IDENTITY, None),
        (replace(PLAIN, serve=HALVES), 7, {}, "off", Reason.SPLIT, None),
        (replace(FULL, serve=HALVES), LOW, {}, "on", Reason.SPLIT, None),
        (replace(PLAIN, serve=HALVES), HIGH, {}, "off", Reason.SPLIT, None),
        (replace(PLAIN, serve=HALVES), None, {}, "off", Reason.NO_IDENTITY, None),
        (replace(PLAIN, serve=HALVES, off="on"), None, {}, "on", None, None),
        (REQUIRING, "ann", {}, "on", Reason.TARGETING_MATCH, "targets"),
        (REQUIRING, "bob", {"plan": "gold"}, "off", Reason.PREREQUISITE, None),
        (ASLEEP, "ann", {}, "off", Reason.SCHEDULE, None),
        (AWAKE, "ann", {}, "on", Reason.TARGETING_MATCH, "targets"),
        (GATED, INSIDE, {"plan": "gold"}, "on", Reason.TARGETING_MATCH, "gold"),
        (GATED, OUTSIDE, {"plan": "gold"}, "off", Reason.EXCLUDED, None),
        (GATED, None, {"plan": "gold"}, "off", Reason.EXCLUDED, None),
        (KINDS, "x", {"tenant": "acme"}, "on", None, "targets.tenant"),
        (KINDS, "ann", {"tenant": "acme"}, "on", None, "targets"),
        (KINDS, "eve", {"tenant": "acme"}, "off", None, "targets"),
        (SEGMENTED, "ann", {}, "on", Reason.TARGETING_MATCH, "betas"),
        (SEGMENTED, "bob", {}, "off", Reason.DEFAULT, None),
        (BY_TENANT, HIGH, {"tenant": {"key": LOW}}, "on", Reason.SPLIT, None),
        (BY_TENANT, LOW, {"tenant": HIGH}, "off", Reason.SPLIT, None),
        (BY_TENANT, LOW, {}, "off", Reason.NO_IDENTITY, None),
        (EARLY, LOW, {}, "off", Reason.SCHEDULE, None),
        (BEGUN, LOW, {}, "on", Reason.SPLIT, None),
        (BEGUN, None, {}, "off", Reason.NO_IDENTITY, None),
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
        (FULL, Context(key="ann"), [("targets", True, "'ann' is named for on")]),
        (
            KINDS,
            Context(attributes={"tenant": "globex"}),
            [
                ("targets", False, "nobody to look for"),
                ("targets.tenant", False, "'globex' is not named among 1 keys"),
                ("gold", False, "plan (missing) equals 'gold'"),
                ("beta", False, "beta (missing) equals True"),
                ("serve", True, "off to everyone here"),
            ],
        ),
        (
            FULL,
            Context(key="bob", attributes={"plan": "free"}),
            [
                ("targets", False, "'bob' is not named among 2 keys"),
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
        (
            REQUIRING,
            Context(key="bob"),
            [("requires cart", True, "cart serves off, and has to serve on")],
        ),
        (
            replace(ASLEEP, active=before("2026-01-01")),
            Context(key="bob"),
            [
                (
                    "schedule",
                    True,
                    "now (2027-01-15T08:00:00Z) before '2026-01-01'",
                )
            ],
        ),
        (
            GATED,
            Context(key=OUTSIDE),
            [("group tests", True, "in slot 'off'; the flag has 'on'")],
        ),
        (
            GATED,
            Context(),
            [("group tests", True, "nobody to draw for; the flag has 'on'")],
        ),
        (
            SEGMENTED,
            Context(key="bob", attributes={"plan": 1}),
            [
                (
                    "betas",
                    False,
                    f"in segment betas ('bob' is not in it: any of [{WORDS}])",
                ),
                ("serve", True, "off to everyone here"),
            ],
        ),
        (
            SEGMENTED,
            Context(key="ann"),
            [
                ("betas", True, "in segment betas ('ann' is included)"),
                ("serve", True, "on to everyone here"),
            ],
        ),
        (
            BY_TENANT,
            Context(key="ann"),
            [("split", False, "no tenant, so nothing to hash")],
        ),
        (EARLY, Context(key="ann"), [("ramp", False, "it has not begun")]),
        (
            BEGUN,
            Context(key=LOW),
            [
                (
                    "ramp",
                    True,
                    f"bucket {bucket('salt', LOW)}; step by step, 1 stages",
                )
            ],
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


@pytest.mark.parametrize(
    ("actual", "condition", "words"),
    [
        (5, {"operator": "starts_with", "operand": "a"}, "but 5 is not of that type"),
        ("new", {"operator": "version_in", "operand": "1.x"}, "'new' is not of that"),
        ("A", {"operator": "equals", "operand": "a", "ignore_case": True}, "any case"),
        (
            "x",
            {"operator": "time_between", "operand": "09:00-17:00", "zone": "UTC"},
            "time_between '09:00-17:00' in UTC",
        ),
        ("a", {"operator": "in", "operand": list("abcdefg")}, "'e' and 2 more]"),
        ("a", {"operator": "in", "operand": ["b"], "negate": True}, "not in ['b']"),
    ],
)
def test_words(actual: object, condition: dict[str, Any], words: str) -> None:
    """An explanation shows what was found, what was wanted, and what didn't fit."""
    rule = Rule(name="r", when=Clause(attribute="plan", **condition), serve="on")
    trace: list[Step] = []
    flag = replace(PLAIN, rules=(rule,))
    evaluate(flag, Context(attributes={"plan": actual}), trace)

    assert words in trace[0].detail


def test_unknown_flag() -> None:
    """There is no decision about a flag that there isn't."""
    with pytest.raises(KeyError):
        evaluate_in(Ruleset(version=1, flags={}), "gift", Context(), NOW)

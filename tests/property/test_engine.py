"""Laws of deciding, for rules and contexts that nobody thought of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.engine import Step, evaluate
from flags.model import Context, Flag, Reason, Ruleset
from flags.record import replace
from flags.release import decide, in_force
from flags.token import Carried
from tests.property.strategies import (
    contexts,
    few,
    flags,
    moments,
    rulesets,
    some,
    words,
)

pytestmark = pytest.mark.property

OFF = {Reason.DISABLED, Reason.PREREQUISITE, Reason.SCHEDULE, Reason.EXCLUDED}


@given(rules=rulesets, context=contexts, now=moments)
@some
def test_total(rules: Ruleset, context: Context, now: int) -> None:
    """Valid rules answer any context at any time, with a variant of the flag's own."""
    for name, flag in rules.flags.items():
        decision = evaluate(rules, name, context, now)

        assert flag.variants[decision.variant] is decision.value
        assert (decision.bucket is not None) == (decision.reason is Reason.SPLIT)
        if decision.reason in OFF | {Reason.NO_IDENTITY}:
            assert flag.off == decision.variant


@given(rules=rulesets, context=contexts, now=moments)
@few
def test_explaining_changes_nothing(rules: Ruleset, context: Context, now: int) -> None:
    """The decision with a trace is the one without, and the trace says how it ended."""
    for name in rules.flags:
        trace: list[Step] = []
        decision = evaluate(rules, name, context, now, trace)

        assert evaluate(rules, name, context, now) == decision
        assert trace
        unserved = decision.reason in {Reason.NO_IDENTITY, Reason.SCHEDULE}
        assert trace[-1].matched or unserved


@given(rules=rulesets, context=contexts, now=moments)
@few
def test_off_switch(rules: Ruleset, context: Context, now: int) -> None:
    """The kill switch works on every flag, whatever else it holds."""
    flags = {n: replace(flag, enabled=False) for n, flag in rules.flags.items()}
    killed = replace(rules, flags=flags)
    for name, flag in flags.items():
        decision = evaluate(killed, name, context, now)

        assert (flag.off, Reason.DISABLED) == (decision.variant, decision.reason)


@given(
    flag=flags,
    context=contexts,
    variant=words | st.none(),
    generation=st.integers(0, 10**15),
    now=moments,
)
@some
def test_carried(
    flag: Flag, context: Context, variant: str | None, generation: int, now: int
) -> None:
    """Whatever is carried, the answer is it, stable, or what the flag says."""
    carried = Carried(
        release=flag.name,
        variant=variant or next(iter(flag.variants)),
        generation=generation,
    )
    rules = Ruleset(version=1, flags={flag.name: flag})
    decision = decide(rules, flag, context, carried, now)
    release = flag.release

    if release is None or not flag.enabled:
        assert evaluate(rules, flag.name, context, now) == decision
    elif in_force(flag, release, carried):
        assert (carried.variant, Reason.CARRIED) == (decision.variant, decision.reason)
    else:
        assert (release.stable, Reason.HEALED) == (decision.variant, decision.reason)

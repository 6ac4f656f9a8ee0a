"""Laws of deciding, for flags and contexts that nobody thought of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.engine import Step, evaluate
from flags.model import Context, Flag, Reason
from flags.release import decide, in_force
from flags.token import Carried
from tests.property.strategies import contexts, flags, some, words

pytestmark = pytest.mark.property


@given(flag=flags, context=contexts)
@some
def test_total(flag: Flag, context: Context) -> None:
    """A valid flag answers any context, with a variant of its own."""
    decision = evaluate(flag, context)

    assert decision.variant in flag.variants
    assert flag.variants[decision.variant] is decision.value
    assert (decision.bucket is not None) == (decision.reason is Reason.SPLIT)


@given(flag=flags, context=contexts)
@some
def test_explaining_changes_nothing(flag: Flag, context: Context) -> None:
    """The decision with a trace is the one without, and its last step matched."""
    trace: list[Step] = []

    assert evaluate(flag, context) == evaluate(flag, context, trace)
    assert trace
    assert trace[-1].matched or evaluate(flag, context).reason is Reason.NO_IDENTITY


@given(
    flag=flags,
    context=contexts,
    variant=words | st.none(),
    generation=st.integers(0, 10**15),
)
@some
def test_carried(
    flag: Flag, context: Context, variant: str | None, generation: int
) -> None:
    """Whatever is carried, the answer is it, stable, or what the flag says."""
    carried = Carried(
        release=flag.name,
        variant=variant or next(iter(flag.variants)),
        generation=generation,
    )
    decision = decide(flag, context, carried)
    release = flag.release

    if release is None or not flag.enabled:
        assert evaluate(flag, context) == decision
    elif in_force(flag, release, carried):
        assert (carried.variant, Reason.CARRIED) == (decision.variant, decision.reason)
    else:
        assert (release.stable, Reason.HEALED) == (decision.variant, decision.reason)

"""One identity has one reading, by whichever door it comes in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from openfeature.evaluation_context import EvaluationContext

from admin_cli.asking import context as asked
from flags.engine import evaluate
from flags.engine.conditions import identify
from flags.engine.identity import identity
from flags.model import Context, Flag, Ruleset, Split
from flags.openfeature.values import context_of
from flags.testing import flags_from
from tests.property.strategies import many

FLAG = {"variants": {"on": True, "off": False}, "off": "off"}
FLAGS = flags_from({"flags": {"half": FLAG | {"serve": {"on": 50, "off": 50}}}})
HALVES = Split(ends=(50_000, 100_000), variants=("on", "off"))
RULES = Ruleset(
    version=1,
    flags={
        "half": Flag(
            name="half",
            version=1,
            enabled=True,
            variants={"on": True, "off": False},
            off="off",
            salt="s",
            targets={},
            rules=(),
            serve=HALVES,
        )
    },
)
values = (
    st.text(max_size=4)
    | st.sampled_from(["", "x" * 1024, "x" * 1025, "\ud800"])
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
    | st.decimals(allow_nan=True, places=2)
    | st.builds(Decimal, st.integers(-10, 10))
    | st.uuids()
    | st.binary(max_size=2)
)


@many
@given(values)
def test_one_reading(value: Any) -> None:
    """The client, the engine, OpenFeature and `by` agree on who that is."""
    who = identity(value)
    found = {
        FLAGS.details("half", key=value).bucket,
        FLAGS.bind(value).details("half").bucket,
        FLAGS.evaluate("half", None, context_of(EvaluationContext(value))).bucket,
    }

    assert {FLAGS.details("half", key=who).bucket} == found
    assert identify("tenant")(None, {"tenant": value}) == who
    assert identify("tenant")(None, {"tenant": {"key": value}}) == who
    drawn = evaluate(RULES, "half", Context(key=value), 0.0)
    assert (drawn.bucket is None) is (who is None)


@given(st.integers(-(2**63), 2**63))
def test_command_line(number: int) -> None:
    """A number that is typed as a context's key is the same person."""
    if identity(number) is not None:
        assert asked(None, [], f'{{"key": {number}}}').key == identity(number)

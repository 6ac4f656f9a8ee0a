"""Nothing that the meter is told gets lost, doubled or malformed."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router import journal
from router.metrics import Meter
from router.passage import Leg, Passage
from tests.unit.router.emf import measured
from tests.unit.router.passages import choice

pytestmark = pytest.mark.property

names = st.text(min_size=1, max_size=20)
counts = st.integers(min_value=0, max_value=3)


@st.composite
def legs(draw: st.DrawFn) -> Leg:
    """An invocation with whatever outcome, for up to three units."""
    alias = draw(st.sampled_from(["blue", "green", "é\n"]))
    reasons = draw(st.lists(st.sampled_from(["SPLIT", "CARRIED"]), max_size=3))
    return Leg(
        alias=alias,
        choices=[choice(alias, reason) for reason in reasons],
        seconds=draw(st.none() | st.floats(min_value=0, max_value=900)),
        error=draw(st.sampled_from([None, ValueError()])),
        fallback=draw(st.booleans()),
    )


passages = st.builds(
    Passage,
    service=names,
    source=names,
    route=st.none() | names,
    problem=st.none() | names,
    overhead=st.floats(min_value=0, max_value=900),
    legs=st.lists(legs(), max_size=4),
    log=st.floats(min_value=0, max_value=100),
    dropped=counts,
    refused=counts,
)
times = st.floats(min_value=1, max_value=2e9)


@given(st.lists(st.tuples(passages, times), max_size=20), st.sampled_from([0, 10]))
def test_nothing_is_lost_or_doubled(
    events: list[tuple[Passage, float]], every: float
) -> None:
    """Sums over all lines are sums over all events, however the clock jumps."""
    meter = Meter(every)
    lines = [line for it, now in events for line in meter.add(it, now)]
    sums: Counter[str] = Counter()
    for _, name, value in measured(lines + meter.flush()):
        sums[name] += 1 if name in {"Latency", "Overhead"} else int(value)

    seen = [it for it, _ in events]
    every_leg = [leg for it in seen for leg in it.legs]
    assert +sums == +Counter(
        Invocations=len(every_leg),
        Errors=sum(leg.error is not None for leg in every_leg),
        Fallbacks=sum(leg.fallback for leg in every_leg),
        Latency=sum(leg.seconds is not None for leg in every_leg),
        Decisions=sum(len(leg.choices) for leg in every_leg if not leg.fallback),
        Overhead=len(seen),
        StaleRules=sum(it.problem is not None for it in seen),
        DroppedDecisions=sum(it.dropped for it in seen),
        RefusedOverrides=sum(it.refused for it in seen),
        SkippedRoutes=sum(it.skipped is not None for it in seen),
    )


@given(passages, st.floats(min_value=0, max_value=1, exclude_max=True))
def test_every_line_of_the_journal_is_one_line(seen: Passage, chance: float) -> None:
    """Whatever names say, a line is printable, and JSON with all the units."""
    lines = journal.lines(seen, lambda: chance)
    units = sum(json.loads(line)["units"] for line in lines)

    assert all(line.isprintable() for line in lines)
    assert units in {
        sum(len(leg.choices) for leg in seen.legs),
        sum(len(leg.choices) for leg in seen.legs if leg.trouble),
    }

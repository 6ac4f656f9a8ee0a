"""Rollout plans, whatever people write: refused with a place, or carried out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flags.errors import InvalidDocument
from flags.store.plans import READY, canonical, seconds, spelled, watch_settings
from rollouts.judge import settings_from
from rollouts.machine.plan import Plan
from tests.property.schemas import drawn, spoilt
from tests.property.strategies import json_values

pytestmark = pytest.mark.property

slow = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
lengths = st.builds(
    lambda number, unit: f"{number}{unit}", st.integers(1, 59), st.sampled_from("sm")
)
payloads = (
    st.none() | st.integers(0, 9) | st.dictionaries(st.sampled_from("ab"), st.none())
)
checks = st.lists(
    st.fixed_dictionaries(
        {"invoke": st.sampled_from(["smoke", "smoke:live"])},
        optional={"payload": payloads, "timeout": st.just("10s")},
    ),
    max_size=2,
)
weighted = st.fixed_dictionaries(
    {"weight": st.integers(0, 100), "bake": lengths},
    optional={"before": checks, "during": checks},
)
gates = st.fixed_dictionaries(
    {
        "gate": st.fixed_dictionaries(
            {},
            optional={
                "approvers": st.lists(st.sampled_from(["ann", "bo"]), min_size=1),
                "timeout": lengths,
            },
        )
    }
)
latencies = st.lists(
    st.integers(1, 900_000).map(lambda number: f"{number}ms"), unique=True, max_size=8
)
errors = st.just(False) | st.fixed_dictionaries(  # noqa: FBT003 - what people write
    {},
    optional={
        "alpha": st.floats(0.0001, 0.5),
        "tolerance": st.floats(1, 2.999),
        "floor": st.fixed_dictionaries(
            {},
            optional={"users": st.integers(1, 99), "share": st.floats(0.1, 99.9)},
        ),
    },
)


def up(steps: list[Any]) -> list[Any]:
    """The steps with their weights in order."""
    weights = iter(sorted(step["weight"] for step in steps if "weight" in step))
    return [
        {**step, "weight": next(weights)} if "weight" in step else step
        for step in steps
    ]


good = st.fixed_dictionaries(
    {"steps": st.lists(weighted | gates, min_size=1, max_size=8).map(up)},
    optional={
        "guards": st.fixed_dictionaries(
            {}, optional={"errors": errors, "latency": latencies}
        ),
        "inconclusive": st.sampled_from(["advance", "extend", "pause", "abort"]),
        "drain": lengths,
    },
)


def carried_out(plan: Any) -> dict[str, Any] | None:
    """The plan written out, and everything that holds of it; None if refused."""
    try:
        found = canonical(plan)
    except InvalidDocument as error:
        refusal = error
    else:
        holds(found)
        return found
    assert all(problem.path.startswith("plan") for problem in refusal.problems)
    assert all(problem.message for problem in refusal.problems)
    return None


def holds(found: dict[str, Any]) -> None:
    """What is true of every plan that is carried out."""
    assert found == canonical(found)
    assert found == json.loads(json.dumps(found))
    weights = [step["weight"] for step in found["steps"] if "weight" in step]
    assert weights == sorted(weights)
    assert all(weight <= found["ceiling"] for weight in weights)
    machine = Plan.of(found)
    looks = 60 * (len(machine.steps) + 1)
    assert machine.deadline >= sum(step.bake for step in machine.steps) + looks
    watch = watch_settings(found)
    assert machine.judged is (watch is not None)
    assert watch is None or settings_from(watch).names


@given(plan=good)
@slow
def test_good_plans(plan: dict[str, Any]) -> None:
    """A plan within the grammar is read by the machine and by the judge."""
    found = carried_out(plan)

    assert found
    for written, step in zip(plan["steps"], found["steps"], strict=True):
        assert all(step.get(key) for key in written if key in {"bake", "gate"})


@given(plan=drawn("Plan") | json_values)
@slow
def test_any_plan(plan: Any) -> None:
    """Whatever has the shape of a plan, or has not."""
    carried_out(plan)


@given(plan=st.sampled_from([*READY.values()]).flatmap(spoilt))
@slow
def test_spoilt_plans(plan: Any) -> None:
    """A ready-made plan of which something was broken."""
    carried_out(plan)


@given(
    length=st.integers(1, 900_000).map(lambda number: number / 1000)
    | st.integers(1, 30 * 86_400)
)
def test_lengths(length: float) -> None:
    """Every length can be spelled, and is read as what it was."""
    assert length == seconds(spelled(length))

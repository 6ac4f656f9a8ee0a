"""A plan's steps as rows."""

from __future__ import annotations

import pytest

from admin_cli.rollouts import steps
from flags.store.plans import READY, canonical
from tests.unit.admin_cli.rollouts.examples import PLAN


def test_rows_say_what_when_and_how_long() -> None:
    """Gates take no time at best; steps begin when those before them end."""
    rows = steps.rows(canonical(PLAN))

    assert ["groups testers", "5 %", "alice approves", "100 %"] == [
        steps.told(row) for row in rows
    ]
    assert [0, 600, 1500, 1500] == [row["starts"] for row in rows]
    assert ["10m", "15m", "4h at most", "30m"] == [steps.lasting(row) for row in rows]
    assert "before: shop-smoke:live; during: shop-probe:live" == steps.checking(rows[1])
    assert 3300 == steps.at_best(canonical(PLAN))


def test_a_gate_for_anybody_says_so() -> None:
    """Without approvers everybody may."""
    plan = canonical({"steps": [{"gate": {}}, {"weight": 5, "bake": "1m"}]})

    assert "anybody approves" == steps.told(steps.rows(plan)[0])


@pytest.mark.parametrize("name", READY)
def test_all_ready_made_plans_have_rows(name: str) -> None:
    """Each step has a weight and a time."""
    for row in steps.rows(READY[name]):
        assert row["seconds"] > 0
        assert steps.told(row).endswith("%")


@pytest.mark.parametrize(
    ("phase", "step", "states"),
    [
        ("pending", 0, ["ahead"] * 4),
        ("progressing", 1, ["done", "current", "ahead", "ahead"]),
        ("baking", 1, ["done", "current", "ahead", "ahead"]),
        ("paused", 2, ["done", "done", "current", "ahead"]),
        ("aborted", 1, ["done", "failed", "dropped", "dropped"]),
        ("draining", 3, ["done"] * 4),
        ("completed", 0, ["done"] * 4),
    ],
)
def test_steps_have_a_state_in_every_phase(
    phase: str, step: int, states: list[str]
) -> None:
    """Ticks behind, an arrow here, a cross where it ended."""
    rows = steps.marked(canonical(PLAN), phase, step)

    assert states == [row["state"] for row in rows]

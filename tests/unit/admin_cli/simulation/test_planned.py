"""Rollout plans that are played by `simulate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from admin_cli.simulation.planned import played
from flags.errors import InvalidDocument
from flags.store.plans import READY, canonical
from tests.unit.admin_cli.rollouts.examples import PLAN

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary

QUICK = ("--requests", "60", "--runs", "5")
OWN = """
flags:
  shop:
    release: {services: [shop-checkout]}
    plan:
      steps:
        - {groups: [testers], bake: 10m}
        - {weight: 20, bake: 5m}
        - gate: {}
segments: {testers: {included: [ana]}}
"""


def test_weights_and_bakes_are_played() -> None:
    """What can't be played is told, and is no time."""
    found = played(canonical(PLAN))

    assert [(5, 15), (100, 30)] == [(one.percent, one.minutes) for one in found.steps]
    assert (
        "step 1 (testers) is left out: nobody knows how many users",
        "step 3 is a gate: the time until somebody approves is left out",
    ) == found.notes


def test_the_judge_has_the_settings_of_the_plan() -> None:
    """A guard that is stricter catches more."""
    floor = {"users": 9, "share": 40}
    errors = {"alpha": 0.01, "tolerance": 1.5, "floor": floor}
    plan = {"steps": [{"weight": 5, "bake": "1m"}], "guards": {"errors": errors}}

    settings = played(canonical(plan)).settings

    assert (0.01, 1.5, 9, 0.4) == (
        settings.alpha,
        settings.tolerance,
        settings.floor_users,
        settings.floor_share,
    )


def test_a_plan_without_weights_or_guard_cannot_be_played() -> None:
    """Both are told at once."""
    plan = canonical({"steps": [{"gate": {}}], "guards": {"errors": False}})

    with pytest.raises(InvalidDocument) as caught:
        played(plan)

    assert [
        "--plan: none of its steps has a weight, and only weights are played",
        "--plan: it doesn't guard errors, which is what a simulated bug makes",
    ] == [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", READY)
def test_all_ready_made_plans_can_be_played(name: str) -> None:
    """Each has weights, and all of its time is played."""
    assert len(READY[name]["steps"]) == len(played(READY[name]).steps)


def test_a_ready_made_plan_is_simulated_by_its_name(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No table is asked for it."""
    monkeypatch.delenv("CANARY_TABLE")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    result = canary("simulate", *QUICK, "--plan", "fast")

    assert (0, "") == (result.code, result.err)
    assert [10, 50, 100] == [step["percent"] for step in result.data["steps"]]
    assert 15 == result.data["minutes"]


@pytest.mark.usefixtures("table")
def test_a_release_is_simulated_with_its_own_plan(canary: Canary) -> None:
    """What is left out of it is a note."""
    assert 0 == canary("apply", "-f", "-", stdin=OWN).code

    result = canary("simulate", *QUICK, "--plan", "shop")

    assert 0 == result.code
    assert [20] == [step["percent"] for step in result.data["steps"]]
    assert "canary: step 1 (testers) is left out: nobody knows how many users\n" in (
        result.err
    )


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("--plan", "nosuch"), "--plan: no plan is named 'nosuch'"),
        (("--plan", "fast", "--steps", "5:1m"), "give --plan or --steps, and not both"),
    ],
)
def test_what_names_no_plan_is_refused(
    canary: Canary, argv: tuple[str, ...], told: str
) -> None:
    """Bad input exits with 2."""
    result = canary("simulate", *QUICK, *argv)

    assert (2, "") == (result.code, result.out)
    assert told in result.err

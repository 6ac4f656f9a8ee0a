"""A rollout as it is stored."""

from __future__ import annotations

from typing import Any

import pytest

from rollouts.machine import moves
from rollouts.machine.plan import Exposure
from rollouts.machine.rollout import Rollout, damaged, iso, later
from tests.unit.rollouts.machine.play import (
    RESTING,
    SHORT,
    START,
    STEPS,
    baking,
    look,
    of,
    paused,
    started,
    ticked,
)

AT = "2027-01-15T08:00:00Z"


def test_stored_form() -> None:
    """All that is known stands in the document, and times are ISO 8601."""
    stored = started(SHORT)["rollout"]

    del stored["plan"]
    assert stored == {
        "id": "abcd1234",
        "phase": "pending",
        "step": 0,
        "began": AT,
        "at": AT,
        "why": "started by ana",
        "extended": 0,
        "approvals": [],
        "alarms": {"watched": [], "ignored": []},
        "colours": {"stable": "blue", "canary": "green"},
        "services": ["web"],
        "admitted": [],
    }


def gated() -> dict[str, Any]:
    """A body that waits at a gate, approved by nobody."""
    body = started([{"weight": 5, "bake": "10m"}, {"gate": {}}, *SHORT])
    return ticked(ticked(body, look()), look(600))


@pytest.mark.parametrize(
    "body",
    [
        started(),
        baking(),
        baking(STEPS),
        paused(),
        gated(),
        moves.approve("shop", gated(), by="ana", now=START + 700),
        moves.abort("shop", baking(), now=START, why="no"),
    ],
)
def test_round_trip(body: dict[str, Any]) -> None:
    """What was stored is what is read and stored again."""
    assert body["rollout"] == of(body).data()
    assert not damaged(body)


@pytest.mark.parametrize("rollout", [{}, {"rollout": None}])
def test_none(rollout: dict[str, Any]) -> None:
    """A release without a rollout has none, which is no damage."""
    body = {**RESTING, **rollout}

    assert Rollout.of(body) is None
    assert not damaged(body)


@pytest.mark.parametrize(
    "change",
    [
        {"phase": "dancing"},
        {"phase": None},
        {"phase": "paused"},
        {"step": 2},
        {"step": -1},
        {"step": "0"},
        {"plan": {}},
        {"plan": "standard"},
        {"began": "yesterday"},
        {"until": 3},
        {"colours": {"stable": "blue", "canary": "blue"}},
        {"paused": {"from": "baking", "cause": "hand"}},
        {"admitted": None},
        {"surprise": 1},
        {"id": None},
    ],
)
def test_damage(change: dict[str, Any]) -> None:
    """A record that makes no sense is damage, and no error."""
    body = baking()
    body["rollout"] = {**body["rollout"], **change}

    assert Rollout.of(body) is None
    assert damaged(body)


@pytest.mark.parametrize("rollout", ["x", 3, [], True])
def test_no_record(rollout: Any) -> None:
    """Anything may stand where a rollout should."""
    assert damaged({**RESTING, "rollout": rollout})


def test_exposure_by_phase() -> None:
    """A step's users count once it bakes, and while it is paused there."""
    nobody, tenth = Exposure(weight=0, admitted=()), Exposure(weight=10, admitted=())

    assert nobody == of(started(SHORT)).exposure
    assert tenth == of(baking()).exposure
    assert tenth == of(paused()).exposure
    assert nobody == of(moves.abort("shop", paused(), now=START, why="")).exposure


def test_due_before() -> None:
    """Checks before a step are due at each look until it is entered."""
    body = ticked(baking(STEPS), look(600, checks={}))

    assert ["before/1/0"] == [check.key for check in of(body).due(START + 600)]
    assert () == of(started()).due(START)


def test_due_during() -> None:
    """Checks of a bake are due as often as they say, and when its time is up."""
    during = [{"invoke": "probe:live", "every": "5m"}]
    rollout = of(baking([{"weight": 10, "bake": "12m", "during": during}]))

    due = [minute for minute in range(15) if rollout.due(START + 60 * minute + 7)]

    assert [0, 5, 10, 12, 13, 14] == due


def test_iso() -> None:
    """Moments are stored in whole seconds, ends never too early."""
    assert AT == iso(START + 0.9)
    assert START + 11 == later(START + 0.1, 10)


def test_ends() -> None:
    """Live and terminal are what the phase says."""
    assert of(paused()).live
    assert not of(paused()).terminal
    assert of(moves.abort("shop", paused(), now=START, why="")).terminal

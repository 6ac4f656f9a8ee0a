"""The table of phases."""

from __future__ import annotations

import pytest

from rollouts.machine import phases


def test_every_event_is_told() -> None:
    """Each event of the table has words for people, and each word is in the table."""
    assert {event for _, event in phases.TABLE} == set(phases.EVENTS)


def test_phases() -> None:
    """The table leads from and to the seven phases only."""
    reached = set(phases.TABLE.values()) - {phases.WHERE_IT_WAS}

    assert set(phases.PHASES) == reached
    assert set(phases.PHASES) == {phase for phase, _ in phases.TABLE}


@pytest.mark.parametrize("phase", phases.PHASES)
def test_abort(phase: str) -> None:
    """Whatever isn't over can be aborted at once."""
    found = phases.TABLE.get((phase, phases.ABORT))

    assert found == (None if phases.terminal(phase) else phases.ABORTED)


@pytest.mark.parametrize("phase", phases.PHASES)
def test_no_dead_end(phase: str) -> None:
    """From each phase a chain of events leads to an end."""
    reached = {phase}
    for _ in phases.PHASES:
        reached |= {to for (was, _), to in phases.TABLE.items() if was in reached}

    assert reached & phases.TERMINAL


def test_automation_never_goes_back_to_life() -> None:
    """What is over is begun anew by people only."""
    events = {event for phase, event in phases.TABLE if phases.terminal(phase)}

    assert {phases.START, phases.RETRY, phases.UNDO} == events


def test_live_and_terminal() -> None:
    """A rollout is live, drains, or is over."""
    assert {"draining"} == set(phases.PHASES) - phases.LIVE - phases.TERMINAL
    assert not phases.LIVE & phases.TERMINAL


def test_action() -> None:
    """History can tell moves of rollouts from others."""
    assert "rollout-pause" == phases.action(phases.PAUSE)

"""What a rollout has come to."""

from __future__ import annotations

import pytest

from admin_cli.rollouts.outcome import CODES, next_commands, outcome
from tests.unit.admin_cli.rollouts.examples import rollout


@pytest.mark.parametrize(
    ("phase", "came_to", "code"),
    [
        ("pending", "running", 0),
        ("progressing", "running", 0),
        ("baking", "running", 0),
        ("paused", "needs_person", 22),
        ("draining", "promoted", 0),
        ("completed", "promoted", 0),
        ("aborted", "rolled_back", 20),
    ],
)
def test_every_phase_has_an_outcome_and_a_code(
    phase: str, came_to: str, code: int
) -> None:
    """A promotion is no word on health, so none of them says healthy."""
    found = outcome(rollout(phase))

    assert (came_to, code) == (found, CODES[found])


@pytest.mark.parametrize(
    ("phase", "came_to"),
    [
        ("baking", "rolled_back"),
        ("paused", "rolled_back"),
        ("draining", "promoted"),
        ("completed", "promoted"),
    ],
)
def test_a_mark_counts_at_once_while_the_rollout_is_live(
    phase: str, came_to: str
) -> None:
    """What the routers aborted is rolled back, before anybody has written it down."""
    assert came_to == outcome(rollout(phase), marked=True)


@pytest.mark.parametrize(
    ("cause", "verbs"),
    [
        ("hand", ["resume shop"]),
        ("gate", ["approve shop", "abort shop"]),
        ("inconclusive", ["analysis shop", "resume shop", "abort shop"]),
        ("edited", ["history shop", "resume shop", "abort shop"]),
        ("check", ["resume shop", "abort shop"]),
        ("end", ["promote shop --full", "abort shop"]),
    ],
)
def test_every_pause_names_the_commands_that_go_on(
    cause: str, verbs: list[str]
) -> None:
    """Who has to decide is told how."""
    paused = rollout("paused", paused={"from": "baking", "cause": cause})

    assert [f"canary rollout {verb}" for verb in verbs] == next_commands("shop", paused)


@pytest.mark.parametrize(
    ("phase", "verbs"),
    [
        ("baking", []),
        ("completed", []),
        ("draining", ["canary rollout undo shop"]),
        ("aborted", ["canary rollout analysis shop", "canary rollout retry shop"]),
    ],
)
def test_where_nobody_is_needed_nothing_is_asked(phase: str, verbs: list[str]) -> None:
    """A rollout that goes on by itself needs no command."""
    assert verbs == next_commands("shop", rollout(phase))

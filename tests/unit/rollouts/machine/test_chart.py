"""The table of transitions in the documentation."""

from __future__ import annotations

from pathlib import Path

from rollouts.machine import phases
from rollouts.machine.chart import chart
from rollouts.machine.rollout import CAUSES

DOCUMENT = Path(__file__).parents[4] / "docs" / "rollouts.md"


def test_documented() -> None:
    """The document shows the table that is in force."""
    assert chart() in DOCUMENT.read_text("utf-8")


def test_every_transition_is_charted() -> None:
    """Each pair of the table is in one row of the chart."""
    rows = [
        [cell.strip() for cell in row.split("|")[1:4]]
        for row in chart().splitlines()[2:]
    ]
    pairs = {
        (phase, event.strip("`")): to
        for event, origins, to in rows
        for phase in origins.split(", ")
    }

    assert phases.TABLE == pairs


def test_phases_and_causes_are_told() -> None:
    """The document says what each phase and each cause of a pause means."""
    text = DOCUMENT.read_text("utf-8")

    for word in (*phases.PHASES, *CAUSES):
        assert f"| `{word}` |" in text

"""What the machine writes is what documents may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from flags.store.checks import read_document
from flags.store.plans.progress import LIVE, RUNNING
from rollouts.machine import moves, phases
from tests.unit.rollouts.machine import play

Written = dict[str, Any]
MADE: Mapping[str, Callable[[], Written]] = {
    "started": play.started,
    "baking": play.baking,
    "gated": play.gated,
    "ended": play.ended,
    "draining": play.draining,
    "completed": lambda: play.ticked(play.draining(), play.look(90_000)),
    "paused": lambda: moves.pause("shop", play.baking(), now=play.START, by="ana"),
    "approved": lambda: moves.approve(
        "shop", play.gated(), by="ana", now=play.START + 100
    ),
    "aborted": lambda: moves.abort("shop", play.baking(), now=play.START, why="x"),
    "undone": lambda: moves.undo(
        "shop", play.draining(), now=play.START + 1300, by="ana"
    ),
    "damaged": lambda: moves.abort(
        "shop", play.baking() | {"rollout": {"phase": 5}}, now=play.START, why="x"
    ),
}


@pytest.mark.parametrize("made", MADE)
def test_documents_hold_it(made: str) -> None:
    """Every phase is read, and stored to the letter."""
    body = MADE[made]()

    assert body == read_document("shop", body).body()


def test_phases() -> None:
    """Documents and the machine mean the same by live and by over."""
    assert LIVE == phases.LIVE
    assert {*phases.PHASES} - phases.TERMINAL == RUNNING

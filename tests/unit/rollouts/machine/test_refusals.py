"""Setting a weight by hand while a plan is in charge of it."""

from __future__ import annotations

from typing import Any

import pytest

from flags.errors import InvalidDocument
from rollouts import moves
from rollouts.machine import moves as planned
from tests.unit.rollouts.machine.play import (
    RESTING,
    START,
    baking,
    look,
    paused,
    started,
    ticked,
)


@pytest.mark.parametrize(
    ("body", "percent", "words"),
    [
        (baking(), 5, "first `canary rollout pause shop`, or `canary rollout abort"),
        (started(), 5, "its plan sets the weight, pending at step 1 of 4"),
        (paused(), 11, "11 % is above the plan's 10 % so far; lower it only"),
        (
            ticked(ticked(baking(), look(600)), look(1200)),
            5,
            "`canary rollout undo shop` goes back to it",
        ),
        ({**baking(), "rollout": 3}, 5, "it can't be read"),
    ],
)
def test_refused(body: dict[str, Any], percent: float, words: str) -> None:
    """The plan sets the weight; a person pauses first, or aborts."""
    with pytest.raises(InvalidDocument) as raised:
        moves.set_weight("shop", body, percent)

    assert words in str(raised.value)


@pytest.mark.parametrize(
    "body",
    [
        RESTING,
        {**RESTING, "weight": 50},
        paused(),
        planned.abort("shop", paused(), now=START, why="no"),
    ],
)
def test_allowed(body: dict[str, Any]) -> None:
    """While it is paused it may be lowered, and without a plan all is as ever."""
    assert {**body, "weight": 5} == moves.set_weight("shop", body, 5)

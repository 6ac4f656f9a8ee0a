"""How a rollout of ours is told from the rules."""

from __future__ import annotations

from typing import Any

from examples.compare.progress import Progress
from rollouts.machine import moves
from tests.unit.rollouts.machine.play import (
    SHORT,
    START,
    draining,
    look,
    started,
    ticked,
)

BAKING = ticked(started(SHORT), look(60))


def told(*bodies: Any, marked: bool = False) -> Progress:
    """Looks at these, a second apart; only the last one finds a mark."""
    progress = Progress(former=None)
    for second, body in enumerate(bodies, 1):
        last = second == len(bodies)
        progress.take(body, marked=marked and last, at=float(second))
    return progress


def test_the_rollout_before_does_not_count() -> None:
    """What the rules say of the former rollout is nothing of this one."""
    progress = Progress(former="abcd1234")
    progress.take(BAKING, marked=True, at=1.0)
    assert progress.state == "before"
    assert not progress.settled


def test_a_change_is_dated_by_the_look_before() -> None:
    """A weight that was found at a look came no earlier than the look before."""
    progress = told(started(SHORT), BAKING, BAKING)
    assert [(change.at, change.weight) for change in progress.changes] == [(1.0, 10.0)]
    assert progress.state == "under way"


def test_a_mark_of_a_router_is_a_rollback() -> None:
    """It counts at once, but all is not over until the rules say so."""
    progress = told(BAKING, BAKING, marked=True)
    assert (progress.weight, progress.rolled_back) == (0.0, 1.0)
    assert not progress.settled


def test_an_abort_in_the_rules_settles_it() -> None:
    """Then it is over, and since the mark everyone has been on stable."""
    aborted = moves.abort("shop", BAKING, now=START + 70, why="enough")
    progress = told(BAKING, BAKING, marked=True)
    progress.take(aborted, marked=True, at=3.0)
    assert progress.settled
    assert (progress.state, progress.rolled_back) == ("rolled back", 1.0)


def test_a_promotion_settles_it() -> None:
    """While the old version drains everyone is on the new one for good."""
    progress = told(BAKING, draining())
    assert (progress.state, progress.promoted, progress.weight) == (
        "promoted",
        1.0,
        100.0,
    )
    assert progress.settled


def test_waiting_for_a_person_settles_it() -> None:
    """Nobody will come here, so it is over, and says why."""
    paused = moves.pause("shop", BAKING, now=START + 70, by="ana")
    progress = told(BAKING, paused)
    assert progress.settled
    assert progress.state.startswith("paused: ")

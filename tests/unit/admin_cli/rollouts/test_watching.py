"""The loop behind `status --watch`, with a clock that is handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from admin_cli.rollouts.view import view
from admin_cli.rollouts.watching import EVERY, PATIENCE, Watch
from flags.errors import StoreUnavailable
from tests.unit.admin_cli.rollouts.examples import BEGAN, found, rollout


@dataclass
class World:
    """A rollout that has moved on at each look, and a clock that sleeping moves."""

    looks: list[Any]
    now: float = BEGAN
    drawn: list[tuple[str, bool]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def look(self) -> dict[str, Any]:
        """The next of them; the last one stays."""
        here = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(here, Exception):
            raise here
        return view(found(here), self.now)

    def draw(self, shown: Any, news: bool) -> None:  # noqa: FBT001 - as it is called
        """Remember what was drawn."""
        self.drawn.append((shown["rollout"]["phase"], news))

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def watch(self, seconds: float = 600) -> int:
        """Watch it."""
        watch = Watch(
            look=self.look,
            draw=self.draw,
            note=self.notes.append,
            clock=lambda: self.now,
            sleep=self.sleep,
        )
        return watch.until(seconds)


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        (rollout("completed", 3), 0),
        (rollout("draining", 3), 0),
        (rollout("aborted"), 20),
        (rollout("paused", paused={"from": "baking", "cause": "hand"}), 22),
    ],
)
def test_it_ends_with_the_code_of_the_outcome(ends: dict[str, Any], code: int) -> None:
    """Promoted, rolled back, or waiting for a person."""
    world = World([rollout(), rollout(), ends])

    assert code == world.watch()
    assert BEGAN + 2 * EVERY == world.now
    assert [True, False, True] == [news for _, news in world.drawn]


def test_it_ends_when_the_time_is_up() -> None:
    """The last look is at the very end."""
    world = World([rollout()])

    assert 21 == world.watch(10)
    assert BEGAN + 10 == world.now
    assert ["the time is up, and the rollout still runs"] == world.notes


@pytest.mark.parametrize(
    ("after", "told"), [(rollout(id="bbbbbbbb"), "bbbbbbbb"), (None, "none")]
)
def test_another_rollout_in_its_place_is_a_conflict(after: Any, told: str) -> None:
    """Whoever waits for one doesn't get the other's outcome."""
    world = World([rollout(), after])

    assert 4 == world.watch()
    assert [f"rollout {told} took the place of k3j2h1g0"] == world.notes


def test_a_table_that_is_away_for_a_moment_is_asked_again() -> None:
    """A blip of the network fails no pipeline."""
    away = StoreUnavailable("the table is busy")
    world = World([rollout(), away, away, rollout("aborted")])

    assert 20 == world.watch()
    assert ["the table is busy; trying again"] * 2 == world.notes


def test_a_table_that_stays_away_is_an_error() -> None:
    """After some tries nobody knows what the rollout does."""
    world = World([StoreUnavailable("the table is gone")])

    with pytest.raises(StoreUnavailable, match="is gone"):
        world.watch()
    assert PATIENCE - 1 == len(world.notes)

"""The two screens, and a story that is known already."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from examples.compare.replay import Replay
from examples.compare.screen import Screen, line, pair
from examples.compare.services.orders.faults import ALWAYS, FAILED
from examples.compare.sightings import GREEN, WORKER, Glance
from tests.unit.examples.compare.stories import chain, seen, story

LEFT = story(
    chain("bbb", at=5.0),
    [seen(WORKER, GREEN, at=15.0, order="2", user="bob", outcome=FAILED)],
    rolled_back=20.0,
)
BEFORE = Glance(
    at=8.0, state="before", weight=0.0, orders=3, users=3, on_green=0, failed=0
)


@pytest.mark.parametrize(
    ("at", "state", "weight", "orders", "failed"),
    [
        (-1.0, "before", 0.0, 0, 0),
        (6.0, "under way", 10.0, 1, 0),
        (15.0, "under way", 10.0, 2, 1),
        (25.0, "rolled back", 0.0, 2, 1),
    ],
)
def test_a_replay(
    at: float, state: str, weight: float, orders: int, failed: int
) -> None:
    """It shows what had happened by then, and nothing of what was to come."""
    found = Replay(LEFT).at(at)
    assert (found.state, found.weight) == (state, weight)
    assert (found.orders, found.failed) == (orders, failed)


def test_a_replay_of_a_promotion() -> None:
    """A promoted version stays promoted."""
    replay = Replay(story(chain("ggg"), promoted=9.0))
    assert [replay.at(at).state for at in (8.0, 9.0, 99.0)] == [
        "under way",
        "promoted",
        "promoted",
    ]


def test_without_a_terminal_there_is_a_line_now_and_then() -> None:
    """The left clock begins with the right release, and then runs to its end."""
    out = io.StringIO()
    with Screen(Console(file=out, width=200), ALWAYS, LEFT) as screen:
        screen.look(BEFORE)
        screen.look(replace(BEFORE, at=9.0))
        screen.look(replace(BEFORE, at=18.0, state="under way", weight=10.0))
        screen.look(replace(BEFORE, at=33.0, state="under way", weight=10.0))
        screen.run_out()
    lines = out.getvalue().splitlines()
    assert ["before", "under way", "under way", "rolled back"] == [
        text.split("|")[1].partition(" s ")[2].partition("  ")[0].strip()
        for text in lines
    ]
    assert lines[2].split("|")[1].strip().startswith("15 s")


def test_both_screens_stand_side_by_side() -> None:
    """Each has its state, weight, traffic and harm."""
    out = io.StringIO()
    right = replace(BEFORE, state="rolled back", failed=4)
    Console(file=out, width=100).print(pair(ALWAYS, BEFORE, right))
    text = out.getvalue()
    for part in ("fails always", "(a model)", "before, 8 s", "rolled back, 8 s"):
        assert part in text
    assert "4 users failed on green" in text


def test_the_latest_orders_are_shown() -> None:
    """A letter for each version that an order met, once it has met all services."""
    under_way = chain("bg", order="3", at=12.0)
    told = story(chain("bgb", order="1"), chain("gggb", order="2", at=11.0), under_way)
    found = Replay(told).at(20.0)
    assert found.latest == [["blue", "green", "blue"], ["green", "green", "green"]]
    out = io.StringIO()
    Console(file=out, width=100).print(pair(ALWAYS, found, BEFORE))
    assert "BGB GGG" in out.getvalue()


def test_a_screen_in_a_line() -> None:
    """It says how long, what, how much and how bad."""
    told = " ".join(line(BEFORE).split())
    assert told == "8 s before 0 % 3 orders, 0 users failed"

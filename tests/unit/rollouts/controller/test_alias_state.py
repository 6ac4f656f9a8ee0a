"""Aliases that are moved in mid-rollout: by hand, by another tool, by Lambda itself."""

from __future__ import annotations

from typing import Any

import pytest

from flags.store.plans import canonical
from rollouts.machine import moves
from tests.unit.rollouts.controller.world import (
    BODY,
    MINUTE,
    PLAN,
    SERVICE,
    Inbox,
    World,
)

VERSIONS = {"stable": "1", "canary": "2"}


@pytest.fixture
def rolling(world: World) -> World:
    """Version 2 is the canary at 10 %, and version 3 is published."""
    world.point("green", world.publish())
    start(world, PLAN)
    world.tick()
    assert world.publish() == "3"
    assert world.rollout()["phase"] == "baking"
    return world


def start(world: World, plan: Any, versions: dict[str, str] | None = None) -> None:
    """A rollout of version 2, or of versions that nobody told."""
    world.put("shop", BODY)
    told = VERSIONS if versions is None else versions
    world.move(
        "shop",
        moves.start,
        "start",
        canonical(plan),
        id="shop0000",
        by="ana",
        versions=told or None,
    )


def test_a_canary_that_is_another_version_is_never_promoted(world: World) -> None:
    """Its users are sent back at once, and the topics hear why."""
    inbox = Inbox.of(world.client)
    world.point("green", world.publish())
    start(world, {**PLAN, "notify": [inbox.topic]})
    world.tick()
    world.point("green", world.publish())
    world.tick(MINUTE)

    why = (
        "the canary's alias was moved to what nobody judged: "
        f"{SERVICE}:green names version 3, not 2"
    )
    assert (world.rollout()["phase"], world.rollout()["why"]) == ("aborted", why)
    assert (inbox.read()[-1]["event"], world.events()[-1]) == ("abort", "rollout-abort")


def test_a_paused_rollout_is_compared_too(rolling: World) -> None:
    """Its users are on the canary all the while."""
    rolling.move("shop", moves.pause, "pause", by="ana")
    rolling.point("green", "3")
    rolling.tick(MINUTE)

    assert rolling.rollout()["phase"] == "aborted"


def test_a_stable_that_is_another_version_pauses(rolling: World) -> None:
    """Neither more nor fewer users on the canary would be safe; resuming is no way."""
    rolling.point("blue", "3")
    rolling.tick(MINUTE)

    assert rolling.rollout()["paused"]["cause"] == "check"
    assert f"{SERVICE}:blue names version 3, not 1" in rolling.rollout()["why"]
    rolling.move("shop", moves.resume, "resume", by="ana")
    rolling.tick(MINUTE)
    assert rolling.rollout()["phase"] == "paused"
    rolling.point("blue", "1")
    rolling.move("shop", moves.resume, "resume", by="ana")
    rolling.tick(MINUTE)
    assert rolling.rollout()["phase"] == "baking"


def test_both_aliases_moved_at_once_are_both_told(rolling: World) -> None:
    """As by a stack that is updated: everyone back, and a word about stable."""
    for colour in ("blue", "green"):
        rolling.point(colour, "3")
    rolling.tick(MINUTE)

    assert rolling.rollout()["phase"] == "aborted"
    assert rolling.rollout()["why"].endswith(
        f"stable's too: {SERVICE}:blue names version 3, not 1"
    )


def test_weights_that_pass_do_no_harm(rolling: World) -> None:
    """Lambda sets them for a moment by itself; meanwhile nobody goes on."""
    rolling.point("green", "2", {"1": 1.0})
    rolling.tick(6 * MINUTE)

    assert rolling.events()[-1] == "rollout-enter"
    assert rolling.rollout()["step"] == 0
    rolling.point("green", "2")
    rolling.tick(MINUTE)
    assert rolling.rollout()["step"] == 1


@pytest.mark.parametrize(
    ("colour", "own", "phase"), [("green", "2", "aborted"), ("blue", "1", "paused")]
)
def test_weights_that_last_count_as_moved(
    rolling: World, colour: str, own: str, phase: str
) -> None:
    """Seen at two looks, whichever controllers look; looks too close are one."""
    rolling.point(colour, own, {"3": 0.5})
    rolling.tick(MINUTE)
    rolling.tick(5)
    assert rolling.rollout()["phase"] == "baking"
    rolling.tick(MINUTE)

    assert rolling.rollout()["phase"] == phase
    told = f"{SERVICE}:{colour} sends 50 % of its users to version 3"
    assert told in rolling.rollout()["why"]


def test_weights_that_were_seen_long_ago_are_seen_for_the_first_time(
    rolling: World,
) -> None:
    """Two moments an hour apart are no lasting state."""
    for _ in range(2):
        rolling.point("green", "2", {"1": 1.0})
        rolling.tick(MINUTE)
        rolling.point("green", "2")
        rolling.tick(60 * MINUTE)

    assert "rollout-abort" not in rolling.events()


def test_versions_that_nobody_told_are_kept_from_the_beginning(world: World) -> None:
    """A rollout of before, or started without a look, is about what is there then."""
    world.point("green", world.publish())
    start(world, PLAN, {})
    assert "versions" not in world.rollout()
    world.tick()

    assert world.rollout()["versions"] == VERSIONS
    world.point("green", world.publish())
    world.tick(MINUTE)
    assert world.rollout()["phase"] == "aborted"

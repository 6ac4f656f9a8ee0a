"""Killed at any moment and run again, a tick comes to what it would have come to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from tests.contracts.store_contract import ACCOUNT, TABLE, scan
from tests.unit.rollouts.controller.world import MINUTE, PLAN, Inbox, World

STEPS = [{"weight": 10, "bake": "5m", "before": [{"invoke": "smoke:live"}]}]
WRITES = {
    "dynamodb": ("PutItem", "TransactWriteItems", "UpdateItem"),
    "sns": ("Publish",),
}
# Random, or the moment at which somebody came: no part of what it came to.
PASSING = {"change", "started", "expires_at"}
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"
# What is in the table, who was told, and at how many moments it could have ended.
Run = tuple[list[Any], set[str], int]


class Killed(BaseException):
    """The function ended here."""


def begun(world: World) -> None:
    """A rollout that was just started: alarms, a check, and its first users are due."""


def marked(world: World) -> None:
    """One that a sentinel has aborted."""
    world.tick()
    world.mark()


def baked(world: World) -> None:
    """One whose bake is over."""
    world.tick()
    world.now += 6 * MINUTE


@contextmanager
def kill(world: World, at: int) -> Iterator[list[str]]:
    """End the function at this moment; gives the moments that there were.

    A moment is right after a call that changed something: at all others nothing is
    another than at one of these, or than at the beginning.
    """
    moments: list[str] = []

    def passed(event_name: str, **_: Any) -> None:
        moments.append(event_name)
        if len(moments) == at:
            raise Killed

    places = [
        (world.client(service).meta.events, f"after-call.{service}.{operation}")
        for service, operations in WRITES.items()
        for operation in operations
    ]
    for events, place in places:
        events.register(place, passed)
    yield moments
    for events, place in places:
        events.unregister(place, passed)


def kept(world: World) -> Callable[[], None]:
    """What takes table and time back to now, much faster than making them anew."""
    tables = dynamodb_backends[ACCOUNT]["eu-west-1"].tables
    table, now = deepcopy(tables[TABLE]), world.now

    def again() -> None:
        tables[TABLE], world.now = deepcopy(table), now

    return again


def contents(world: World) -> list[Any]:
    """What is in the table, without times and without what is random."""
    items = [
        {name: it for name, it in item.items() if name not in PASSING}
        for item in scan(world.client("dynamodb"))
    ]
    found: list[Any] = json.loads(re.sub(TIME, "T", json.dumps(items)))
    return found


def run(world: World, inbox: Inbox, at: int = 0) -> Run:
    """A tick that is killed at a moment, and two more; `at` 0 kills none."""
    with kill(world, at) as moments:
        if at:
            with pytest.raises(Killed):
                world.tick()
        world.tick()
        count = len(moments)
        # A check that was under way is over by now.
        world.tick(2 * MINUTE)
    return contents(world), {it["id"] for it in inbox.read()}, count


@pytest.mark.parametrize("prepare", [begun, marked, baked])
def test_a_killed_tick_is_made_up_for(
    world: World, prepare: Callable[[World], None]
) -> None:
    """Killed after whatever it writes: the table and those told are alike."""
    inbox = Inbox.of(world.client)
    world.start(plan={**PLAN, "steps": STEPS, "notify": [inbox.topic]})
    prepare(world)
    inbox.read()
    again_from_here = kept(world)
    table, told, moments = run(world, inbox)
    for at in range(1, moments + 1):
        again_from_here()
        again, heard, _ = run(world, inbox, at)

        assert again == table, at
        assert heard == told, at

    assert moments > 3

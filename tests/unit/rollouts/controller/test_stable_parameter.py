"""The controller keeps the stack's parameter at the table's stable colours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rollouts.controller.stable_parameter import StableParameter
from rollouts.controller.ticking import Controller
from tests.unit.rollouts.controller.world import SERVICE, World, deployed

NAME = "/canary/shop/stable"


@pytest.fixture
def world() -> Iterator[World]:
    """A deployment with the parameter as its stack makes it."""
    with deployed() as made:
        made.client("ssm").put_parameter(Name=NAME, Value="{}", Type="String")
        yield made


def controller(world: World) -> Controller:
    """A controller that keeps the parameter."""
    made = world.controller()
    made.stable = StableParameter(client=world.client("ssm"), name=NAME)
    return made


def held(world: World) -> Any:
    """What the parameter holds."""
    return json.loads(
        world.client("ssm").get_parameter(Name=NAME)["Parameter"]["Value"]
    )


def test_promotion_by_hand(world: World) -> None:
    """The tick after a promotion writes it down, and the one after that rests."""
    world.put("shop", {"release": {"services": [SERVICE], "stable": "blue"}})
    kept = controller(world)
    world.tick(60, kept)
    assert {"blue": [SERVICE]} == held(world)

    world.put(
        "shop", {"release": {"services": [SERVICE], "stable": "green"}}, "promote"
    )
    world.tick(60, kept)
    assert {"green": [SERVICE]} == held(world)
    assert world.tick(60, kept).idle


def test_promotion_by_a_plan(world: World) -> None:
    """The tick that promotes writes it down, with the parameter's colour of now."""
    world.start()
    kept = controller(world)
    for _ in range(30):
        world.tick(60, kept)
    assert world.rollout()["phase"] in {"draining", "completed"}

    assert {"green": [SERVICE]} == held(world)


def test_archived(world: World) -> None:
    """A release that is gone takes no colour with it."""
    body = {"release": {"services": [SERVICE], "stable": "green"}}
    world.put("shop", body)
    world.put("shop", {**body, "archived": True}, "archive")
    world.tick(60, controller(world))

    assert {"green": [SERVICE]} == held(world)


def test_deleted_or_changed_by_hand(world: World) -> None:
    """Whatever somebody made of it, it is put right; deleted, it is made again."""
    world.put("shop", {"release": {"services": [SERVICE], "stable": "green"}})
    world.client("ssm").delete_parameter(Name=NAME)
    world.tick(60, controller(world))

    assert {"green": [SERVICE]} == held(world)


class Denied:
    """Systems Manager that refuses."""

    def get_parameter(self, **_: object) -> None:
        """Always refused."""
        refusal = {"Code": "AccessDeniedException", "Message": "no"}
        raise ClientError({"Error": refusal}, "GetParameter")  # type: ignore[typeddict-item]


def test_denied(world: World) -> None:
    """A failure is told, counted, and tried again by the next tick."""
    world.put("shop", {"release": {"services": [SERVICE], "stable": "green"}})
    kept = controller(world)
    kept.stable = StableParameter(client=Denied(), name=NAME)
    world.tick(60, kept)
    kept.stable = StableParameter(client=world.client("ssm"), name=NAME)
    world.tick(60, kept)

    assert "can't be kept in /canary/shop/stable" in world.complained[0]["message"]
    assert {"green": [SERVICE]} == held(world)


def test_too_many(world: World) -> None:
    """What doesn't fit is told, and what was there stays."""
    parameter = StableParameter(client=world.client("ssm"), name=NAME)
    many = {f"service-{number:04}": "green" for number in range(300)}

    assert "of 300 services take" in str(parameter.reconcile(many))
    assert {} == held(world)

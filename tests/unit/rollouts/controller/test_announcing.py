"""Whoever a plan names is told of each transition, in order, and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from flags.store.plans import canonical
from rollouts.controller.announcing import PARTITION
from rollouts.machine import moves
from tests.unit.rollouts.controller.world import MINUTE, PLAN, Inbox, World

MISSING = "arn:aws:sns:eu-west-1:123456789012:nobody"


def plan(*targets: str) -> Mapping[str, Any]:
    """The plan, with somebody to tell."""
    return {**PLAN, "notify": [*targets]}


def test_every_transition_is_told_once(world: World) -> None:
    """People's moves and the controller's, in the order in which they happened."""
    inbox = Inbox.of(world.client)
    world.start(plan=plan(inbox.topic))
    world.tick()
    world.move("shop", moves.pause, "pause", by="ana")
    world.put("shop", {**world.stored().body, "description": "the shop"})
    world.tick(MINUTE)
    world.tick(MINUTE)
    told = inbox.read()

    assert [it["event"] for it in told] == ["start", "begin", "enter", "pause"]
    assert [it["by"] for it in told] == ["ana", "controller", "controller", "ana"]
    assert told[2] == {
        "id": "shop:4",
        "release": "shop",
        "event": "enter",
        "rollout": "shop0000",
        "phase": "baking",
        "step": 0,
        "steps": 2,
        "weight": 10,
        "stable": "blue",
        "why": "step 1 of 2, 10 %: baking",
        "by": "controller",
        "at": "2030-03-17T17:46:40Z",
    }


def test_a_bus_is_told_too(world: World) -> None:
    """EventBridge gets source, detail type and detail."""
    bus = world.client("events").create_event_bus(Name="releases")["EventBusArn"]
    world.client("events").put_rule(
        Name="all", EventBusName="releases", EventPattern='{"source": ["canary"]}'
    )
    queue = world.client("sqs").create_queue(QueueName="events")["QueueUrl"]
    world.client("events").put_targets(
        Rule="all",
        EventBusName="releases",
        Targets=[{"Id": "q", "Arn": "arn:aws:sqs:eu-west-1:123456789012:events"}],
    )
    world.start(plan=plan(bus))
    world.tick()
    messages = world.client("sqs").receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10
    )["Messages"]

    assert len(messages) == 3
    assert '"detail-type": "Rollout start"' in messages[0]["Body"]
    assert world.complained == []


def test_one_that_refuses_holds_up_no_other(world: World) -> None:
    """It is tried for an hour, and complained of; the other one is told once."""
    inbox = Inbox.of(world.client)
    world.start(plan=plan(MISSING, inbox.topic))
    for _ in range(3):
        world.tick(MINUTE)

    assert [it["event"] for it in inbox.read()] == ["start", "begin", "enter"]
    assert "was not told of shop:2" in world.complained[-1]["message"]
    world.tick(2 * 3600)
    world.tick(MINUTE)
    world.complained.clear()
    world.tick(MINUTE)

    assert all("shop:2" not in it["message"] for it in world.complained)


def test_the_end_is_told_whatever_comes_next(world: World) -> None:
    """The next rollout tells nobody; who was told of the last hears how it ended."""
    inbox = Inbox.of(world.client)
    world.start(plan=plan(inbox.topic))
    world.tick()
    inbox.read()
    world.move("shop", moves.abort, "abort", why="by ana")
    world.move("shop", moves.start, "start", canonical(PLAN), id="silent00", by="ana")
    world.tick(MINUTE)

    assert [it["event"] for it in inbox.read()] == ["abort"]


def test_a_rollout_that_names_nobody_is_nobodys(world: World) -> None:
    """Who is named again is told of what names them, and of nothing between."""
    inbox = Inbox.of(world.client)
    world.start(plan=plan(inbox.topic))
    world.tick()
    named = canonical(plan(inbox.topic))
    for later, rollout in ((canonical(PLAN), "silent00"), (named, "third000")):
        world.move("shop", moves.abort, "abort", why="by ana")
        world.tick(MINUTE)
        world.move("shop", moves.start, "start", later, id=rollout, by="ana")
        world.tick(MINUTE)

    told = [(it["rollout"], it["event"]) for it in inbox.read()]
    assert told[3:] == [
        ("shop0000", "abort"),
        ("third000", "start"),
        ("third000", "begin"),
        ("third000", "enter"),
    ]


def test_who_cannot_be_told_is_rolled_back_all_the_same(world: World) -> None:
    """Nobody knows who was told what: a problem, and no reason to look away."""
    world.start(plan=plan(MISSING))
    world.tick()
    world.mark()

    def refuse(params: Mapping[str, Any], **_: Any) -> None:
        if PARTITION in str(params.get("ExpressionAttributeValues")):
            answer = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
            raise ClientError(answer, "Query")  # type: ignore[arg-type]

    events = world.client("dynamodb").meta.events
    events.register("provide-client-params.dynamodb.Query", refuse)
    outcome = world.tick(MINUTE).outcomes[0]

    assert world.rollout()["phase"] == "aborted"
    assert "AccessDenied" in outcome.problems[0]


def test_a_new_rollout_is_told_from_its_start(world: World) -> None:
    """Rollouts before it, of which the target knew nothing, are left out."""
    world.start()
    world.tick()
    world.move("shop", moves.abort, "abort", why="by ana")
    inbox = Inbox.of(world.client)
    world.start(plan=plan(inbox.topic))
    world.tick(MINUTE)

    assert [it["event"] for it in inbox.read()] == ["start", "begin", "enter"]

"""Checks run when they are due, once for all ticks, and are remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from rollouts.controller.invoking import Answer, answered, invoke_with
from rollouts.machine.seen import FAILED, PASSED, UNKNOWN
from tests.unit.rollouts.controller.world import MINUTE, World

BEFORE: Mapping[str, Any] = {
    "steps": [
        {
            "weight": 10,
            "bake": "1h",
            "before": [{"invoke": "smoke:live", "payload": {"deep": True}}],
        }
    ],
    "guards": {"errors": False},
}
DURING: Mapping[str, Any] = {
    "steps": [
        {
            "weight": 10,
            "bake": "10m",
            "during": [{"invoke": "smoke:live", "every": "3m"}],
        }
    ],
    "guards": {"errors": False},
}

AT_LAST: Mapping[str, Any] = {"weight": 100, "bake": "5m"}


def passed(world: World, seconds: float) -> None:
    """So much time passes."""
    world.now += seconds


def test_a_step_waits_for_its_check(world: World) -> None:
    """The check gets the plan's payload and what it is about; then users come."""
    world.start(plan=BEFORE)
    world.tick()

    ((function, event),) = world.asked
    assert function == "smoke:live"
    assert event["deep"] is True
    assert event["rollout"] == {
        "release": "shop",
        "id": "shop0000",
        "phase": "progressing",
        "step": 0,
        "weight": 10,
        "colours": {"stable": "blue", "canary": "green"},
        "versions": {"stable": "1", "canary": "1"},
    }
    assert world.stored().body["weight"] == 10


def test_a_check_that_fails_rolls_back(world: World) -> None:
    """Nobody comes to the canary, and the log says why."""
    world.start(plan=BEFORE)
    world.answer = Answer(status=FAILED, why="no basket")
    world.tick()

    assert world.rollout()["phase"] == "aborted"
    assert world.said[-1]["failed"] == {"before/0/0": "no basket"}


def test_what_gives_no_answer_is_asked_again(world: World) -> None:
    """A busy function is not a failure; it is asked again once its time is over."""
    world.start(plan=BEFORE)
    world.answer = Answer(status=UNKNOWN)
    world.tick()
    world.tick(10)
    assert len(world.asked) == 1
    world.answer = Answer(status=PASSED)
    world.tick(MINUTE)

    assert len(world.asked) == 2
    assert world.rollout()["phase"] == "baking"


def test_a_bake_is_checked_as_often_as_it_says(world: World) -> None:
    """Every three minutes, whoever ticks, and once more when the bake is over."""
    world.start(plan=DURING)
    times = []
    world.meanwhile = lambda: times.append(world.now)
    began = world.now
    for _ in range(13):
        world.tick(MINUTE)

    assert [(at - began) / MINUTE for at in times] == [1, 4, 7, 10, 11]
    assert world.rollout()["phase"] == "paused"


def test_two_at_once_run_it_once(world: World) -> None:
    """While one waits for a check, another tick leaves it to that one."""
    world.start(plan=BEFORE)
    seen = []

    def meanwhile() -> None:
        world.meanwhile = lambda: None
        seen.append(world.tick())

    world.meanwhile = meanwhile
    world.tick()

    assert len(world.asked) == 1
    assert seen[0].outcomes[0].events == ()
    assert world.rollout()["phase"] == "baking"


def test_two_that_saw_the_same_run_it_once(world: World) -> None:
    """One that gave no answer is asked again by one of them, not by both."""
    world.start(plan=BEFORE)
    world.answer = Answer(status=UNKNOWN)
    world.tick()
    world.answer = Answer(status=PASSED)
    world.now += MINUTE
    events = world.client("dynamodb").meta.events

    def overtake(**_: Any) -> None:
        events.unregister("before-call.dynamodb.UpdateItem", overtake)
        world.tick()

    events.register("before-call.dynamodb.UpdateItem", overtake)
    world.tick()

    assert len(world.asked) == 2
    assert world.rollout()["phase"] == "baking"


def test_it_is_not_begun_without_time_for_it(world: World) -> None:
    """A function that is about to end begins nothing that it can't wait for."""
    world.start(plan=BEFORE)
    world.controller().tick(left=lambda: 35.0)

    assert world.asked == []
    assert world.rollout()["phase"] == "progressing"


def test_a_bake_begins_after_the_check(world: World) -> None:
    """However long the check took, all of the bake is before the next step."""
    before = {"invoke": "smoke:live", "timeout": "5m"}
    steps = [{"weight": 10, "bake": "5m", "before": [before]}, AT_LAST]
    world.start(plan={**BEFORE, "steps": steps})
    world.meanwhile = lambda: passed(world, 280)
    world.tick()
    world.tick(4 * MINUTE)

    assert world.rollout()["step"] == 0
    assert world.stored().body["weight"] == 10
    world.tick(MINUTE)
    assert world.rollout()["step"] == 1


def test_a_bake_that_ends_during_its_check_is_looked_at_again(world: World) -> None:
    """What was asked before the end says nothing of what came until then."""
    steps = [{**DURING["steps"][0], "bake": "5m"}, AT_LAST]
    world.start(plan={**DURING, "steps": steps})
    world.tick()
    world.tick(MINUTE)
    world.meanwhile = lambda: passed(world, 90)
    world.tick(3 * MINUTE)

    assert world.rollout()["step"] == 0
    world.meanwhile = lambda: None
    world.tick(MINUTE)
    assert len(world.asked) == 3
    assert world.rollout()["step"] == 1


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("TooManyRequestsException", UNKNOWN),
        ("ResourceConflictException", UNKNOWN),
        ("SnapStartNotReadyException", UNKNOWN),
        ("ResourceNotFoundException", FAILED),
        ("AccessDeniedException", FAILED),
    ],
)
def test_a_function_that_cannot_be_asked_now(code: str, status: str) -> None:
    """One that is busy or being updated is asked again; one that is gone has failed."""
    lambdas = boto3.client(
        "lambda",
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )

    with Stubber(lambdas) as stub:
        stub.add_client_error("invoke", code, http_status_code=409)
        answer = invoke_with(lambda _: lambdas)("smoke:live", {}, 30.0)

    assert answer.status == status
    assert code in answer.why


@pytest.mark.parametrize(
    ("said", "failed", "status", "why"),
    [
        (b"null", False, PASSED, ""),
        (b"", False, PASSED, ""),
        (b"<html>", False, PASSED, ""),
        (b'{"ok": true}', False, PASSED, ""),
        (b'{"ok": false, "why": "no basket"}', False, FAILED, "no basket"),
        (b'{"ok": false}', False, FAILED, "it gave no reason"),
        (b'{"errorMessage": "boom", "errorType": "X"}', True, FAILED, "boom"),
        (b"junk", True, FAILED, "it gave no reason"),
    ],
)
def test_what_an_answer_means(said: bytes, failed: bool, status: str, why: str) -> None:  # noqa: FBT001 - a parameter of a table
    """An error, and an answer that says no, are failures; all else is none."""
    assert answered(said, failed=failed) == Answer(status=status, why=why)

"""What is seen of a release, and what becomes of what can't be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rollouts.evidence import counting, layout
from rollouts.evidence.table import Evidence
from rollouts.judge import Count
from tests.contracts.store_contract import TABLE
from tests.unit.rollouts.controller.world import MINUTE, World, alarm

JUDGED: Mapping[str, Any] = {
    "steps": [{"weight": 10, "bake": "5m"}, {"weight": 50, "bake": "5m"}]
}


def report(world: World, **counts: int) -> None:
    """What a container adds to the evidence, as a sentinel does."""
    stand(world, {f"c#errors#warm#{part}": {"N": str(n)} for part, n in counts.items()})


def stand(world: World, item: Mapping[str, Any]) -> None:
    """Let this be what a shard of the evidence holds."""
    since = world.store.load().compiled["shop"]["release"]["since"]
    key = layout.totals_key("shop", since, 0)
    world.client("dynamodb").put_item(
        TableName=TABLE, Item={**{k: {"S": v} for k, v in key.items()}, **item}
    )


def test_evidence_rolls_back(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """What containers counted is judged, and told as a metric."""
    assert counting.PARTS == ("canary", "canary_failed", "stable", "stable_failed")
    world.start(plan=JUDGED)
    world.tick()
    report(world, canary=20, canary_failed=9, stable=180, stable_failed=1)
    capsys.readouterr()
    world.tick(MINUTE)

    assert world.rollout()["phase"] == "aborted"
    assert "9 users" in world.rollout()["why"]
    assert '"Rollbacks":[1.0]' in capsys.readouterr().out


def test_the_judge_is_heard_at_the_end_of_a_bake(world: World) -> None:
    """What came in since the last window counts before the weight changes."""
    # Undecided it would wait for a person.
    world.start(plan={**JUDGED, "inconclusive": "pause"})
    world.tick()
    report(world, canary=2000, canary_failed=0, stable=9000, stable_failed=90)
    controller = world.controller()
    for _ in range(5):
        world.tick(MINUTE, controller)

    assert world.rollout()["step"] == 1
    assert world.stored().body["weight"] == 50


def test_a_step_is_proven_anew(world: World) -> None:
    """What the step before has shown promotes nobody at the next weight."""
    world.start(plan={**JUDGED, "inconclusive": "pause"})
    world.tick()
    report(world, canary=2000, canary_failed=0, stable=9000, stable_failed=90)
    for _ in range(11):
        world.tick(MINUTE)

    assert world.rollout()["step"] == 1
    assert world.rollout()["paused"]["cause"] == "inconclusive"
    assert world.stored().body["weight"] == 50


def test_the_last_window_ends_with_the_bake(world: World) -> None:
    """What came in within its last minute counts then, and not before."""
    world.start(plan={**JUDGED, "inconclusive": "pause"})
    world.tick()
    since = world.store.load().compiled["shop"]["release"]["since"]
    evidence = Evidence(world.client("dynamodb"), TABLE)
    world.tick(4.5 * MINUTE)
    report(world, canary=1, stable=9)
    for seconds, counted in ((20, {}), (10, {"warm": Count(canary=1, stable=9)})):
        world.tick(seconds)
        state = evidence.look("shop", since).state
        assert state is not None
        assert state.counted.counts.get("errors", {}) == counted


def test_evidence_that_is_damaged_is_waited_for(world: World) -> None:
    """Nobody advances on what can't be read; it is complained of at each tick."""
    world.start(plan=JUDGED)
    world.tick()
    report(world, nonsense=1)
    outcome = world.tick(6 * MINUTE).outcomes[0]

    assert world.rollout()["step"] == 0
    assert world.rollout()["phase"] == "baking"
    assert outcome.problems[0].startswith("the evidence can't be seen: ")
    assert world.complained[0]["release"] == "shop"


def test_evidence_that_is_damaged_hides_no_alarm(world: World) -> None:
    """Whatever is wrong with it: what else is seen ends the rollout."""
    alarm(world.client, "shop-errors", "OK")
    steps = [{"weight": 10, "bake": "1h"}]
    world.start(plan={"steps": steps, "guards": {"alarms": ["shop-errors"]}})
    world.tick()
    stand(world, {"l#canary#x": {"N": "1"}, "f#AAAAAAAA": {"S": "?"}})
    alarm(world.client, "shop-errors", "ALARM")
    outcome = world.tick(MINUTE).outcomes[0]

    assert world.rollout()["phase"] == "aborted"
    assert outcome.problems[0].startswith("the evidence can't be seen: ")


def test_what_nobody_thought_of_hides_no_alarm(world: World) -> None:
    """An answer of AWS that makes no sense is a problem like any other."""
    alarm(world.client, "shop-errors", "OK")
    guards = {"errors": False, "alarms": ["shop-errors"]}
    world.start(plan={"steps": [{"weight": 10, "bake": "1h"}], "guards": guards})
    world.tick()
    alarm(world.client, "shop-errors", "ALARM")

    def odd(**_: Any) -> None:
        raise KeyError("Error")

    events = world.client("lambda").meta.events
    events.register("before-call.lambda.GetAlias", odd)
    outcome = world.tick(MINUTE).outcomes[0]

    assert world.rollout()["phase"] == "aborted"
    assert "the aliases blue can't be seen: KeyError('Error')" in outcome.problems


def test_what_cloudwatch_does_not_say_is_waited_for(world: World) -> None:
    """A refusal of one service is told, and keeps the rest from nothing."""
    guards = {"errors": False, "alarms": ["shop-errors"]}
    world.start(plan={"steps": [{"weight": 10, "bake": "1h"}], "guards": guards})

    def refuse(**_: Any) -> None:
        watch = world.client("cloudwatch")
        answer = {"Error": {"Code": "Throttling", "Message": "too many"}}
        raise watch.exceptions.ClientError(answer, "DescribeAlarms")

    events = world.client("cloudwatch").meta.events
    events.register("before-call.cloudwatch.DescribeAlarms", refuse)
    outcome = world.tick().outcomes[0]

    assert world.rollout()["phase"] == "pending"
    assert "the alarms can't be seen" in outcome.problems[0]


@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException"])
def test_an_alias_that_nobody_may_see_is_not_missed(world: World, code: str) -> None:
    """What Lambda doesn't say is complained of, and sends nobody back to stable."""
    world.start()
    world.tick()

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetAlias")

    events = world.client("lambda").meta.events
    events.register("before-call.lambda.GetAlias", refuse)
    outcome = world.tick(MINUTE).outcomes[0]

    assert world.rollout()["phase"] == "baking"
    assert [it.partition(":")[0] for it in outcome.problems] == [
        "the aliases blue can't be seen",
        "the aliases green can't be seen",
    ]


def test_a_service_of_nobody_misses_no_alias(world: World) -> None:
    """Where no router may send anybody, there is no alias to look for."""
    world.functions = {}
    world.start()
    world.tick()

    assert world.rollout()["phase"] == "baking"

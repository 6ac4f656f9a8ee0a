"""After a rollback it is read back what routers read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flags.codec import decode
from flags.record import replace
from rollouts.controller.inforce import others
from rollouts.machine import moves
from tests.contracts.store_contract import TABLE
from tests.unit.rollouts.controller.test_announcing import plan
from tests.unit.rollouts.controller.world import MINUTE, Inbox, World

MANIFEST = {"pk": {"S": "snapshot"}, "sk": {"S": "body"}}


def snapshot(world: World) -> dict[str, Any]:
    """What routers read."""
    body = world.reader.body(consistent=True)
    assert body is not None
    found: dict[str, Any] = json.loads(body.text)
    return found


def tampered(world: World, made: dict[str, Any]) -> None:
    """Give the routers something else to read."""
    world.client("dynamodb").update_item(
        TableName=TABLE,
        Key=MANIFEST,
        UpdateExpression="SET body = :it",
        ExpressionAttributeValues={":it": {"S": json.dumps(made)}},
    )


def aborted(world: World) -> Inbox:
    """A rollout that was rolled back a moment ago."""
    inbox = Inbox.of(world.client)
    world.start(plan=plan(inbox.topic))
    world.tick()
    world.mark()
    world.tick(MINUTE)
    inbox.read()
    return inbox


def test_a_rollback_that_works_is_not_complained_of(world: World) -> None:
    """Stable is in force, and nobody hears anything more."""
    inbox = aborted(world)
    report = world.tick(MINUTE)

    assert report.outcomes[0].astray == ()
    assert world.complained == []
    assert inbox.read() == []


def test_a_rollback_that_did_nothing_is_told_until_it_is_mended(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Metric, log and targets say so at each tick, for as long as it is so."""
    live = None
    world.start()
    world.tick()
    live = snapshot(world)
    inbox = Inbox.of(world.client)
    world.start(plan=plan(inbox.topic))
    world.tick()
    world.mark()
    world.tick(MINUTE)
    good = snapshot(world)
    inbox.read()
    tampered(world, {**good, "flags": {**good["flags"], "shop": live["flags"]["shop"]}})
    capsys.readouterr()
    report = world.tick(MINUTE)

    assert report.outcomes[0].astray == (
        "for routers a rollout is live",
        "routers may serve green",
    )
    assert [it["event"] for it in inbox.read()] == ["stable-not-in-force"]
    assert '"StableNotInForce":[1.0]' in capsys.readouterr().out
    world.tick(MINUTE)
    assert [it["event"] for it in inbox.read()] == ["stable-not-in-force"]
    tampered(world, good)
    world.tick(MINUTE)
    assert inbox.read() == []
    assert '"StableNotInForce":[0.0]' in capsys.readouterr().out.splitlines()[-2]


@pytest.mark.parametrize("meanwhile", ["retry", "archive"])
def test_a_person_who_is_faster_raises_no_alarm(
    world: World, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """What is read back of a release that was changed meanwhile is no proof."""
    inbox = aborted(world)

    def change() -> None:
        if meanwhile == "retry":
            world.move("shop", moves.retry, "retry", id="again123", by="bob")
        else:
            world.put("shop", {**world.stored().body, "archived": True}, "archive")

    controller = world.controller()
    read = controller.in_force.reader.body
    once = iter([change])

    def body(*, consistent: bool = False) -> Any:
        next(once, lambda: None)()
        return read(consistent=consistent)

    monkeypatch.setattr(controller.in_force.reader, "body", body)
    report = world.tick(MINUTE, controller)

    assert report.outcomes[0].astray == ()
    assert world.complained == []
    assert [it["event"] for it in inbox.read()] in ([], ["retry"])


def test_an_alias_of_stable_that_is_gone_is_told(world: World) -> None:
    """There must be something to send users to."""
    aborted(world)
    functions = world.client("lambda")
    functions.delete_alias(FunctionName="shop-checkout", Name="blue")
    report = world.tick(MINUTE)

    assert report.outcomes[0].astray == ("the alias shop-checkout:blue is not there",)


def test_nobody_looks_for_ever(world: World) -> None:
    """A quarter of an hour after the rollback the table is quiet again."""
    world.start()
    world.tick()
    world.mark()
    controller = world.controller()
    for _ in range(18):
        world.tick(MINUTE, controller)

    assert world.tick(MINUTE, controller).idle


def test_all_that_can_be_served_is_found(world: World) -> None:
    """Targets, those of other kinds too, rules and the split itself."""
    body = {
        "release": {"services": ["shop-checkout"]},
        "weight": 0,
        "targets": {"canary": ["ana"]},
    }
    world.put("shop", body)
    flag = decode(json.dumps(snapshot(world))).flags["shop"]

    assert others(flag) == {"green"}
    nobody = replace(flag, targets={}, serve="blue")
    assert others(nobody) == set()
    assert others(replace(nobody, kinds={"org": {"acme": "green"}})) == {"green"}

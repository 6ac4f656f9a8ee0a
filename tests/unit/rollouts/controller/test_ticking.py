"""A tick does what is due, once, and nothing else."""

from __future__ import annotations

import json

import pytest

from flags.errors import NotFound
from rollouts.machine import moves
from rollouts.moves import set_weight
from tests.contracts.store_contract import TABLE
from tests.unit.rollouts.controller.world import BODY, MINUTE, Inbox, World, alarm


def spoil(world: World, name: str) -> None:
    """A rule of a segment that there isn't, so that no change can be compiled."""
    rule = {"name": "odd", "when": {"segment": "gone"}, "serve": "canary"}
    body = {**world.stored(name).body, "rules": [rule]}
    world.client("dynamodb").update_item(
        TableName=TABLE,
        Key={"pk": {"S": "flags"}, "sk": {"S": name}},
        UpdateExpression="SET document = :it",
        ExpressionAttributeValues={":it": {"S": json.dumps(body)}},
    )


def test_a_rollout_goes_from_its_start_to_its_end(world: World) -> None:
    """Steps are entered when due, the canary is promoted, the old one drains."""
    world.start()
    controller = world.controller()
    weights = []
    for _ in range(40):
        world.tick(MINUTE, controller)
        weights.append(world.stored().body.get("weight"))

    assert world.rollout()["phase"] == "completed"
    assert world.stored().body["release"]["stable"] == "green"
    assert [w for w, was in zip(weights, [0, *weights], strict=False) if w != was] == [
        10,
        100,
        None,
    ]
    assert weights.index(100) == 5
    assert weights.index(None) == 10
    assert world.complained == []


def test_a_quiet_table_is_read_once_a_tick(world: World) -> None:
    """Without a rollout a tick costs one read of the tiny item, after the first."""
    world.put("shop", BODY)
    controller = world.controller()
    first = world.tick(MINUTE, controller)
    world.wire.since()
    second = world.tick(MINUTE, controller)

    assert (first.idle, second.idle) == (True, True)
    assert world.wire.since() == ["snapshot/version!"]


def test_a_start_ends_the_quiet(world: World) -> None:
    """Whoever starts a rollout while the controller sleeps is seen by the next tick."""
    world.put("shop", BODY)
    controller = world.controller()
    world.tick(MINUTE, controller)
    world.tick(MINUTE, controller)
    world.start()

    assert not world.tick(MINUTE, controller).idle
    assert world.stored().body["weight"] == 10


def test_a_mark_ends_the_quiet(world: World) -> None:
    """A router that slept for long may put one of a rollout that has long ended."""
    world.put("shop", BODY)
    controller = world.controller()
    world.tick(MINUTE, controller)
    world.client("dynamodb").update_item(
        TableName=TABLE,
        Key={"pk": {"S": "snapshot"}, "sk": {"S": "version"}},
        UpdateExpression="ADD aborted :mark",
        ExpressionAttributeValues={":mark": {"SS": ["shop 1"]}},
    )
    world.tick(MINUTE, controller)

    assert world.store.load().aborted == frozenset()
    assert world.stored().body == BODY


def damage(world: World, name: str) -> None:
    """A document that nobody can read."""
    world.client("dynamodb").update_item(
        TableName=TABLE,
        Key={"pk": {"S": "flags"}, "sk": {"S": name}},
        UpdateExpression="SET document = :it",
        ExpressionAttributeValues={":it": {"S": "{"}},
    )


def test_damage_stops_no_other_release(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told and counted each minute; whoever can be read is attended to."""
    world.start("shop")
    world.start("office")
    damage(world, "office")
    controller = world.controller()

    assert world.tick(MINUTE, controller).data()["releases"].keys() == {"shop"}
    assert world.rollout("shop")["phase"] == "baking"
    told = [it for it in world.complained if it["message"] == "the table is damaged"]
    assert "office: its document can't be read" in told[0]["damage"]
    assert '"DamagedRows":[1.0]' in capsys.readouterr().out.replace(" ", "")
    world.tick(MINUTE, controller)
    assert '"DamagedRows":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_a_mark_on_what_is_damaged_stays(world: World) -> None:
    """It is all that keeps its users on stable."""
    world.start()
    mark = world.mark()
    damage(world, "shop")
    world.tick(MINUTE)

    assert world.store.load().aborted == {mark}


@pytest.mark.parametrize("odd", [{"S": "x"}, {"SS": ["x"]}, {"L": []}])
def test_marks_that_are_none_end_the_quiet(world: World, odd: object) -> None:
    """What a router's role may have written there is taken away within a minute."""
    world.put("shop", BODY)
    controller = world.controller()
    world.tick(MINUTE, controller)
    world.client("dynamodb").update_item(
        TableName=TABLE,
        Key={"pk": {"S": "snapshot"}, "sk": {"S": "version"}},
        UpdateExpression="SET aborted = :odd",
        ExpressionAttributeValues={":odd": odd},
    )
    world.tick(MINUTE, controller)

    assert world.store.load().damage() == ()


def test_an_empty_table_is_no_error(world: World) -> None:
    """Before the first rules there is nothing to look at."""
    assert world.tick().idle


def test_a_mark_becomes_an_abort_that_lasts(world: World) -> None:
    """What a sentinel marked is aborted in the document; then the mark goes."""
    world.start()
    world.tick()
    mark = world.mark()
    assert world.store.load().aborted == {mark}
    world.tick(MINUTE)

    assert world.rollout()["phase"] == "aborted"
    assert "weight" not in world.stored().body
    assert "sentinel" in world.rollout()["why"]
    assert world.store.load().aborted == frozenset()
    assert world.store.history("shop")[0].author == "controller"


def test_a_weight_by_hand_after_an_abort_is_no_alarm(world: World) -> None:
    """Whoever gives the canary users again, without a plan, means it."""
    world.start()
    world.tick()
    world.move("shop", moves.abort, "abort", why="by ana")
    assert world.tick(MINUTE).outcomes[0].astray == ()
    world.put("shop", set_weight("shop", world.stored().body, 5), "set-weight")
    outcome = world.tick(MINUTE).outcomes[0]

    assert outcome.astray == ()
    assert world.complained == []


def test_a_mark_of_another_rollout_is_taken_away(world: World) -> None:
    """A mark that is about nothing any more keeps no tick busy."""
    world.start()
    world.tick()
    world.mark()
    world.move("shop", moves.abort, "abort", why="by ana")
    world.move("shop", moves.retry, "retry", id="again000", by="ana")
    world.tick(MINUTE)

    assert world.rollout()["phase"] == "baking"
    assert world.store.load().aborted == frozenset()


def test_an_alarm_rolls_back(world: World) -> None:
    """An alarm that was OK at the start and isn't any more ends the rollout."""
    alarm(world.client, "shop-errors", "OK")
    alarm(world.client, "shop-always", "ALARM")
    guards = {"errors": False, "alarms": ["shop-errors", "shop-always"]}
    world.start(plan={"steps": [{"weight": 10, "bake": "1h"}], "guards": guards})
    world.tick()
    assert world.rollout()["alarms"] == {
        "watched": ["shop-errors"],
        "ignored": ["shop-always"],
    }
    alarm(world.client, "shop-errors", "ALARM")
    world.tick(MINUTE)

    assert world.rollout()["phase"] == "aborted"
    assert "shop-errors" in world.rollout()["why"]


def test_an_alarm_that_was_red_is_looked_at_again(world: World) -> None:
    """From red over OK to red again: that is news, and ends the rollout."""
    inbox = Inbox.of(world.client)
    alarm(world.client, "shop-always", "ALARM")
    guards = {"errors": False, "alarms": ["shop-always"]}
    steps = [{"weight": 10, "bake": "1h"}]
    world.start(plan={"steps": steps, "guards": guards, "notify": [inbox.topic]})
    for state in ("ALARM", "OK", "ALARM"):
        alarm(world.client, "shop-always", state)
        world.tick(MINUTE)

    assert world.events()[-2:] == ["rollout-watch", "rollout-abort"]
    told = {it["event"]: it["why"] for it in inbox.read()}
    assert told["watch"] == "OK again, so it counts from now on: shop-always"
    assert told["abort"] == "in alarm: shop-always"


def test_an_alias_that_is_gone_rolls_back(world: World) -> None:
    """Nobody is sent to an alias that isn't there."""
    world.start()
    world.tick()
    functions = world.client("lambda")
    functions.delete_alias(FunctionName="shop-checkout", Name="green")
    world.tick(MINUTE)

    assert world.rollout()["phase"] == "aborted"
    assert "shop-checkout:green" in world.rollout()["why"]


def test_one_release_does_not_stop_another(world: World) -> None:
    """A release that can't be attended to is complained of; the other one moves on."""
    world.start("broken")
    world.start("shop")
    spoil(world, "broken")
    report = world.tick(MINUTE)

    assert world.stored("shop").body["weight"] == 10
    problems = {it.name: bool(it.problems) for it in report.outcomes}
    assert problems == {"broken": True, "shop": False}
    assert [it["release"] for it in world.complained] == ["broken"]


def test_a_mark_stays_until_the_abort_is_written(world: World) -> None:
    """It is all that keeps users on stable while the document can't be changed."""
    world.start()
    world.tick()
    mark = world.mark()
    spoil(world, "shop")
    report = world.tick(MINUTE)

    assert world.rollout()["phase"] == "baking"
    assert report.outcomes[0].problems != ()
    assert world.store.load().aborted == {mark}


def test_one_release_by_hand(world: World) -> None:
    """Who asks for one release moves that one only; a name that isn't there is told."""
    world.start("shop")
    world.start("other")
    world.controller().tick("shop")

    assert world.stored("shop").body["weight"] == 10
    assert world.stored("other").body["weight"] == 0
    with pytest.raises(NotFound):
        world.controller().tick("nothing")


def test_one_release_by_hand_quiets_no_other(world: World) -> None:
    """Nothing to do for the one says nothing of the rest: the next tick looks."""
    world.put("shop", BODY)
    world.start("other")
    controller = world.controller()
    controller.tick("shop")

    assert not world.tick(MINUTE, controller).idle
    assert world.stored("other").body["weight"] == 10


def test_who_changed_the_release_meanwhile_comes_first(world: World) -> None:
    """A tick that looked at an older version writes nothing."""
    check = {"invoke": "shop-smoke:live"}
    world.start(plan={"steps": [{"weight": 10, "bake": "1h", "before": [check]}]})
    world.meanwhile = lambda: world.move("shop", moves.pause, "pause", by="ana")
    report = world.tick()

    assert world.rollout()["phase"] == "paused"
    assert world.rollout()["paused"]["cause"] == "hand"
    assert report.outcomes[0].problems == ()
    assert world.said[-1]["message"] == "left to the next tick"


def test_two_ticks_at_once_change_nothing_twice(world: World) -> None:
    """The second of two that saw the same leaves the release alone."""
    world.start()
    world.tick()
    history = world.events()
    first, second = world.controller(), world.controller()
    first.tick()
    second.tick()

    assert world.events() == history

"""Rollouts that go on, judge themselves and roll back, on the whole system.

The controller is invoked where its minute would be too long to wait for; it comes by
its schedule too, which changes nothing.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.rollingback.traffic import Traffic
from examples.demo.canary import run
from examples.demo.traffic import Order
from flags.aborts import mark
from rollouts.machine import phases
from tests.e2e.broken import BAD_CHECKOUT, BAD_LEDGER, green_is
from tests.e2e.burglar import burglar
from tests.e2e.conftest import Shop, wait_for
from tests.e2e.rolling import PATIENCE, RELEASE, Body, Rolling, actions, step

pytestmark = pytest.mark.e2e

# Requests a second: enough to judge by, with a machine that does other things too.
RATE = 8.0
USERS = [f"user-{number}" for number in range(12)]
# Where messages go that nobody could handle.
LOST = ("DeadLetterQueueUrl", "FailureQueueUrl")
# Where in its look the controller is killed, of the time that an idle one takes.
PARTS = (0.5, 1.0, 1.5, 0.25, 0.75, 1.25, 2.0)
KILLS = 4
# Of good versions nothing is to be waited for.
QUICK = [step(10, "1s"), step(100, "1s")]
# Nobody uses the shop meanwhile, and evidence that is asked for would be waited for.
UNJUDGED = {"errors": False}
# What history has of a plan with two steps.
WHOLE = ["start", "begin", "enter", "advance", "enter", "finish", "complete"]


@pytest.fixture
def rolling(shop: Shop) -> Iterator[Rolling]:
    """The shop with everyone on blue and no rollout, before and after."""
    found = Rolling(shop=shop)
    found.abort()
    yield found
    found.abort()


def test_a_bad_version_is_rolled_back_by_the_routers(rolling: Rolling) -> None:
    """Under traffic, without a tick: one mark, and nobody is on green any more."""
    shop = rolling.shop
    with green_is(shop, "shop-checkout", BAD_CHECKOUT):
        rolling.start(steps=[step(50)])
        since, before = rolling.since(), rolling.state()
        traffic = Traffic(doors=shop.doors, rate=RATE, most=3)
        with traffic:
            wait_for(lambda: bool(rolling.state().aborted), PATIENCE)
        shop.settle()
        assert {shop.colour(user) for user in USERS} == {"blue"}
        # A mark is all that they wrote of the rules.
        after = rolling.state()
        assert after.aborted == {mark(RELEASE, since)}
        assert after.documents == before.documents
        assert after.snapshot == before.snapshot
    failed = {one.user for one in traffic.seen if one.failed}
    assert len(failed) >= 5
    assert rolling.tick()["phase"] == phases.ABORTED
    assert "sentinel" in rolling.rollout().why
    assert rolling.state().aborted == frozenset()
    assert (
        run(shop.system, "rollout", "status", RELEASE, "--exit-code").returncode == 20
    )


def test_a_routers_role_may_mark_and_do_nothing_else(rolling: Rolling) -> None:
    """Whoever has taken over a router can end a rollout; nothing else of the rules."""
    rolling.start(steps=[step(50)])
    since, before = rolling.since(), rolling.state()
    table = {"TableName": rolling.table}
    release = {"pk": {"S": "flags"}, "sk": {"S": RELEASE}}
    version = {"pk": {"S": "snapshot"}, "sk": {"S": "version"}}
    flags = {
        "KeyConditionExpression": "pk = :flags",
        "ExpressionAttributeValues": {":flags": {"S": "flags"}},
    }
    end = {
        "Key": version,
        "UpdateExpression": "ADD aborted :marks",
        "ExpressionAttributeValues": {":marks": {"SS": [mark(RELEASE, since)]}},
    }
    # Which items and attributes it may update is beyond the emulator's IAM.
    refused: dict[str, dict[str, Any]] = {
        "put_item": {"Item": release},
        "delete_item": {"Key": release},
        "query": flags,
        "scan": {},
    }
    with burglar(rolling.shop) as attempt:
        for call, arguments in refused.items():
            assert attempt(call, table | arguments) == "AccessDeniedException", call
        assert rolling.state() == before
        assert attempt("update_item", table | end) is None
    assert rolling.tick()["phase"] == phases.ABORTED


def test_a_good_version_is_promoted(rolling: Rolling) -> None:
    """Tick by tick it comes to everyone, and can still be taken back."""
    rolling.start(steps=QUICK, drain="1s", guards=UNJUDGED)
    assert rolling.rollout().phase == phases.BAKING
    done = rolling.tick_until(phases.COMPLETED)
    assert actions(rolling.history(done.id)) == WHOLE
    assert rolling.body()["release"]["stable"] == "green"
    assert "weight" not in rolling.body()
    rolling.shop.settle()
    assert {rolling.shop.colour(user) for user in USERS[:4]} == {"green"}
    told = run(rolling.shop.system, "rollout", "status", RELEASE, "--exit-code")
    assert told.returncode == 0, told.stderr
    rolling.abort()
    rolling.shop.settle()
    assert {rolling.shop.colour(user) for user in USERS[:4]} == {"blue"}


def test_a_killed_controller_loses_nothing(rolling: Rolling) -> None:
    """Killed at work, again and again: each transition is made once, in order."""
    rolling.start(steps=QUICK, drain="1s", guards=UNJUDGED)
    parts, killed = itertools.cycle(PARTS), 0
    while killed < KILLS and rolling.rollout().live:
        killed += rolling.tick_and_kill(next(parts))
        body = rolling.body()
        assert ("weight" in body) == phases.live(body["rollout"]["phase"])
    done = rolling.tick_until(phases.COMPLETED)
    assert killed
    assert actions(rolling.history(done.id)) == WHOLE


def test_what_failed_on_the_canary_is_healed(rolling: Rolling) -> None:
    """Orders that a bad ledger refused are booked by blue; none ends up dead."""
    shop = rolling.shop
    sqs, url = shop.system.client("sqs"), shop.system.outputs["QueueUrl"]
    was = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    # Three minutes between attempts are right for production; there are five.
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "8"})
    # What other tests have left there.
    before = [waiting(shop, queue) for queue in LOST]
    orders: list[Order] = []

    def noticed() -> bool:
        # No more than the router takes: the emulator would start a process for each,
        # and what a process has seen it tells with its next event.
        if waiting(shop, "QueueUrl") == 0:
            some = shop.orders([f"reader-{len(orders) + n}" for n in range(4)])
            orders.extend(some)
            shop.doors.queue(some)
        time.sleep(0.3)
        return bool(rolling.state().aborted)

    try:
        with green_is(shop, "shop-ledger", BAD_LEDGER):
            rolling.start(steps=[step(50)])
            shop.settle()
            wait_for(noticed, PATIENCE)
            shop.settle()
            receipts = shop.receipts(orders, "shop-ledger")
        assert {(one.colour, one.variant) for one in receipts} == {("blue", "blue")}
        assert [waiting(shop, queue) for queue in LOST] == before
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=was["Attributes"])


def test_an_alarm_rolls_back_unless_it_was_red_before(rolling: Rolling) -> None:
    """Alarms that aren't OK at the start are told, and count for nothing."""
    watch = rolling.shop.system.client("cloudwatch")
    for name, state in (("e2e-calm", "OK"), ("e2e-red", "ALARM")):
        watch.put_metric_alarm(
            AlarmName=name,
            Namespace="e2e",
            MetricName=name,
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
        )
        watch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="e2e")
    rolling.start(steps=[step(10)], guards={"alarms": ["e2e-calm", "e2e-red"]})
    begun = rolling.rollout()
    assert (begun.phase, begun.watched) == (phases.BAKING, ("e2e-calm",))
    (row,) = (row for row in rolling.history(begun.id) if row.action == "rollout-begin")
    assert "in alarm at the start, so ignored until OK: e2e-red" in row.reason
    watch.set_alarm_state(AlarmName="e2e-calm", StateValue="ALARM", StateReason="e2e")
    assert rolling.tick()["phase"] == phases.ABORTED
    assert rolling.rollout().why == "in alarm: e2e-calm"


def test_a_canary_without_an_alias_is_rolled_back(rolling: Rolling) -> None:
    """Until the tick stable serves its users; after it there is no rollout."""
    functions = rolling.shop.system.client("lambda")
    alias = {"FunctionName": "shop-checkout", "Name": "green"}
    was = functions.get_alias(**alias)["FunctionVersion"]
    rolling.start(steps=[step(100, "1h")])
    rolling.shop.settle()
    assert rolling.shop.colour("ann") == "green"
    functions.delete_alias(**alias)
    try:
        assert rolling.shop.colour("ann") == "blue"
        assert rolling.tick()["phase"] == phases.ABORTED
        assert (
            rolling.rollout().why == "the canary's alias is gone: shop-checkout:green"
        )
    finally:
        functions.create_alias(**alias, FunctionVersion=was)


@pytest.mark.parametrize(
    ("weight", "phase", "why"),
    [
        (80, phases.ABORTED, "weight 80 % is above the plan's 50 %"),
        (20, phases.PAUSED, "weight 20 % is below the plan's 50 %"),
    ],
)
def test_an_edited_weight(
    rolling: Rolling, weight: float, phase: str, why: str
) -> None:
    """More users than the plan says end a rollout, and fewer halt it."""

    def edited(body: Body) -> Body:
        return {**body, "weight": weight}

    rolling.start(steps=[step(50)])
    rolling.write(edited, "apply")
    assert rolling.tick()["phase"] == phase
    assert rolling.rollout().why == why
    if phase == phases.PAUSED:
        done = run(rolling.shop.system, "rollout", "resume", RELEASE)
        assert done.returncode == 0, done.stderr
        assert rolling.body()["weight"] == 50


def waiting(shop: Shop, queue: str) -> int:
    """Messages in a queue that nobody has in hand."""
    attribute = "ApproximateNumberOfMessages"
    answer = shop.system.client("sqs").get_queue_attributes(
        QueueUrl=shop.system.outputs[queue], AttributeNames=[attribute]
    )
    return int(answer["Attributes"][attribute])

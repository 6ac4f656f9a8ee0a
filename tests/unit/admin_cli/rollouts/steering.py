"""What the controller and the routers do to a rollout, for tests of who looks on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from admin_cli import changing
from flags.store.changes import Signature
from rollouts.evidence import counting, layout
from rollouts.evidence.table import Evidence
from rollouts.judge import Settings
from rollouts.machine import moves
from rollouts.machine.rollout import Rollout
from rollouts.machine.seen import Seen
from rollouts.machine.tick import tick
from tests.unit.admin_cli.conftest import TABLE

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Table

CONTROLLER = Signature(author="controller")


def stepped(table: Table, times: int = 1, verdict: str | None = None) -> None:
    """So many transitions, each when its time has come."""
    for _ in range(times):
        rollout = Rollout.of(table.body("shop"))
        now = max((rollout and rollout.until) or 0.0, time.time())

        def change(body: Mapping[str, Any], now: float = now) -> Mapping[str, Any]:
            made = tick(body, Seen(now=now, verdict=verdict))
            return made.body if made else body

        move = changing.Move(name="shop", action="rollout-tick", change=change)
        changing.carry_out(table.store, CONTROLLER, move)


def paused(table: Table) -> None:
    """Somebody else pauses it."""
    _moved(table, lambda body: moves.pause("shop", body, now=time.time(), by="bo"))


def aborted(table: Table) -> None:
    """Somebody else aborts it."""
    _moved(table, lambda body: moves.abort("shop", body, now=time.time(), why="bad"))


def _moved(table: Table, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    move = changing.Move(name="shop", action="rollout-move", change=change)
    changing.carry_out(table.store, Signature(author="bo"), move)


def counted(table: Table, canary: tuple[int, int], stable: tuple[int, int]) -> None:
    """Routers saw so many users fail, of so many; and they were judged by it."""
    since = table.store.load().compiled["shop"]["release"]["since"]
    weight = table.body("shop")["weight"]
    counts: dict[str, int] = {}
    for role, (failed, users) in (("canary", canary), ("stable", stable)):
        counts[counting.subject("errors", "warm", role)] = users
        counts[counting.failure("errors", "warm", role)] = failed
        counts[counting.newcomer(weight, role)] = users
        counts[counting.drawn(weight, role)] = users
    now = time.time()
    flush = layout.adding(
        layout.totals_key("shop", since, 3),
        "container",
        int(now * 1000),
        counts,
        expires_at=int(now) + 3600,
    )
    table.client.update_item(
        TableName=TABLE,
        Key={name: {"S": text} for name, text in flush.key.items()},
        UpdateExpression=flush.expression,
        ConditionExpression=flush.condition,
        ExpressionAttributeNames=dict(flush.names),
        ExpressionAttributeValues=dict(flush.values),
    )
    Evidence(table.client, TABLE).judge(
        "shop", since, Settings(), now=now, overdue=True
    )

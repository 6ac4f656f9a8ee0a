"""Choosing a colour: by a subscription's filter, and by a tester's signed override."""

from __future__ import annotations

import json
from typing import Any

import pytest

from examples.demo import stack
from examples.demo.canary import canary, run
from examples.demo.up import SHOP_STACK
from flags.token import NAME
from tests.e2e.conftest import Shop, wait_for

pytestmark = pytest.mark.e2e


def test_a_filter_sees_green_only(half: Shop) -> None:
    """The queue with the filter gets every order of green's, and no other."""
    queue = stack.outputs(SHOP_STACK, half.system.emulator.env())["GreenOrdersUrl"]
    sqs = half.system.client("sqs")
    users = [half.user("blue"), half.user("green")]
    orders = half.orders(users * 3)
    for order in orders:
        body = {"order": order.id, "user": order.user}
        half.doors.ask("POST", body=body, headers={"x-user-id": order.user})
    edges = half.receipts(orders, "shop-checkout")
    ours = {order.id for order in orders}
    green = {o.id for o, e in zip(orders, edges, strict=True) if e.colour == "green"}
    seen: set[str] = set()

    def all_came() -> bool:
        found: Any = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for message in found.get("Messages", []):
            seen.add(json.loads(message["Body"])["order"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return green <= seen

    wait_for(all_came, 20)
    assert seen & ours == green
    assert green


def test_a_tester_sees_green_before_anybody(shop: Shop) -> None:
    """At no weight at all a minted override opens green, for the one it is made for."""
    shop.weigh(0)
    canary(shop.system, "token", "rotate")
    minted = run(shop.system, "token", "mint", "shop", "green", "--key", "tess")
    token = minted.stdout.strip()
    for headers in ({NAME: token}, {"cookie": f"{NAME}={token}"}):
        tester = shop.doors.ask(headers={"x-user-id": "tess", **headers})
        assert (tester.status, tester.body["colour"]) == (200, "green")
        thief = shop.doors.ask(headers={"x-user-id": "theo", **headers})
        assert thief.body["colour"] == "blue"
    assert shop.colour("tess") == "blue"

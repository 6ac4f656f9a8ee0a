"""A change of the rules reaches everybody, in time; an abort above all."""

from __future__ import annotations

import time

import pytest

from examples.demo.canary import canary
from flags import Token
from tests.e2e.conftest import BEHIND, MARGIN, Shop, wait_for

pytestmark = pytest.mark.e2e

USERS = [f"user-{number}" for number in range(10)]
# The refresh time that the template has by default; the rest is the emulator's.
SECONDS = 5 + MARGIN


def test_a_weight_arrives_within_five_seconds(half: Shop) -> None:
    """A warm router serves a new weight five seconds after it was written."""
    user = half.user("blue")
    assert half.colour(user) == "blue"
    canary(half.system, "set-weight", "shop", "100", "--reason", "e2e")
    began = time.monotonic()
    wait_for(lambda: half.colour(user) == "green", SECONDS)
    time.sleep(max(0.0, SECONDS - (time.monotonic() - began)))
    assert {half.colour(user) for user in USERS} == {"green"}
    half.moved(100)


def test_an_abort_leaves_nobody_on_green(shop: Shop) -> None:
    """After an abort everyone is on blue by every door, and old messages heal."""
    shop.weigh(100)
    explained = canary(shop.system, "explain", "shop", "--id", USERS[0])
    old = Token.parse(explained["result"]["token"])
    assert old is not None
    assert old.variant("shop") == "green"
    canary(shop.system, "abort", "shop", "--reason", "e2e")
    shop.moved(None)
    shop.settle()
    for token in (None, old):
        for service in BEHIND:
            receipts = shop.send(service, USERS[:3], token)
            assert {receipt.colour for receipt in receipts} == {"blue"}
            assert {receipt.variant for receipt in receipts} == {"blue"}
    assert {shop.colour(user) for user in USERS} == {"blue"}


def test_a_second_rollout_does_not_revive_the_first(shop: Shop) -> None:
    """A message of an aborted rollout runs on blue, whatever its user is on now."""
    shop.weigh(50)
    user = shop.user("green")
    (old,) = shop.send("shop-ledger", [user], Token.parse("v1~shop.green.1"))
    (new,) = shop.send("shop-ledger", [user])
    assert (old.colour, new.colour) == ("blue", "green")

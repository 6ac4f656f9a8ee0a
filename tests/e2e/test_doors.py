"""Every front door, while half of the users are on green."""

from __future__ import annotations

import pytest

from examples.demo.canary import canary
from flags.token import NAME, Carried, Token
from tests.e2e.conftest import BEHIND, Shop

pytestmark = pytest.mark.e2e

USERS = [f"user-{number}" for number in range(10)]


@pytest.mark.parametrize("door", ["http", "url"])
def test_an_order_makes_all_hops(half: Shop, door: str) -> None:
    """An order by HTTP runs all four services on the colour decided at the edge."""
    orders = half.orders(USERS[:4])
    for order in orders:
        body = {"order": order.id, "user": order.user}
        headers = {"x-user-id": order.user}
        answer = half.doors.ask("POST", door=door, body=body, headers=headers)
        assert answer.status == 200
        assert answer.body["colour"] == answer.body["variant"]
    edges = half.receipts(orders, "shop-checkout")
    assert {receipt.door for receipt in edges} == {door}
    for service, carrier in BEHIND.items():
        for edge, receipt in zip(edges, half.receipts(orders, service), strict=True):
            assert receipt.door == carrier
            assert receipt.colour == receipt.variant == receipt.edge == edge.colour


def test_a_user_has_one_colour_at_all_doors(half: Shop) -> None:
    """Whatever the door, the same user gets the same colour; and both are there."""
    users = [*USERS, half.user("blue"), half.user("green")]
    seen = [half.colour(user) for user in users]
    for service in BEHIND:
        receipts = half.send(service, users)
        assert [receipt.colour for receipt in receipts] == seen
        assert [receipt.variant for receipt in receipts] == seen
    assert set(seen) == {"blue", "green"}


def test_the_same_user_stays(half: Shop) -> None:
    """A user who comes again and again sees one colour."""
    for user in USERS[:3]:
        assert len({half.colour(user) for _ in range(8)}) == 1


def test_the_versions_differ_visibly(half: Shop) -> None:
    """Green's checkout ships for free, blue's does not."""
    totals = {}
    for user in (half.user("blue"), half.user("green")):
        answer = half.doors.ask(headers={"x-user-id": user})
        totals[answer.body["colour"]] = answer.body["total"]
    assert totals == {"blue": 53.9, "green": 49.0}


@pytest.mark.parametrize("door", ["http", "url"])
@pytest.mark.parametrize("variant", ["blue", "green"])
def test_a_forged_decision_changes_nothing(half: Shop, door: str, variant: str) -> None:
    """What strangers say about decisions, in header or cookie, is not believed."""
    lie = Token(members=(Carried(release="shop", variant=variant, generation=10**9),))
    for user in USERS[:4]:
        headers = {"x-user-id": user, NAME: str(lie), "cookie": f"{NAME}={lie}"}
        answer = half.doors.ask(door=door, headers=headers)
        assert answer.body["colour"] == half.colour(user)
        assert answer.body["variant"] == answer.body["colour"]


def test_a_visitor_stays(half: Shop) -> None:
    """A visitor without a name gets a cookie once, and with it the same colour."""
    for _ in range(6):
        first = half.doors.ask()
        assert first.cookie is not None
        assert first.cookie.startswith("canary-id=")
        for _ in range(2):
            again = half.doors.ask(headers={"cookie": first.cookie})
            assert again.body["colour"] == first.body["colour"]
            assert again.cookie is None


def test_a_visitor_is_honoured_downstream(half: Shop) -> None:
    """An order without a name has no identity to fall back on: the decision goes on."""
    orders = half.orders(["nobody"] * 6)
    for order in orders:
        answer = half.doors.ask("POST", body={"order": order.id})
        assert answer.status == 200
    for service in BEHIND:
        for receipt in half.receipts(orders, service):
            assert receipt.colour == receipt.variant == receipt.edge


def test_a_path_without_a_route_gets_the_default(shop: Shop) -> None:
    """An event that no route matches goes to the default service."""
    payload = b'{"anything": 1}'
    answer = shop.system.client("lambda").invoke(
        FunctionName=shop.system.outputs["RouterFunctionArn"], Payload=payload
    )
    assert b"greeting" in answer["Payload"].read()


def test_a_flag_in_a_function(half: Shop) -> None:
    """A function that reads a flag of its own gets what `canary explain` says."""
    users = USERS[:4]
    explained = [
        canary(half.system, "explain", "free-gift", "--id", user) for user in users
    ]
    receipts = half.send("shop-email", users)
    gifts = [receipt.gift for receipt in receipts]
    assert gifts == [decision["result"]["value"] for decision in explained]

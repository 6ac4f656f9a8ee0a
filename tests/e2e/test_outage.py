"""A router whose table is far away, wrong or gone."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from examples.demo.canary import canary
from examples.demo.up import SHOP
from tests.contracts.store_contract import make_table
from tests.e2e.conftest import Shop

pytestmark = pytest.mark.e2e

ROUTER = "canary-router"
TABLE = "spare"


class Spare:
    """Invokes the router's unpublished version; one process, one call at a time."""

    def __init__(self, shop: Shop, variables: dict[str, str]) -> None:
        self._shop = shop
        self._variables = variables
        self._functions = shop.system.client("lambda")
        self._dynamodb = shop.system.client("dynamodb")

    def configure(self, *, table: str, refresh: int) -> None:
        """Give it a table, and a process that knows nothing yet."""
        changed = {"CANARY_TABLE": table, "CANARY_REFRESH_SECONDS": str(refresh)}
        self._functions.update_function_configuration(
            FunctionName=ROUTER, Environment={"Variables": self._variables | changed}
        )

    def ask(self, user: str = "ann") -> dict[str, Any]:
        """What the checkout answers a user through this router."""
        event = {
            "version": "2.0",
            "rawPath": "/checkout",
            "headers": {"x-user-id": user},
            "requestContext": {"http": {"method": "GET"}, "stage": "$default"},
        }
        answer = self._functions.invoke(
            FunctionName=ROUTER, Payload=json.dumps(event).encode()
        )
        payload = json.loads(answer["Payload"].read())
        assert payload["statusCode"] == 200, payload
        body: dict[str, Any] = json.loads(payload["body"])
        return body

    def make_table(self) -> None:
        """A table with the shop's snapshot in which everyone is on green."""
        make_table(self._dynamodb, TABLE)
        shop = str(SHOP / "canary.yaml")
        canary(self._shop.system, "--table", TABLE, "apply", "-f", shop)
        canary(self._shop.system, "--table", TABLE, "set-weight", "shop", "100")

    def allow(self, *, reading: bool) -> None:
        """Let the router's role read the spare table; or not, as deployed."""
        found = self._functions.get_function_configuration(FunctionName=ROUTER)
        where = {"RoleName": found["Role"].rpartition("/")[2], "PolicyName": TABLE}
        iam = self._shop.system.client("iam")
        if not reading:
            iam.delete_role_policy(**where)
            return
        statement = {
            "Effect": "Allow",
            "Action": "dynamodb:GetItem",
            "Resource": f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}",
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_role_policy(**where, PolicyDocument=json.dumps(policy))

    def drop_table(self) -> None:
        """Delete the table, if it is still there."""
        if TABLE in self._dynamodb.list_tables()["TableNames"]:
            self._dynamodb.delete_table(TableName=TABLE)


@pytest.fixture
def spare(shop: Shop) -> Iterator[Spare]:
    """A router of our own, with a table of our own: the unpublished version."""
    functions = shop.system.client("lambda")
    was = functions.get_function_configuration(FunctionName=ROUTER)["Environment"]
    spare = Spare(shop, was["Variables"])
    spare.make_table()
    spare.allow(reading=True)
    spare.configure(table=TABLE, refresh=3)
    yield spare
    spare.allow(reading=False)
    functions.update_function_configuration(FunctionName=ROUTER, Environment=was)
    spare.drop_table()


def test_the_last_known_good_rules_are_served(spare: Spare) -> None:
    """When the table goes away, a router goes on with the rules that it has."""
    assert spare.ask()["colour"] == "green"
    spare.drop_table()
    # Past the refresh time, so that it has tried, and failed.
    time.sleep(3.5)
    for _ in range(5):
        assert spare.ask()["colour"] == "green"


def test_without_a_table_stable_runs(spare: Spare) -> None:
    """A router that never reached a table answers with the stable version."""
    spare.configure(table="no-such-table", refresh=3)
    assert spare.ask() == spare.ask("ben")
    assert spare.ask()["colour"] == "blue"


def test_a_router_may_read_its_own_table_only(spare: Spare) -> None:
    """As deployed, its role lets it read no other: then it has no rules."""
    assert spare.ask()["colour"] == "green"
    spare.allow(reading=False)
    spare.configure(table=TABLE, refresh=3)
    try:
        assert spare.ask()["colour"] == "blue"
    finally:
        spare.allow(reading=True)


def test_a_warm_request_reads_no_table(shop: Shop, spare: Spare) -> None:
    """Within the refresh time a warm router answers without a single read."""
    spare.configure(table=TABLE, refresh=60)
    spare.ask()
    record(shop, on=True)
    try:
        for number in range(8):
            spare.ask(f"user-{number}")
        assert calls(shop, "Invoke") >= 8, "the emulator counts no calls"
        assert calls(shop, "GetItem") == 0
    finally:
        record(shop, on=False)


def record(shop: Shop, *, on: bool) -> None:
    """Have the emulator note every call to it, or no more."""
    address = urlsplit(shop.system.emulator.endpoint)
    connection = http.client.HTTPConnection(address.netloc, timeout=10)
    switch = json.dumps({"cloudtrail._recording_enabled": str(on).lower()})
    connection.request("POST", "/_ministack/config", switch)
    assert connection.getresponse().status == 200
    connection.close()


def calls(shop: Shop, name: str) -> int:
    """How many calls of this name the emulator has noted."""
    attribute = {"AttributeKey": "EventName", "AttributeValue": name}
    trail = shop.system.client("cloudtrail")
    return len(trail.lookup_events(LookupAttributes=[attribute])["Events"])

"""One deployment for all tests here, and what they do with it again and again."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from examples.demo.canary import canary
from examples.demo.emulator import BUILD
from examples.demo.receipts import Receipt, collect
from examples.demo.traffic import Doors, Order
from examples.demo.up import SHOP, System, bring_up
from examples.hops.office import SERVICES
from flags import Token

# Beyond the refresh time, for the requests under way.
MARGIN = 0.3
PATIENCE = 20.0
WAVE = 3
# The services behind SNS, SQS and EventBridge, with their carriers.
BEHIND = {
    "shop-email": "sns",
    "shop-ledger": "sqs",
    "shop-analytics": "eventbridge",
}


@dataclass(slots=True, kw_only=True)
class Shop:
    """The running shop, seen from outside."""

    system: System
    doors: Doors
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _weight: float | None = None

    def orders(self, users: Sequence[str]) -> list[Order]:
        """A new order for each user."""
        return [Order(id=f"e2e-{next(self._numbers)}", user=user) for user in users]

    def receipts(self, orders: Sequence[Order], service: str) -> list[Receipt]:
        """The receipts of a service for the orders; fails if one doesn't come."""
        keys = [(order.id, service) for order in orders]
        found = collect(self.system, keys, seconds=PATIENCE)
        assert set(found) == set(keys), "receipts are missing"
        return [found[key] for key in keys]

    def send(
        self, service: str, users: Sequence[str], token: Token | None = None
    ) -> list[Receipt]:
        """An order of each user straight to the door in front of a service.

        In small waves: the emulator starts a process for every message that finds
        no idle one, and many starts at once take longer than one after the other.
        """
        door = {
            "shop-ledger": self.doors.queue,
            "shop-email": self.doors.topic,
            "shop-analytics": self.doors.bus,
        }[service]
        receipts = []
        for start in range(0, len(users), WAVE):
            orders = self.orders(users[start : start + WAVE])
            door(orders, token)
            receipts += self.receipts(orders, service)
        return receipts

    def colour(self, user: str) -> str:
        """The colour of the checkout that answers a user."""
        answer = self.doors.ask(headers={"x-user-id": user})
        assert answer.status == 200, answer.body
        return str(answer.body["colour"])

    def weigh(self, percent: float) -> None:
        """See to it that the canary has this weight, at every router."""
        if self._weight != percent:
            canary(self.system, "set-weight", "shop", str(percent))
            self.settle()
            self._weight = percent

    def moved(self, percent: float | None) -> None:
        """A test changed the weight by itself; None ends the rollout."""
        self._weight = percent

    def settle(self) -> None:
        """Wait until every router must have read the rules again."""
        time.sleep(self.system.refresh + MARGIN)

    def user(self, colour: str) -> str:
        """Some user who is on this colour."""
        users = (f"user-{number}" for number in range(100))
        return next(user for user in users if self.colour(user) == colour)


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    """The whole system, deployed with the template's own refresh time."""
    system = bring_up(lambda _: None, build=BUILD / "e2e", more=SERVICES)
    with system.emulator:
        rules = str(SHOP / "canary.yaml")
        canary(system, "apply", "-f", rules, "--reason", "open the shop")
        yield Shop(system=system, doors=Doors(system))


@pytest.fixture
def half(shop: Shop) -> Shop:
    """The shop with half of the users on green."""
    shop.weigh(50)
    return shop


def wait_for(holds: Callable[[], bool], seconds: float) -> float:
    """Wait until something holds; returns how long that took, or fails."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"not within {seconds} seconds"
        time.sleep(0.05)
    return time.monotonic() - began

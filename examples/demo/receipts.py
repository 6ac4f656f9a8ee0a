"""Waits for the receipts that the shop's functions write, and reads them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from examples.demo.up import System

# What DynamoDB takes in one call.
BATCH = 100
PAUSE = 0.1

# An order and the service that has to do with it.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one function did with one order.

    `edge` is the colour of the checkout that took the order; None if the message
    came straight to the front door. `variant` is the decision that came along.
    """

    order: str
    service: str
    door: str
    colour: str
    variant: str | None
    edge: str | None
    user: str | None
    gift: bool | None = None


def collect(
    system: System,
    wanted: Iterable[Key],
    *,
    seconds: float,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[Key, Receipt]:
    """All the wanted receipts, or those that came in time.

    `progress` is told how many more have come.
    """
    dynamodb = system.client("dynamodb")
    missing = list(wanted)
    found: dict[Key, Receipt] = {}
    deadline = time.monotonic() + seconds
    while missing and time.monotonic() < deadline:
        # They come in the order in which they were sent, more or less: to look at
        # the next ones only is a load that doesn't slow down what it waits for.
        some = _read(dynamodb, system.receipts, missing[:BATCH])
        if len(some) < len(missing[:BATCH]):
            time.sleep(PAUSE)
        found |= some
        missing = [key for key in missing if key not in some]
        progress(len(some))
    for start in range(0, len(missing), BATCH):
        found |= _read(dynamodb, system.receipts, missing[start : start + BATCH])
    return found


def _read(dynamodb: Any, table: str, keys: list[Key]) -> dict[Key, Receipt]:
    request = [{"order": {"S": order}, "service": {"S": name}} for order, name in keys]
    answer = dynamodb.batch_get_item(RequestItems={table: {"Keys": request}})
    # What DynamoDB leaves unprocessed is asked for again in the next round.
    read = [_receipt(item) for item in answer["Responses"].get(table, [])]
    return {(receipt.order, receipt.service): receipt for receipt in read}


def _receipt(item: dict[str, Any]) -> Receipt:
    def text(name: str) -> str | None:
        value = item.get(name, {}).get("S")
        return None if value is None else str(value)

    return Receipt(
        order=str(text("order")),
        service=str(text("service")),
        door=str(text("door")),
        colour=str(text("colour")),
        variant=text("variant"),
        edge=text("edge"),
        user=text("user"),
        gift=item.get("gift", {}).get("BOOL"),
    )

"""A flag in a deployed function: its rules, a big segment, its use, its history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from examples.demo.canary import canary, run
from tests.e2e.conftest import Shop

pytestmark = pytest.mark.e2e

IDS = [f"guest-{number:05d}" for number in range(20_000)]
OPEN_HOUSE = {
    "variants": {"on": True, "off": False},
    "off": "off",
    "schedule": {"from": "2026-01-01", "zone": "Europe/Amsterdam"},
    "serve": "on",
}
RULES = {
    "segments": {"guests": {"included": IDS, "excluded": ["spy"]}},
    "flags": {
        "open-house": OPEN_HOUSE,
        "free-gift": {
            "description": "A gift for our guests",
            "owner": "shop",
            "variants": {"gift": True, "none": False},
            "off": "none",
            "requires": [{"flag": "open-house", "variant": "on"}],
            "targets": {"none": [IDS[7]]},
            "rules": [
                {"name": "guests", "when": {"segment": "guests"}, "serve": "gift"},
            ],
            "serve": "none",
        },
    },
}
SERVICE = "shop-email"


def gifts(shop: Shop, *users: str) -> list[bool | None]:
    """What the function behind the topic gave to each of them."""
    return [receipt.gift for receipt in shop.send(SERVICE, users)]


def test_rules_reach_a_function(shop: Shop, tmp_path: Path) -> None:
    """Segments of any size, prerequisites and schedules decide in a real function."""
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(RULES), "utf-8")
    canary(shop.system, "apply", "-f", str(file), "--reason", "guests only")
    shop.settle()

    assert gifts(shop, IDS[0], IDS[-1], IDS[7], "spy") == [True, True, False, False]
    canary(shop.system, "segment", "add", "guests", "late-guest")
    shop.settle()
    assert gifts(shop, "late-guest", IDS[1]) == [True, True]

    walk = canary(shop.system, "explain", "free-gift", "--id", "late-guest")
    assert walk["result"]["rule"] == "guests"
    assert [step["step"] for step in walk["steps"]][:2] == [
        "requires open-house",
        "targets",
    ]


def test_a_prerequisite_switches_off(shop: Shop, tmp_path: Path) -> None:
    """The kill switch of a flag reaches those that require it, and undo brings back."""
    closed = {"flags": {"open-house": {**OPEN_HOUSE, "enabled": False}}}
    done = run(shop.system, "archive", "open-house")
    assert (done.returncode, "free-gift" in done.stderr) == (2, True)

    file = tmp_path / "closed.json"
    file.write_text(json.dumps(closed), "utf-8")
    canary(shop.system, "apply", "-f", str(file))
    shop.settle()
    assert gifts(shop, IDS[0]) == [False]
    canary(shop.system, "undo", "open-house", "--reason", "open again")
    shop.settle()
    assert gifts(shop, IDS[0]) == [True]


def test_use_is_reported(shop: Shop) -> None:
    """What a function evaluates it tells to the table, with leave for just that."""
    for _ in range(2):  # the call after a poll reports what was evaluated before it
        gifts(shop, IDS[0])
        shop.settle()
    gifts(shop, IDS[0])
    rows = shop.system.client("dynamodb").query(
        TableName=shop.system.outputs["TableName"],
        KeyConditionExpression="pk = :usage",
        ExpressionAttributeValues={":usage": {"S": "usage"}},
    )["Items"]

    assert len(rows) in {1, 2}  # two around midnight
    assert "free-gift" in {name for row in rows for name in row["flags"]["SS"]}

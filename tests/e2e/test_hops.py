"""Parcels by every carrier: functions that know nothing of us pass the decision on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from examples.demo.canary import canary
from examples.demo.up import SHOP
from examples.hops.office import open_office
from examples.hops.run import run
from examples.hops.ways import CARRIERS
from tests.e2e.conftest import Shop

pytestmark = pytest.mark.e2e

# A tour from each of the twelve places where one can begin.
TOURS, ROUNDS = 12, 10
RETRY_SECONDS = 3


@pytest.fixture(scope="module")
def figures(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What a short run shows; after it the shop has its own routes again."""
    office = open_office(shop.system, RETRY_SECONDS)
    yield run(office, TOURS, ROUNDS)
    rules: Path = tmp_path_factory.mktemp("hops") / "routing.json"
    routing = yaml.safe_load((SHOP / "canary.yaml").read_text("utf-8"))["routing"]
    rules.write_text(json.dumps({"routing": routing}), "utf-8")
    canary(shop.system, "apply", "-f", str(rules), "--reason", "close the office")


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_carrier_loses_nothing(figures: Any, carrier: str) -> None:
    """Every hop by the carrier is made, and runs on what was decided at the edge."""
    count = figures["carriers"][carrier]
    assert count["made"] >= TOURS
    assert count == {"made": count["made"], "honoured": count["made"], "lost": 0}


def test_nobody_sees_both_colours(figures: Any) -> None:
    """Both colours are in use and in one batch, yet never in one user's chain."""
    assert set(figures["chains"]) == {"blue", "green"}
    assert figures["mixed_batches"]["router"] > 0
    assert figures["mixed_chains"] == 0


def test_failures_and_a_change_in_mid_flight_are_survived(figures: Any) -> None:
    """Some failed and came again, one was dead, and the weight was raised meanwhile."""
    assert figures["failures"] >= 4
    assert figures["redriven"] >= 1
    assert 0 < figures["weight_changed_after"] < TOURS + ROUNDS
    assert figures["broken"] == []

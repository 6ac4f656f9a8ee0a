"""Stable stays stable in a router that starts while the table is away."""

from __future__ import annotations

import json

import pytest

from tests.runtime.conftest import environ
from tests.runtime.rig import Aws, Function
from tests.unit.router.conftest import event

PARAMETER = "/canary/shop/stable"
GREEN = json.dumps({"green": ["shop-checkout"], "blue": ["shop-analytics"]})
TABLE = {"CANARY_STABLE_PARAMETER": PARAMETER}


@pytest.mark.parametrize(
    ("parameter", "alias"),
    [
        (GREEN, "shop-checkout:green"),
        (json.dumps({"blue": ["shop-checkout"]}), "shop-checkout:blue"),
        ("{}", "shop-checkout:blue"),
        ("no JSON", "shop-checkout:blue"),
        (json.dumps({"purple": ["shop-checkout"]}), "shop-checkout:blue"),
        (None, "shop-checkout:blue"),
    ],
)
def test_cold_and_the_table_away(aws: Aws, parameter: str | None, alias: str) -> None:
    """The parameter says what was promoted; else the deployment's setting does."""
    aws.away = True
    if parameter is not None:
        aws.parameters[PARAMETER] = parameter

    with Function("router.handler.handler", environ(aws.port) | TABLE) as router:
        router.invoke(event("http"))
        router.invoke(event("http"))

    assert [alias, alias] == [call[0] for call in aws.invoked]
    assert [PARAMETER] == [name for name in aws.reads if name == PARAMETER]


def test_the_table_counts_for_more(aws: Aws) -> None:
    """Whoever has read the table asks for no parameter."""
    aws.parameters[PARAMETER] = GREEN

    with Function("router.handler.handler", environ(aws.port) | TABLE) as router:
        router.invoke(event("http"))

    assert ["shop-checkout:blue"] == [call[0] for call in aws.invoked]
    assert PARAMETER not in aws.reads

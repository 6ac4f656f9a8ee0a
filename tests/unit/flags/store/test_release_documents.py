"""Every way to write a wrong release, with the exact words that come back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.flags.store.wrong import (
    CLAUSE,
    EMPTY,
    GIFT,
    PERCENT,
    ROLES,
    SERVICE,
    SHOP,
    UNKNOWN,
    problems,
    read_flag,
    rule,
)

NUMBERS = (101, 100.001, -1, -0.001, 1e9, 0.0001, 12.3456, float("nan"), float("inf"))


@pytest.mark.parametrize("percent", [*NUMBERS, True, "10", [10]])
def test_weight(percent: Any) -> None:
    """A weight is a percentage, with no more than three decimals."""
    expected = [f"flags.shop.weight: {PERCENT}"]

    assert expected == problems({"flags": {"shop": {**SHOP, "weight": percent}}})


@pytest.mark.parametrize("percent", [0, 0.001, 33.333, 99.999, 100, 100.0, None])
def test_good_weight(percent: float | None) -> None:
    """Every step of 0.001 is a weight; none is no rollout."""
    assert percent == read_flag("shop", {**SHOP, "weight": percent}).weight


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"variants": {"a": 1}}, "variants", ROLES),
        ({"off": "stable"}, "off", ROLES),
        ({"serve": "canary"}, "serve", ROLES),
        (
            {"release": {"services": ["web", "web"]}},
            "release.services",
            "a service is named twice",
        ),
        ({"release": {"services": []}}, "release.services", EMPTY),
        ({"release": {}}, "release.services", "field required"),
        ({"release": {"services": ["a b"]}}, "release.services[0]", SERVICE),
        (
            {"release": {"services": ["web"], "stable": "red"}},
            "release.stable",
            "input should be 'blue' or 'green'",
        ),
        (
            {"release": {"services": ["web"], "canary": "blue"}},
            "release.canary",
            UNKNOWN,
        ),
        (
            {"targets": {"green": ["ann"]}},
            "targets.green",
            "no variant 'green'; defined: canary, stable",
        ),
        (
            rule(CLAUSE, "blue"),
            "rules[0].serve",
            "no variant 'blue'; defined: canary, stable",
        ),
        (
            rule(CLAUSE, {"canary": 5}, name="a"),
            "rules[0].serve",
            "the percentages add up to 5, not 100",
        ),
    ],
)
def test_release(changes: dict[str, Any], path: str, message: str) -> None:
    """A release has roles, services and a weight, and none of a flag's parts."""
    expected = [f"flags.shop.{path}: {message}"]

    assert expected == problems({"flags": {"shop": {**SHOP, **changes}}})


def test_dots() -> None:
    """A flag's name may have dots; a release's may not, since tokens part at them."""
    read_flag("shop.gift", GIFT)
    expected = ["flags.shop.eu: the name of a release has no dots"]

    assert expected == problems({"flags": {"shop.eu": SHOP}})


def test_shared_service() -> None:
    """Two releases can't decide about one service."""
    files = {"shop": SHOP, "other": {"release": {"services": ["api", "web"]}}}
    expected = ["flags.other.release.services: web belongs to the release shop already"]

    assert expected == problems({"flags": files})

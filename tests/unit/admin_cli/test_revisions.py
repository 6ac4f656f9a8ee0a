"""Earlier versions of a release, with the traffic of now."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.traffic import kept_traffic

BLUE = {"release": {"services": ["pay"], "stable": "blue"}}
GREEN = {"release": {"services": ["pay", "ship"], "stable": "green"}}
BARE = {"release": {"services": ["pay"]}}
TURNED = {"release": {"services": ["pay"], "stable": "green"}}
PLAIN = {"variants": {"on": True}, "off": "on", "serve": "on"}


@pytest.mark.parametrize(
    ("body", "current", "kept"),
    [
        (BLUE | {"weight": 10}, GREEN, TURNED),
        (BLUE, BLUE | {"weight": 0}, BLUE | {"weight": 0}),
        (BLUE | {"weight": 10}, BARE | {"weight": 5}, BLUE | {"weight": 5}),
        (BARE, GREEN, TURNED),
        (PLAIN, GREEN | {"weight": 5}, PLAIN),
        (BLUE | {"weight": 10}, PLAIN, BLUE | {"weight": 10}),
    ],
)
def test_weight_and_colour_are_those_of_now(
    body: dict[str, Any], current: dict[str, Any], kept: dict[str, Any]
) -> None:
    """Of two releases; a flag has no traffic to keep."""
    assert kept == kept_traffic(body, current)

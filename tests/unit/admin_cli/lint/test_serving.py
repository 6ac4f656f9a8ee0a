"""The forms of `serve`."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.lint.serving import alone, served, told

NOW = 1_780_000_000.0  # in May 2026
RAMP = {
    "ramp": [
        {"at": "2026-01-01", "split": {"on": 5, "off": 95}},
        {"at": "2026-02-01", "split": {"on": 100, "off": 0}},
    ],
    "by": "tenant",
}
LATER = {"ramp": [{"at": "2030-01-01", "split": {"on": 100}}]}


@pytest.mark.parametrize(
    ("serve", "words"),
    [
        ("on", "on"),
        ({"on": 50, "off": 50}, "on 50 %, off 50 %"),
        ({"split": {"on": 12.5, "off": 87.5}}, "on 12.5 %, off 87.5 %"),
        ({"split": {"on": 50, "off": 50}, "by": "tenant"}, "on 50 %, off 50 %, by t"),
        ({"split": 50, "ramp": 50}, "split 50 %, ramp 50 %"),
        (RAMP, "ramp to on 100 %, off 0 % at 2026-02-01, by tenant"),
    ],
)
def test_every_form_has_words(serve: Any, words: str) -> None:
    """A variant, shares, a split by a kind, and a ramp's end."""
    assert told(serve).startswith(words)


@pytest.mark.parametrize(
    ("more", "variant"),
    [
        ({}, "on"),
        ({"serve": {"on": 100, "off": 0}}, "on"),
        ({"serve": {"on": 50, "off": 50}}, None),
        ({"serve": RAMP}, "on"),
        ({"serve": LATER}, None),
        ({"rules": [{"when": {}, "serve": "on"}]}, "on"),
        ({"rules": [{"when": {}, "serve": "off"}]}, None),
        ({"rules": [{"when": {}, "serve": {"split": {"on": 100}}}]}, "on"),
        ({"targets": {"on": ["ana"], "off": []}}, "on"),
        ({"targets": {"off": {"tenant": ["acme"]}}}, None),
        ({"requires": [{"flag": "g", "variant": "on"}]}, None),
        ({"schedule": [{"days": ["mon"]}], "serve": "off"}, "off"),
        ({"enabled": False, "rules": [{"when": {}, "serve": "off"}]}, "off"),
    ],
)
def test_one_variant_for_everyone_is_found(
    more: dict[str, Any], variant: str | None
) -> None:
    """Whatever the way, if all of them lead to one variant, it is that one."""
    body = {"variants": {"on": 1, "off": 0}, "off": "off", "serve": "on"} | more

    assert variant == alone(body, NOW)


def test_what_is_served_is_collected_from_everywhere() -> None:
    """Targets, rules and every step of a ramp count; a share of 0 doesn't."""
    body = {
        "targets": {"a": ["ana"], "b": []},
        "rules": [{"when": {}, "serve": {"c": 100, "d": 0}}],
        "serve": RAMP,
    }

    assert {"a", "c", "on", "off"} == served(body)

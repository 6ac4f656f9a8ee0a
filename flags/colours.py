"""The stable colours of services, as the stack's parameter holds them.

Law: total. What can't be read says nothing of any service.

The controller writes it, and routers that start without the table read it. One short
JSON text, by colour: `{"blue":["mail"],"green":["cart"]}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

# What a parameter of the standard tier holds.
MAX_BYTES = 4096


def render(colours: Mapping[str, str]) -> str:
    """The text for these services."""
    by_colour: dict[str, list[str]] = {}
    for service, colour in sorted(colours.items()):
        by_colour.setdefault(colour, []).append(service)
    return json.dumps(by_colour, separators=(",", ":"), sort_keys=True)


def parse(text: str) -> dict[str, str]:
    """By service the colour that the text says."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {
        service: colour
        for colour, services in (found.items() if isinstance(found, dict) else ())
        if isinstance(services, list)
        for service in services
        if isinstance(service, str)
    }

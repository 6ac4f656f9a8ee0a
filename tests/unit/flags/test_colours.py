"""The stable colours as the stack's parameter holds them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.colours import MAX_BYTES, parse, render

services = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)


@given(st.dictionaries(services, st.sampled_from(["blue", "green"])))
def test_round_trip(colours: dict[str, str]) -> None:
    """What was written is read, and the same colours are the same text."""
    assert colours == parse(render(colours))
    assert render(colours) == render(dict(reversed(colours.items())))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '"green"', '{"green": "cart"}', '{"green": [1, null]}'],
)
def test_unreadable(text: str) -> None:
    """What can't be read says nothing."""
    assert {} == parse(text)


@given(st.text() | st.binary())
def test_total(text: Any) -> None:
    """Nothing raises, whatever stands there."""
    assert isinstance(parse(text), dict)


def test_twenty_five_services_fit() -> None:
    """All services that one router can have by its environment fit, with long names."""
    names = {f"{'s' * 60}-{number:02}": "green" for number in range(25)}

    assert len(render(names)) < MAX_BYTES

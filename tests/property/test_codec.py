"""A snapshot that anything was done to is read, or refused with one exception."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flags.codec import decode
from flags.engine import evaluate
from flags.errors import InvalidSnapshot
from flags.model import Context
from tests.property.strategies import (
    few,
    json_values,
    many,
    snapshots,
    some,
)

pytestmark = pytest.mark.property

hostile: st.SearchStrategy[Any] = json_values | st.sampled_from(
    [[], {}, "", 0, -1, 10**400, 1.5, True, None, "blue", [[]], {"join": "all"}]
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every node of a JSON value."""
    found = [path] if path else []
    keys = node if isinstance(node, dict) else range(len(node) if is_list(node) else 0)
    for key in keys:
        found += places(node[key], (*path, key))
    return found


def is_list(node: Any) -> bool:
    """Whether a node is a list."""
    return isinstance(node, list)


def use(body: str | bytes) -> bool:
    """Whether the snapshot is read; then every flag of it must answer."""
    try:
        ruleset = decode(body)
    except InvalidSnapshot:
        return False
    for name, flag in ruleset.flags.items():
        for context in (Context(), Context(key="ann", attributes={"plan": [1]})):
            decision = evaluate(ruleset, name, context, 1_800_000_000)
            assert decision.variant in flag.variants
    ruleset.release_of("shop-checkout")
    return True


@given(snapshot=snapshots)
@few
def test_valid(snapshot: dict[str, Any]) -> None:
    """What the grammar allows is read."""
    assert use(json.dumps(snapshot))


@given(snapshot=snapshots, data=st.data())
@many
def test_mutations(snapshot: dict[str, Any], data: st.DataObject) -> None:
    """Delete or replace any node: it is read, or refused, and nothing else happens."""
    changed = copy.deepcopy(snapshot)
    *way, last = data.draw(st.sampled_from(places(changed)))
    parent = changed
    for key in way:
        parent = parent[key]
    if data.draw(st.booleans()):
        del parent[last]
    else:
        parent[last] = data.draw(hostile)

    use(json.dumps(changed))


@given(body=st.text(max_size=60) | st.binary(max_size=60))
@example(b"\xff\xfe{\x00}\x00")
@example("[" * 100_000)
@example('{"a":' * 50_000)
@example("\ufeff{}")
@example("1" * 5_000)
@some
def test_noise(body: str | bytes) -> None:
    """Noise is refused."""
    assert not use(body)


@given(snapshot=snapshots, data=st.data())
@few
def test_cut_short(snapshot: dict[str, Any], data: st.DataObject) -> None:
    """A snapshot that was cut anywhere is refused."""
    body = json.dumps(snapshot).encode()
    length = data.draw(st.integers(0, len(body) - 1))

    assert not use(body[:length])

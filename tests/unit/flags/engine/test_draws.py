"""A percentage as a condition: who isn't drawn goes on to the next rule."""

from __future__ import annotations

from typing import Any

import pytest

from flags.bucketing import bucket
from flags.engine.conditions import predicate
from flags.model import Draw, Ruleset

RULES = Ruleset(version=1, flags={})
CROWD = [f"user-{number}" for number in range(2_000)]


def drawn(
    draw: Draw, key: str | None, attributes: dict[str, Any] | None = None
) -> bool:
    """Whether somebody is drawn."""
    return bool(predicate(RULES, draw)(key, attributes or {}, 0.0))


def test_by_bucket() -> None:
    """The buckets below the end are drawn, and no others."""
    draw = Draw(salt="s", end=30_000)

    assert [bucket("s", key) < 30_000 for key in CROWD] == [
        drawn(draw, key) for key in CROWD
    ]


@pytest.mark.parametrize(("end", "share"), [(0, 0), (100_000, 2_000)])
def test_nobody_and_everyone(end: int, share: int) -> None:
    """At the ends of the scale it is nobody, or everyone."""
    assert share == sum(drawn(Draw(salt="s", end=end), key) for key in CROWD)


def test_growing_takes_nobody_out() -> None:
    """A larger share has all of the smaller one."""
    small, large = Draw(salt="s", end=10_000), Draw(salt="s", end=20_000)

    assert all(drawn(large, key) for key in CROWD if drawn(small, key))


@pytest.mark.parametrize("negate", [True, False])
def test_without_identity(*, negate: bool) -> None:
    """Nobody is neither drawn nor left out: there is nothing to hash."""
    draw = Draw(salt="s", end=50_000, negate=negate)

    assert not drawn(draw, None)
    assert not drawn(draw, "")


def test_turned_round() -> None:
    """`negate` is for all that were not drawn."""
    draw, rest = Draw(salt="s", end=30_000), Draw(salt="s", end=30_000, negate=True)

    assert all(drawn(draw, key) is not drawn(rest, key) for key in CROWD)


def test_by_an_attribute() -> None:
    """Whole tenants are drawn, where that is asked."""
    draw = Draw(salt="s", end=50_000, by="tenant")

    found = {drawn(draw, key, {"tenant": "acme"}) for key in CROWD[:50]}
    assert found == {bucket("s", "acme") < 50_000}

"""Conditions on the items of an array."""

from __future__ import annotations

from typing import Any

import pytest

from flags.codec import MAX_TESTS
from flags.engine.conditions import predicate
from flags.engine.items import MAX_ITEMS
from flags.model import Clause, Condition, Group, Items, Ruleset

RULES = Ruleset(version=1, flags={})
BIG = Clause(attribute="item.total", operator="greater_than", operand=100)
EU = Clause(attribute="item", operator="starts_with", operand="eu-")
CARTS: list[dict[str, Any]] = [{"total": 50}, {"total": 150}]


def holds(condition: Condition, attributes: dict[str, Any]) -> bool:
    """Whether the condition holds for somebody with these attributes."""
    return bool(predicate(RULES, condition)("ann", attributes, 0.0))


@pytest.mark.parametrize(
    ("join", "items", "expected"),
    [
        ("any", CARTS, True),
        ("any", CARTS[:1], False),
        ("any", [], False),
        ("all", CARTS, False),
        ("all", CARTS[1:], True),
        ("all", [], True),
    ],
)
def test_items(*, join: str, items: list[Any], expected: bool) -> None:
    """Any item will do, or each of them must; `negate` turns it round."""
    for negate in (False, True):
        condition = Items(attribute="carts", join=join, when=BIG, negate=negate)

        assert expected is not (holds(condition, {"carts": items}) is negate)


def test_plain_items() -> None:
    """An item that is no object is `item` itself, in whatever kind of array."""
    condition = Items(attribute="regions", join="any", when=EU)

    for regions in (["us-1", "eu-1"], ("eu-1",), {"eu-1"}, {"eu-1": 1}.keys()):
        assert holds(condition, {"regions": regions})
    assert not holds(condition, {"regions": ["us-1"]})


@pytest.mark.parametrize("value", [None, "eu-1", 7, {"item": "eu-1"}, b"eu-"])
def test_no_array(value: Any) -> None:
    """What is no array meets nothing, and what is turned round takes it in."""
    condition = Items(attribute="regions", join="any", when=EU)
    turned = Items(attribute="regions", join="any", when=EU, negate=True)

    assert (False, True) == (
        holds(condition, {"regions": value}),
        holds(turned, {"regions": value}),
    )


@pytest.mark.parametrize("join", ["any", "all"])
@pytest.mark.parametrize("negate", [True, False])
def test_too_many(*, join: str, negate: bool) -> None:
    """Nobody gets in by a longer list: neither a condition nor its opposite holds."""
    condition = Items(attribute="regions", join=join, when=EU, negate=negate)

    assert not holds(condition, {"regions": ["eu-1"] * (MAX_ITEMS + 1)})
    assert negate is not holds(condition, {"regions": ["eu-1"] * MAX_ITEMS})


def test_outside_is_seen_from_inside() -> None:
    """Other attributes and the key are what they are outside; `item` is the inner."""
    owner = Clause(attribute="key", operator="equals", operand="ann")
    plan = Clause(attribute="plan", operator="equals", operand="pro")
    inner = Items(attribute="item.tags", join="any", when=EU)
    both = Group(join="all", members=(owner, plan, inner))
    condition = Items(attribute="carts", join="any", when=both)
    attributes = {"carts": [{"tags": ["eu-1"]}], "plan": "pro", "item": "untouched"}

    assert holds(condition, attributes)
    assert {"carts", "plan", "item"} == set(attributes)
    assert attributes["item"] == "untouched"


def test_work_is_bounded() -> None:
    """The most items and one test fit in what one evaluation may take, twice not."""
    assert MAX_ITEMS * 5 < MAX_TESTS < MAX_ITEMS**2

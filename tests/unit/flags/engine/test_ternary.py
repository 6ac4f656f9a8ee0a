"""What can't be decided holds neither as it is nor turned round."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from flags.engine import ternary, wording
from flags.engine.arrays import MAX_ELEMENTS
from flags.engine.conditions import predicate
from flags.engine.operators import MAX_SEARCHED, SHORT
from flags.engine.regex import MAX_TEXT
from flags.engine.ternary import UNDECIDED
from flags.model import (
    Clause,
    Condition,
    Context,
    Draw,
    Group,
    InSegment,
    Items,
    Ruleset,
    Segment,
)
from flags.record import replace

LONG = "x" * (MAX_TEXT + 1)
BOT = Clause(attribute="agent", operator="matches", operand="bot")
EVER = Clause(attribute="key", operator="equals", operand="ann")
NEVER = Clause(attribute="key", operator="equals", operand="bob")
# A clause with a value that is longer than it reads, though it would match.
BEYOND: list[tuple[Clause, Any]] = [
    (BOT, "bot" + LONG),
    (
        Clause(attribute="agent", operator="contains", operand=["bot", "spider"]),
        "bot" * MAX_SEARCHED,
    ),
    *(
        (
            Clause(attribute="agent", operator=operator, operand=["bot"]),
            ["bot"] * (MAX_ELEMENTS + 1),
        )
        for operator in ("has_any", "has_all", "has_none")
    ),
    *(
        (
            Clause(attribute="agent", operator=f"version_{name}", operand="1.0.0"),
            "1.0.0-" + "a" * 256,
        )
        for name in ("equals", "less_than", "greater_than")
    ),
    (
        Clause(attribute="agent", operator="version_in", operand=">=1.0.0-a"),
        "1.0.0-" + "a" * 256,
    ),
    *(
        (
            Clause(attribute="agent", operator=operator, operand="2026-01-01"),
            f"2025-01-01T00:00:00.{'0' * 64}Z",
        )
        for operator in ("before", "after")
    ),
    (
        Clause(attribute="agent", operator="weekday_in", operand=["mon"]),
        f"2025-01-01T00:00:00.{'0' * 64}Z",
    ),
    (
        Clause(
            attribute="agent",
            operator="time_between",
            operand="00:00-24:00",
            zone="Mars/Olympus",
        ),
        "2025-01-01T00:00:00Z",
    ),
    (
        Clause(
            attribute="agent", operator="greater_than", operand=17, read_as="number"
        ),
        "1" * (SHORT + 1),
    ),
]


def segment(*rules: Condition, excluded: frozenset[str] = frozenset()) -> Ruleset:
    """Rules with one segment."""
    found = Segment(
        name="s", version=1, included=frozenset(), excluded=excluded, rules=rules
    )
    return Ruleset(version=1, flags={}, segments={"s": found})


def found(
    condition: Condition, agent: Any, *, rules: Ruleset | None = None, key: str = "ann"
) -> bool:
    """Whether the condition holds."""
    rules = rules or segment(BOT)
    return bool(predicate(rules, condition)(key, {"agent": agent}, 0.0))


def turned(clause: Clause) -> Clause:
    """The clause with `not: true`."""
    return replace(clause, negate=True)


@pytest.mark.parametrize(("clause", "value"), BEYOND)
def test_neither_a_clause_nor_its_opposite_holds(clause: Clause, value: Any) -> None:
    """Nor does `none` of it: nobody gets in by sending more than is read."""
    for attribute, given in (("agent", value), ("user.agent", value)):
        part = replace(clause, attribute=attribute)
        for condition in (part, turned(part), Group(join="none", members=(part,))):
            attributes = {"agent": given, "user": {"agent": given}}
            assert not predicate(segment(), condition)("ann", attributes, 0.0)


def test_within_the_limit_it_is_decided() -> None:
    """The bot that is short enough is kept out, and whoever is no bot gets in."""
    longest = "x" * MAX_TEXT

    assert found(turned(BOT), longest)
    assert not found(turned(BOT), longest[:-3] + "bot")
    assert found(turned(BOT), 7)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Group(join="none", members=(Group(join="all", members=(BOT, EVER)),)), False),
        (Group(join="none", members=(Group(join="all", members=(BOT, NEVER)),)), True),
        (Group(join="none", members=(BOT, NEVER)), False),
        (Group(join="none", members=(Group(join="none", members=(BOT,)),)), False),
        (Group(join="any", members=(turned(BOT), EVER)), True),
        (Group(join="all", members=(turned(BOT), EVER)), False),
        (InSegment(segment="s"), False),
        (InSegment(segment="s", negate=True), False),
        (Group(join="none", members=(InSegment(segment="s"),)), False),
        (
            Group(
                join="none", members=(Items(attribute="agent", join="any", when=BOT),)
            ),
            True,
        ),
    ],
)
def test_what_is_made_of_it(condition: Condition, *, expected: bool) -> None:
    """It counts only where the rest doesn't settle the matter, through segments too."""
    assert expected is found(condition, LONG)


def test_whom_a_segment_excludes_is_outside_of_it() -> None:
    """Whatever its rules can't decide."""
    outside = InSegment(segment="s", negate=True)

    assert found(outside, LONG, rules=segment(BOT, excluded=frozenset({"ann"})))


@pytest.mark.parametrize("join", ["any", "all"])
@pytest.mark.parametrize("negate", [True, False])
def test_items(*, join: str, negate: bool) -> None:
    """An item that can't be decided leaves it open, unless another one settles it."""
    name = Clause(attribute="item", operator="matches", operand="bot")
    condition = Items(attribute="agent", join=join, when=name, negate=negate)
    settles = "bot" if join == "any" else "fox"

    assert not found(condition, [LONG])
    assert not found(condition, ["fox" if join == "any" else "bot", LONG])
    assert found(condition, [LONG, settles]) is ((join == "any") is not negate)


def test_where_nobody_can_be_drawn() -> None:
    """A draw is undecided for those who have nothing to hash, inside of `none` too."""
    draw = Draw(salt="s", end=50_000, by="tenant")

    for condition in (
        draw,
        replace(draw, negate=True),
        Group(join="none", members=(draw,)),
    ):
        assert not found(condition, LONG)


@pytest.mark.parametrize("values", [*product((True, False, UNDECIDED), repeat=2)])
def test_kleene(values: tuple[Any, Any]) -> None:
    """`any` is what `all` is of the opposites, turned round: De Morgan's law."""
    parts = tuple((lambda *_, value=value: value) for value in values)
    opposites = tuple(map(ternary.turned, parts))
    some = ternary.any_of(parts)(None, {}, 0.0)

    assert some is ternary.turned(ternary.all_of(opposites))(None, {}, 0.0)
    assert some is (True if True in values else UNDECIDED in values and UNDECIDED)


def test_explained() -> None:
    """`canary explain` says why, and shows no more of a long value than it must."""
    told = wording.condition(
        segment(), BOT, Context(key="ann", attributes={"agent": LONG}), 0.0
    )

    assert told.endswith("can't be decided: neither this nor its opposite holds")
    assert len(told) < len(LONG)

"""What has no words in Powertools' schema, however it came about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from flags.model import (
    Clause,
    Condition,
    Flag,
    InSegment,
    Ramp,
    Requirement,
    Rule,
    Ruleset,
    Segment,
    Split,
    Stage,
)
from flags.powertools.comparisons import Comparison, NotSayable
from flags.powertools.lines import Line, Lines, lines_of
from flags.powertools.store import feature


def clause(attribute: str = "plan", operand: Any = "x", **more: Any) -> Clause:
    """A comparison."""
    return Clause(attribute=attribute, operator="equals", operand=operand, **more)


def equals(attribute: str = "plan") -> Comparison:
    """The same in Powertools' words."""
    return Comparison("EQUALS", attribute, "x")


def flag(*conditions: Condition, **parts: Any) -> Flag:
    """A flag that is on for whom one of the conditions holds."""
    given: dict[str, Any] = {
        "name": "gift",
        "version": 1,
        "enabled": True,
        "variants": {"on": True, "off": False},
        "off": "off",
        "salt": "",
        "targets": {},
        "rules": tuple(Rule(name="r", when=when, serve="on") for when in conditions),
        "serve": "off",
    }
    return Flag(**given | parts)


def lines(found: Flag, segments: Iterable[Segment] = ()) -> Lines:
    """The lines of a flag among these segments."""
    rules = Ruleset(
        version=1, flags={found.name: found}, segments={s.name: s for s in segments}
    )
    return lines_of(rules, found)


OFF = Line((), "off", "everyone else")


def test_negation_is_an_earlier_line() -> None:
    """Those who fit end as if the rule were not there."""
    assert (Line((equals(),), "off", "everyone else"), Line((), "on", "r")) == lines(
        flag(clause(negate=True))
    )


def test_what_ends_alike_is_said_once() -> None:
    """Two comparisons that both have to hold are one line."""
    rule = Rule(name="r", when=clause("a"), serve="on")
    found = flag(rules=(rule, Rule(name="s", when=clause("b"), serve="on")))

    expected = (Line((equals("a"),), "on", "r"), Line((equals("b"),), "on", "s"), OFF)
    assert expected == lines(found)


def test_an_empty_segment_holds_nobody() -> None:
    """Neither ids nor rules: the rule is not there."""
    empty = Segment(name="s", version=1, included=frozenset(), excluded=frozenset())

    assert (OFF,) == lines(flag(InSegment(segment="s")), [empty])


STAGE = Stage(at=0, split=Split(ends=(100_000,), variants=("on",)))


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (flag(InSegment(segment="gone")), "there is no segment gone"),
        (flag(clause("")), "it looks at an attribute without a name"),
        (flag(clause("now")), "it compares the time by equals"),
        (
            flag(Clause(attribute="now", operator="before", operand="soon")),
            "'soon' is no moment",
        ),
        (flag(serve=Ramp(stages=(STAGE,))), "it splits users by a hash"),
        (
            flag(serve=Split(ends=(100_000,), variants=("on",), by="tenant")),
            "it splits users by a hash",
        ),
        (
            flag(requires=(Requirement(flag="gone", variants=frozenset()),)),
            "it requires gone, which can't be decided",
        ),
        (
            flag(requires=(Requirement(flag="gift", variants=frozenset({"on"})),)),
            "it requires gift, which can't be decided",
        ),
    ],
)
def test_not_sayable(found: Flag, why: str) -> None:
    """Each is refused by name, also what the store would never hold."""
    with pytest.raises(NotSayable) as caught:
        lines(found)

    assert why == str(caught.value)


def test_null_is_no_default() -> None:
    """Powertools takes a default that is null for one that was forgotten."""
    found = flag(variants={"on": None, "off": False})

    with pytest.raises(NotSayable, match="it has a variant that is null"):
        feature(Ruleset(version=1, flags={"gift": found}), found)

"""From a rules file to answers: the caller's default, draws, items, `as`, metadata."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openfeature.evaluation_context import EvaluationContext

from flags.codec import decode
from flags.errors import InvalidDocument
from flags.model import CALLER_DEFAULT, Flag, Reason, Ruleset
from flags.openfeature import CanaryProvider
from flags.store.compiler import Making, compile_flag
from flags.testing import flags_from
from tests.unit.flags.store.wrong import read_flag

GIFT: dict[str, Any] = {"variants": {"on": True, "off": False}, "off": "off"}
CROWD = [f"user-{number}" for number in range(500)]


def features(**more: Any) -> Any:
    """A client of one flag, `gift`."""
    return flags_from({"flags": {"gift": {**GIFT, "serve": "on", **more}}})


def rule(when: Any, serve: Any = "on", name: str = "r") -> dict[str, Any]:
    """The only rule of a flag that is off for all others."""
    return {"rules": [{"name": name, "when": when, "serve": serve}], "serve": "off"}


@pytest.mark.parametrize("default", [True, False])
def test_default_of_the_caller(*, default: bool) -> None:
    """`$default` is whatever the caller says: no variant, and no error."""
    found = features(serve=CALLER_DEFAULT)
    details = found.details("gift", default)

    assert default is found.boolean("gift", default)
    assert default is found.bind("ann").boolean("gift", default)
    assert (default, None, None) == (details.value, details.variant, details.error)
    assert details.reason is Reason.STATIC


def test_default_in_each_place() -> None:
    """It may be off, target, rule and share, and has the reason of its place."""
    gold = {"attribute": "plan", "equals": "gold"}
    found = features(
        off=CALLER_DEFAULT,
        targets={CALLER_DEFAULT: ["ann"]},
        rules=[{"when": gold, "serve": CALLER_DEFAULT}],
        serve={"on": 50, CALLER_DEFAULT: 50},
    )

    assert found.details("gift", key="ann").reason is Reason.TARGETING_MATCH
    assert found.details("gift", key="bob", plan="gold").variant is None
    assert found.details("gift").reason is Reason.NO_IDENTITY
    assert {None, "on"} == {found.details("gift", key=key).variant for key in CROWD}


def test_default_in_openfeature() -> None:
    """OpenFeature's caller gets the default, of any type, and no error."""
    provider = CanaryProvider(features(serve=CALLER_DEFAULT))
    for default in (True, False):
        found = provider.resolve_boolean_details(
            "gift", default, EvaluationContext("a")
        )

        assert (default, None, None) == (found.value, found.variant, found.error_code)


def test_default_is_no_role() -> None:
    """A release serves its roles: users are never left to the caller's default."""
    release = {"release": {"services": ["cart"]}, "weight": 5}
    with pytest.raises(InvalidDocument, match="no variant '\\$default'; defined: can"):
        flags_from({"flags": {"shop": release | {"targets": {CALLER_DEFAULT: ["a"]}}}})


def test_draw_falls_through() -> None:
    """Who isn't drawn by one rule goes on to the next."""
    found = features(
        variants={"a": "a", "b": "b", "off": "off"},
        rules=[
            {"name": "first", "when": {"percentage": 30}, "serve": "a"},
            {"name": "second", "when": {"percentage": 50}, "serve": "b"},
        ],
        serve="off",
    )
    counted = [found.string("gift", "", key) for key in CROWD]

    assert 0.25 < counted.count("a") / len(CROWD) < 0.35
    # Half of the rest: the second draw is independent of the first.
    assert 0.28 < counted.count("b") / len(CROWD) < 0.42


def test_seed() -> None:
    """One seed draws the same users in two flags, and a larger share all of them."""
    drawn = {"percentage": 20, "seed": "q4"}
    more = {"percentage": 40, "seed": "q4"}
    one, two = features(**rule(drawn)), features(**rule(more, name="other"))

    first, second = (
        {key for key in CROWD if found.boolean("gift", default=False, key=key)}
        for found in (one, two)
    )
    assert first < second


def compiled(
    body: dict[str, Any], before: Flag | None = None, salt: str = "s1"
) -> Flag:
    """A flag as readers have it."""
    made = compile_flag(
        read_flag("gift", {**GIFT, **body}), before, Making(version=2, salt=salt)
    )
    text = json.dumps(
        {"schema": 2, "version": 2, "flags": {"gift": made}, "routing": {}}
    )
    found: Ruleset = decode(text)
    return found.flags["gift"]


def test_an_edit_draws_nobody_anew() -> None:
    """Another percentage keeps the draw's salt, and so those who are in."""
    first = compiled(rule({"percentage": 20}))
    second = compiled(rule({"percentage": 40}), first, salt="s2")

    assert first.rules[0].when.salt == second.rules[0].when.salt == "s1:r"  # type: ignore[union-attr]


def test_draw_needs_a_name() -> None:
    """A rule that draws is remembered by its name, wherever in it the draw is."""
    nested = {"all": [{"any": [{"percentage": 5}]}]}
    for when in ({"percentage": 5}, nested, {"attribute": "a", "any_item": nested}):
        with pytest.raises(InvalidDocument, match="a rule with percentages needs one"):
            features(rules=[{"when": when, "serve": "on"}])
    features(rules=[{"when": {"percentage": 5, "seed": "s"}, "serve": "on"}])


def test_items() -> None:
    """A rule may look at the parts of each item, and into segments from there."""
    found = flags_from(
        {
            "flags": {
                "gift": GIFT
                | rule(
                    {
                        "attribute": "carts",
                        "any_item": {
                            "all": [
                                {"attribute": "item.total", "greater_than": 100},
                                {"segment": "beta"},
                            ]
                        },
                    }
                )
            },
            "segments": {"beta": {"included": ["ann"]}},
        }
    )

    assert found.boolean("gift", default=False, key="ann", carts=[{"total": 101}])
    assert not found.boolean("gift", default=True, key="ann", carts=[{"total": 99}])
    assert not found.boolean("gift", default=True, key="bob", carts=[{"total": 101}])


@pytest.mark.parametrize(
    ("clause", "inside", "outside"),
    [
        (
            {"greater_than": 18},
            [19, "19", "18.5", "1.9e1"],
            ["18", "x", "", " 19", None],
        ),
        ({"equals": 7}, [7, "7", "7.0"], ["07", "7 ", "+7", "seven", "0x7", "\u0667"]),
        ({"in": [7, True]}, ["7", True], ["true", "8"]),
        ({"less_than": 0}, ["-1", "-0.5"], ["0", "-", "--1", "-1e999", "1" * 65]),
        ({"modulo": {"divisor": 2, "from": 1, "to": 1}}, ["3", 3], ["2", "3.5"]),
    ],
)
def test_number_in_a_text(clause: Any, inside: list[Any], outside: list[Any]) -> None:
    """With `as: number` a text counts as the number that it says, as JSON spells it."""
    found = features(**rule({"attribute": "age", "as": "number", **clause}))

    assert [True] * len(inside) == [
        found.boolean("gift", default=False, key="a", age=value) for value in inside
    ]
    assert [False] * len(outside) == [
        found.boolean("gift", default=True, key="a", age=value) for value in outside
    ]


def test_order_of_texts() -> None:
    """With `as: text` texts are compared by code points, and numbers are no match."""
    found = features(
        **rule({"attribute": "plan", "greater_or_equal": "m", "as": "text"})
    )

    answers = [
        found.boolean("gift", default=False, key="a", plan=plan)
        for plan in ("m", "n", "ma", "l", "M", "", 7, None)
    ]
    assert [True, True, True, False, False, False, False, False] == answers


@pytest.mark.parametrize(
    ("clause", "message"),
    [
        ({"greater_than": "18"}, "rules[0].when.greater_than: give a number"),
        ({"greater_than": 18, "as": "text"}, "greater_than: give a text, to compare"),
        ({"starts_with": "a", "as": "number"}, "as: number goes with equals, in,"),
        ({"equals": "a", "as": "text"}, "when.as: text goes with greater_than,"),
        ({"equals": 1, "as": "word"}, "when.as: input should be 'number' or 'text'"),
    ],
)
def test_wrong_reading(clause: Any, message: str) -> None:
    """What doesn't go together is refused in its place."""
    with pytest.raises(InvalidDocument) as raised:
        features(**rule({"attribute": "age", **clause}))
    assert message in str(raised.value)


def test_metadata() -> None:
    """What a flag says of itself comes with each answer, in OpenFeature as well."""
    found = features(metadata={"ticket": "SHOP-7", "tier": 2})
    provider = CanaryProvider(found)
    details = provider.resolve_boolean_details("gift", False, EvaluationContext("a"))  # noqa: FBT003

    assert {"ticket": "SHOP-7", "tier": 2} == dict(found.details("gift").metadata)
    assert details.flag_metadata["ticket"] == "SHOP-7"
    assert details.flag_metadata["stale"] is False


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"rule": "x"}, "metadata.rule: each answer has this by itself"),
        ({"a b": 1}, "a name has up to 63"),
        ({"a": None}, "metadata.a: null counts as missing"),
        ({"a": [1]}, "metadata.a: give true, false, a number, or text"),
        ({f"m{n}": n for n in range(21)}, "metadata: "),
    ],
)
def test_wrong_metadata(metadata: Any, message: str) -> None:
    """Few, plain, and not by the names of what each answer has."""
    with pytest.raises(InvalidDocument) as raised:
        features(metadata=metadata)
    assert message in str(raised.value)

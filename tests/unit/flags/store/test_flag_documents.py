"""Every way to write a wrong flag, with the exact words that come back."""

from __future__ import annotations

from typing import Any

import pytest

from flags.errors import InvalidDocument
from flags.store.checks import read_file
from tests.unit.flags.store.wrong import (
    BOOLEAN,
    CLAUSE,
    DICTIONARY,
    EMPTY,
    GIFT,
    INTEGER,
    JOINS,
    JSON,
    LIST,
    MISSING,
    NAME,
    NOTHING,
    NULL,
    ONE_TYPE,
    OPERATORS,
    PERCENT,
    SCALAR,
    STRING,
    UNKNOWN,
    WEIGHT,
    problems,
    rule,
)


def nested(levels: int) -> dict[str, Any]:
    """A condition of that many levels."""
    condition: dict[str, Any] = {"attribute": "plan", "equals": "gold"}
    for _ in range(levels - 1):
        condition = {"all": [condition]}
    return condition


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"of": 1}, "of", UNKNOWN),
        ({"version": -1}, "version", "input should be greater than or equal to 0"),
        ({"version": "1"}, "version", INTEGER),
        ({"enabled": "yes"}, "enabled", BOOLEAN),
        ({"enabled": 1}, "enabled", BOOLEAN),
        ({"description": 7}, "description", STRING),
        (
            {"description": "x" * 2_049},
            "description",
            "string should have at most 2048 characters",
        ),
        ({"off": "of"}, "off", "no variant 'of'; defined: on, off, $default"),
        ({"serve": "none"}, "serve", "no variant 'none'; defined: on, off, $default"),
        (
            {"serve": {"on": 20, "off": 70}},
            "serve",
            "the percentages add up to 90, not 100",
        ),
        (
            {"serve": {"on": 33.3, "off": 66.6}},
            "serve",
            "the percentages add up to 99.9, not 100",
        ),
        ({"serve": {}}, "serve", "the percentages add up to 0, not 100"),
        ({"serve": {"on": True, "off": 99}}, "serve.on", PERCENT),
        ({"serve": {"on": "100"}}, "serve.on", PERCENT),
        ({"serve": {"on": float("nan"), "off": 0}}, "serve.on", PERCENT),
        ({"serve": ["on"]}, "serve", STRING),
        ({"weight": 10}, "weight", WEIGHT),
        ({"variants": {"on": True, "off": 0}}, "variants", ONE_TYPE),
        ({"variants": {"on": 1, "off": "1"}}, "variants", ONE_TYPE),
        ({"variants": {"on": None}, "off": "on"}, "variants.on", JSON),
        ({"variants": {"on": 1, "off": float("inf")}}, "variants.off", JSON),
        ({"variants": {"on": 1, "off": 2**63}}, "variants.off", JSON),
        ({"variants": {"on": "1", "off": "\ud800"}}, "variants.off", JSON),
        ({"variants": {"on": [1], "off": [{"x": float("nan")}]}}, "variants.off", JSON),
        ({"variants": {"on": {"a": 1}, "off": {1: "a"}}}, "variants.off", JSON),
        ({"variants": {"on": [1], "off": [(1,)]}}, "variants.off", JSON),
        (
            {"variants": {"group": None}, "off": "group", "serve": "group"},
            "variants.group",
            JSON,
        ),
        (
            {"targets": {"oh": ["ann"]}},
            "targets.oh",
            "no variant 'oh'; defined: on, off, $default",
        ),
        (
            {"targets": {"on": ["ann"], "off": ["ann"]}},
            "targets.off",
            "'ann' is named for two variants",
        ),
        ({"targets": {"on": "ann"}}, "targets.on", LIST),
        ({"targets": {"on": [7]}}, "targets.on[0]", STRING),
        ({"targets": {"on": [""]}}, "targets.on[0]", NOTHING),
        ({"targets": ["ann"]}, "targets", DICTIONARY),
        ({"rules": {"a": 1}}, "rules", LIST),
        (
            rule(CLAUSE, "none"),
            "rules[0].serve",
            "no variant 'none'; defined: on, off, $default",
        ),
        (
            rule(CLAUSE, {"on": 1}, name="a"),
            "rules[0].serve",
            "the percentages add up to 1, not 100",
        ),
        (
            rule(CLAUSE, {"on": 100}),
            "rules[0].name",
            "missing; a rule with percentages needs one, to keep its users",
        ),
        (
            {"rules": [{"name": "a", "when": CLAUSE, "serve": "on"}] * 2},
            "rules[1].name",
            "a rule before is named 'a' too",
        ),
        (rule(CLAUSE, names="x"), "rules[0].names", UNKNOWN),
        (rule(CLAUSE | {"in": ["x"]}), "rules[0].when", OPERATORS),
        (rule({"attribute": "plan"}), "rules[0].when", OPERATORS),
        (rule({"attribute": "plan", "equals": None}), "rules[0].when.equals", NULL),
        (rule({"attribute": "plan", "like": "x"}), "rules[0].when.like", UNKNOWN),
        (rule({"attribute": "", "equals": 1}), "rules[0].when.attribute", NOTHING),
        (rule({"attribute": "a", "equals": [1]}), "rules[0].when.equals", SCALAR),
        (rule({"attribute": "a", "equals": "\udfff"}), "rules[0].when.equals", SCALAR),
        (rule({"attribute": "a", "in": ["x", None]}), "rules[0].when.in[1]", NULL),
        (rule({"attribute": "a", "in": "x"}), "rules[0].when.in", LIST),
        (
            rule({"attribute": "a", "less_than": "1"}),
            "rules[0].when.less_than",
            "give a number",
        ),
        (
            rule({"attribute": "a", "less_than": True}),
            "rules[0].when.less_than",
            "give a number",
        ),
        (
            rule({"attribute": "a", "starts_with": 1}),
            "rules[0].when.starts_with",
            "give a text, or a list of texts",
        ),
        (rule({"attribute": "a", "exists": "yes"}), "rules[0].when.exists", BOOLEAN),
        (rule({"attribute": "a", "equals": 1, "not": 1}), "rules[0].when.not", BOOLEAN),
        (rule({}), "rules[0].when", JOINS),
        (rule({"all": None}), "rules[0].when", JOINS),
        (rule({"all": [CLAUSE], "any": [CLAUSE]}), "rules[0].when", JOINS),
        (rule({"all": []}), "rules[0].when.all", EMPTY),
        (
            rule({"all": [CLAUSE, {"any": [{"attribute": "x"}]}]}),
            "rules[0].when.all[1].any[0]",
            OPERATORS,
        ),
        (rule(nested(17)), "rules[0].when", "conditions are nested deeper than 16"),
        (rule(nested(900)), "rules[0].when", "conditions are nested deeper than 16"),
    ],
)
def test_flag(changes: dict[str, Any], path: str, message: str) -> None:
    """One thing wrong with a flag is one line: where, what, and what to do."""
    expected = [f"flags.gift.{path}: {message}"]

    assert expected == problems({"flags": {"gift": {**GIFT, **changes}}})


@pytest.mark.parametrize("missing", ["variants", "off", "serve"])
@pytest.mark.parametrize("null", [True, False])
def test_missing(*, missing: str, null: bool) -> None:
    """What every flag needs is asked for; a key without a value is none."""
    flag = {key: value for key, value in GIFT.items() if key != missing}
    found = problems({"flags": {"gift": flag | ({missing: None} if null else {})}})

    assert f"flags.gift.{missing}: {MISSING}" == found[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b", NAME),
        ("", NAME),
        ("-a", NAME),
        ("é", NAME),
        ("a\n", NAME),
        ("a" * 64, NAME),
        (7, NAME),
        ("routing", "the name is taken by the routing document"),
    ],
)
def test_names(name: Any, expected: str) -> None:
    """A name fits into keys, tokens and URLs."""
    with pytest.raises(InvalidDocument) as raised:
        read_file({"flags": {name: GIFT}})

    assert [(f"flags.{name}", expected)] == [
        (problem.path, problem.message) for problem in raised.value.problems
    ]

"""Rules that never match, as far as that is certain."""

from __future__ import annotations

from typing import Any

import pytest

from admin_cli.lint import shadowing
from admin_cli.lint.shadowing import certain, implies, shadowed

DE: dict[str, Any] = {"attribute": "country", "equals": "DE"}
AT: dict[str, Any] = {"attribute": "country", "equals": "AT"}
ADULT: dict[str, Any] = {"attribute": "age", "greater_than": 17}
BETA: dict[str, Any] = {"segment": "beta"}


def listed(*countries: str, **more: Any) -> dict[str, Any]:
    """A condition on the country."""
    return {"attribute": "country", "in": [*countries], **more}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DE, dict(reversed(DE.items()))),
        (DE, listed("DE", "AT")),
        (listed("DE", "AT"), listed("AT", "CH", "DE")),
        (listed("DE", "AT", **{"not": True}), {**DE, "not": True}),
        ({"all": [DE, ADULT]}, DE),
        ({"all": [DE, ADULT]}, {"all": [ADULT, DE]}),
        (DE, {"any": [AT, DE]}),
        ({"any": [DE, AT]}, {"any": [AT, BETA, DE]}),
        ({"any": [DE, AT]}, listed("DE", "AT")),
        ({"all": [ADULT, {"any": [DE, AT]}]}, {"any": [AT, DE]}),
    ],
)
def test_a_narrower_condition_implies_a_wider_one(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Whoever meets the first meets the second."""
    assert implies(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DE, AT),
        (listed("DE", "AT"), DE),
        (DE, {**DE, "not": True}),
        (DE, {**DE, "ignore_case": True}),
        ({**DE, "not": True}, listed("DE", "AT", **{"not": True})),
        (DE, {"all": [DE, ADULT]}),
        ({"any": [DE, ADULT]}, DE),
        ({"none": [DE]}, DE),
        ({"attribute": "n", "equals": 1}, {"attribute": "n", "equals": True}),
        ({"attribute": "a", "equals": 1}, {"attribute": "b", "in": [1]}),
    ],
)
def test_nothing_uncertain_is_implied(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """What may hold alone is not implied."""
    assert not implies(one, other)


THERE = {"attribute": "email", "exists": True}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"any": [THERE, {**THERE, "exists": False}]}, True),
        ({"any": [THERE, {**THERE, "not": True}]}, True),
        ({"any": [DE, BETA, {**BETA, "not": True}]}, True),
        ({"all": [{"any": [BETA, {**BETA, "not": True}]}]}, True),
        ({"any": [BETA, {"segment": "alpha", "not": True}]}, False),
        # A value of the wrong type meets neither.
        ({"any": [ADULT, {**ADULT, "not": True}]}, False),
        ({"any": [THERE, {"attribute": "age", "exists": False}]}, False),
        ({"all": [BETA, {**BETA, "not": True}]}, False),
        (BETA, False),
    ],
)
def test_a_condition_for_everyone_is_known(
    when: dict[str, Any], *, expected: bool
) -> None:
    """Being in a segment or not, and having an attribute or not, is everyone."""
    assert expected is certain(when)


def test_deep_conditions_are_compared_once_each() -> None:
    """Nesting that repeats itself doesn't multiply the work."""
    one = other = DE
    for _ in range(11):
        one = {"all": [{"any": [one, AT]}, {"any": [one, BETA]}]}
        other = {"any": [{"all": [other, AT]}, {"all": [other, ADULT]}]}

    assert not implies(one, other)


def test_a_rule_is_shadowed_by_the_first_that_takes_all_of_it() -> None:
    """Each shadowed rule is told once, with the earliest rule to blame."""
    conditions = [BETA, listed("DE", "AT"), ADULT, DE, {"all": [BETA, AT]}]
    rules = [{"when": when, "serve": "on"} for when in conditions]

    assert [(3, 1), (4, 0)] == list(shadowed(rules))


@pytest.mark.parametrize("shared", [[], [BETA]])
def test_thousands_of_rules_are_compared_with_few_others(
    monkeypatch: pytest.MonkeyPatch, shared: list[dict[str, Any]]
) -> None:
    """With those alone whose rarest part they have in common."""
    asked = []
    implies = shadowing._Judge.implies  # noqa: SLF001 - how often is the point

    def counted(judge: Any, one: Any, other: Any) -> bool:
        asked.append(1)
        return implies(judge, one, other)

    monkeypatch.setattr(shadowing._Judge, "implies", counted)  # noqa: SLF001
    rules = [
        {"when": {"all": [*shared, {"attribute": "n", "equals": n}]}}
        for n in (*range(1000), 7)
    ]

    assert [(1000, 7)] == list(shadowed(rules))
    assert len(asked) < 10_000


def test_rules_after_one_for_everyone_are_shadowed() -> None:
    """By an earlier one that takes all of them, or else by that one."""
    everyone = {"any": [BETA, {**BETA, "not": True}]}
    conditions = [DE, everyone, DE, AT, everyone]

    found = shadowed([{"when": when} for when in conditions])

    assert [(2, 0), (3, 1), (4, 1)] == list(found)


def test_a_rule_is_compared_with_so_many_others_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where all have everything in common, some shadows are not seen."""
    monkeypatch.setattr(shadowing, "_MOST", 3)
    rules = [{"when": listed("DE", f"c{n}")} for n in range(5)]

    assert [(5, 1)] == list(shadowed([*rules, {"when": listed("DE", "c1")}]))
    assert [] == list(shadowed([*rules, {"when": listed("DE", "c4")}]))


def test_draws_of_two_rules_are_apart() -> None:
    """The same percentage draws other users in another rule, unless a seed is given."""
    apart = [{"name": name, "when": {"percentage": 30}} for name in "ab"]
    seeded = [{"name": name, "when": {"percentage": 30, "seed": "s"}} for name in "ab"]

    assert [] == list(shadowed(apart))
    assert [(1, 0)] == list(shadowed(seeded))

"""Rollouts in documents: who may hold one, and in which shape."""

from __future__ import annotations

from typing import Any

import pytest

from flags.errors import InvalidDocument
from flags.store.checks import read_document, read_file
from flags.store.plans import live, running
from tests.unit.flags.store.plans.running import release, rollout
from tests.unit.flags.store.wrong import GIFT, SHOP, problems

STANDARD = "standard"


def wrong(body: Any) -> list[str]:
    """What is said about a stored document."""
    with pytest.raises(InvalidDocument) as raised:
        read_document("shop", body)
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"until": "2026-12-01T10:00:00Z", "services": ["web"], "admitted": ["beta"]},
        {"phase": "paused", "paused": {"from": "baking", "cause": "hand", "left": 30}},
        {"phase": "paused", "paused": {"from": "progressing", "cause": "gate"}},
        {"versions": {"stable": "12", "canary": "13"}},
        {"approvals": [{"step": 2, "by": "ann", "at": "2026-12-01T10:00:00Z"}]},
    ],
)
def test_stored_as_it_is(changes: dict[str, Any]) -> None:
    """A rollout is stored to the letter, defaults and all."""
    body = release(**changes)

    assert body == read_document("shop", body).body()


def test_a_stored_plan_is_written_out() -> None:
    """A plan under way leaves nothing to a default that may change."""
    plan = {"steps": [{"weight": 100, "bake": "1m"}]}

    assert [
        (
            "flags.shop.rollout.plan: a plan that is carried out has all its defaults "
            "written out"
        )
    ] == wrong(release(plan=plan))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"phase": "flying"}, "phase: input should be 'pending', 'progressing', "),
        ({"step": -1}, "step: input should be greater than or equal to 0"),
        ({"more": 1}, "more: unknown key; remove it or mend its spelling"),
        ({"id": "x"}, "id: string should match pattern"),
        ({"plan": "standard"}, "plan: expected a mapping"),
        ({"colours": {"stable": "red"}}, "colours.stable: input should be 'blue' or "),
    ],
)
def test_damage(changes: dict[str, Any], problem: str) -> None:
    """A rollout of another shape is refused, with its place."""
    found = wrong(release(**changes))

    assert found[0].startswith(f"flags.shop.rollout.{problem}")


def test_a_file_brings_none() -> None:
    """A rollout in a file is refused, whatever its shape, and nothing else about it."""
    message = "can't be set in a file; `canary rollout` moves it, so remove it here"
    shop = {**SHOP, "rollout": {"wrong": 1}}

    assert [f"flags.shop.rollout: {message}"] == problems({"flags": {"shop": shop}})
    assert read_file({"flags": {"shop": {**SHOP, "rollout": None}}}).flags


def test_only_releases() -> None:
    """A plain flag has neither a plan nor a rollout."""
    body = {**GIFT, "plan": STANDARD, "rollout": rollout()}

    assert [
        "flags.shop.plan: only a release has a plan; remove it, or add `release`",
        "flags.shop.rollout: only a release has a rollout; remove it, or add `release`",
    ] == wrong(body)


def test_the_rule_of_those_admitted() -> None:
    """Nobody may name a rule as the rollout's own."""
    rule = {"name": "rollout-admitted", "when": {"segment": "beta"}, "serve": "canary"}

    assert [
        (
            "flags.shop.rules[0].name: the name is taken by those whom a rollout "
            "admits; choose another"
        )
    ] == wrong({**SHOP, "rules": [rule]})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (False, False)),
        ({"rollout": "damaged"}, (False, False)),
        ({"rollout": {"phase": ["paused"]}}, (False, False)),
        (release(phase="pending"), (True, True)),
        (release(phase="paused"), (True, True)),
        (release(phase="draining"), (False, True)),
        (release(phase="aborted"), (False, False)),
        (release(phase="completed"), (False, False)),
    ],
)
def test_what_a_rollout_decides(body: Any, expected: tuple[bool, bool]) -> None:
    """Until it is over a rollout decides about traffic; damage decides nothing."""
    assert expected == (live(body), running(body))

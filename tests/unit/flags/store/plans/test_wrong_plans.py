"""Plans that are no good, and what is said about each."""

from __future__ import annotations

from typing import Any

import pytest

from flags.errors import InvalidDocument
from flags.store.checks import read_file
from flags.store.plans import canonical

LENGTH = "write a whole number and its unit, such as 90s, 10m, 2h"
SPEED = "write a whole number and its unit, such as 800ms, 2s"
KNOWN = (
    "ready-made are cautious, standard, fast, AllAtOnce, Canary10Percent5Minutes, "
    "Canary10Percent10Minutes, Canary10Percent15Minutes, Canary10Percent30Minutes, "
    "Linear10PercentEvery1Minute, Linear10PercentEvery2Minutes, "
    "Linear10PercentEvery3Minutes, Linear10PercentEvery10Minutes"
)
TOLD = (
    "is neither an SNS topic nor an EventBridge bus; give its ARN, "
    "arn:aws:sns:REGION:ACCOUNT:NAME or arn:aws:events:REGION:ACCOUNT:event-bus/NAME"
)
ONE_KIND = "a step has one of weight, groups or gate"
MISSING = "missing; say how long this step is watched, such as 10m"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:rollouts"
FIVE = {"weight": 5, "bake": "10m"}
ALL = {"weight": 100, "bake": "10m"}


def said(plan: Any) -> list[str]:
    """What is wrong with a plan."""
    with pytest.raises(InvalidDocument) as raised:
        canonical(plan)
    return [str(problem) for problem in raised.value.problems]


def steps(*given: Any, **more: Any) -> dict[str, Any]:
    """A plan of these steps."""
    return {"steps": [*given], **more}


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        (
            "standrad",
            f"plan: no plan is named 'standrad'; did you mean standard? {KNOWN}",
        ),
        ("x", f"plan: no plan is named 'x'; {KNOWN}"),
        (5, "plan: expected a mapping"),
        ({}, "plan.steps: field required"),
        (steps(), "plan.steps: 0 steps; a plan has 1 to 50"),
        (steps(*[FIVE] * 51), "plan.steps: 51 steps; a plan has 1 to 50"),
        (steps(5), "plan.steps[0]: expected a mapping"),
        (
            steps(FIVE, speed=1),
            "plan.speed: unknown key; remove it or mend its spelling",
        ),
        (
            steps(ALL, FIVE),
            (
                "plan.steps[1].weight: 5 is below the 100 of a step before; "
                "weights never go down"
            ),
        ),
        (
            steps(FIVE, {"weight": 50, "bake": "1m"}, ceiling=25),
            (
                "plan.steps[1].weight: 50 is over the ceiling of 25; "
                "lower it, or raise `ceiling`"
            ),
        ),
        (
            steps(FIVE, ceiling=0),
            "plan.ceiling: zero; nobody would ever be on the canary",
        ),
        (
            steps({"weight": 101, "bake": "1m"}),
            "plan.steps[0].weight: give a percentage from 0 to 100, in steps of 0.001",
        ),
    ],
)
def test_steps(plan: Any, problem: str) -> None:
    """Names, steps and their weights."""
    assert [problem] == said(plan)


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ({}, f": {ONE_KIND}"),
        ({"bake": "5m"}, f": {ONE_KIND}"),
        (
            FIVE | {"groups": ["beta"]},
            f": {ONE_KIND}, not weight and groups in one",
        ),
        (
            FIVE | {"gate": {}},
            f": {ONE_KIND}, not weight and gate in one",
        ),
        ({"weight": 5}, f".bake: {MISSING}"),
        ({"weight": 5, "bake": None}, f".bake: {MISSING}"),
        ({"groups": ["beta"]}, f".bake: {MISSING}"),
        ({"weight": 5, "bake": 10}, f".bake: 10 has no unit; {LENGTH}"),
        ({"weight": 5, "bake": "10"}, f".bake: '10' has no unit; {LENGTH}"),
        ({"weight": 5, "bake": 0}, f".bake: 0 has no unit; {LENGTH}"),
        ({"weight": 5, "bake": "0m"}, ".bake: '0m' is zero; give at least 1s"),
        ({"weight": 5, "bake": "31d"}, ".bake: '31d' is not from 1s to 30d"),
        (
            {"weight": 5, "bake": "1.5h"},
            f".bake: '1.5h' is no length of time; {LENGTH}",
        ),
        (
            {"weight": 5, "bake": "800ms"},
            f".bake: '800ms' is no length of time; {LENGTH}",
        ),
        (
            {"weight": 5, "bake": "\u0665m"},
            f".bake: '\u0665m' is no length of time; {LENGTH}",
        ),
        ({"weight": 5, "bake": True}, f".bake: {LENGTH}"),
        (
            {"groups": [], "bake": "5m"},
            ".groups: names no segment; name those who go first, or remove the step",
        ),
        (
            {"groups": ["beta", "beta"], "bake": "5m"},
            ".groups[1]: beta is on the canary already; remove it here",
        ),
        (
            {"gate": {"approvers": []}},
            (
                ".gate.approvers: nobody may approve; "
                "name somebody, or leave it out and anybody may"
            ),
        ),
        ({"gate": {"timeout": "0s"}}, ".gate.timeout: '0s' is zero; give at least 1s"),
        ({"gate": True}, ".gate: expected a mapping"),
        (
            {"gate": {}, "bake": "5m"},
            ".bake: a gate only waits; put it on the step after it",
        ),
        (
            {"gate": {}, "before": [{"invoke": "smoke"}]},
            ".before: a gate only waits; put it on the step after it",
        ),
    ],
)
def test_one_step(step: dict[str, Any], problem: str) -> None:
    """A step has one kind, a bake, and somebody who may open its gate."""
    assert [f"plan.steps[0]{problem}"] == said(steps(step))


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        ({}, ".invoke: field required"),
        ({"invoke": "a b"}, (".invoke: 'a b' is no Lambda function; give its name or "
         "ARN, such as shop-smoke:live")),
        ({"invoke": TOPIC}, (f".invoke: {TOPIC!r} is no Lambda function; give its name "
         "or ARN, such as shop-smoke:live")),
        ({"invoke": "arn:aws:lambda:eu-west-1:123456789012:function:smoke:$LATEST"},
         ".invoke: $LATEST may change at any moment; name an alias or a version"),
        ({"invoke": "a", "timeout": "6m"}, ".timeout: '6m' is not from 1s to 5m"),
        ({"invoke": "a", "payload": {"x": "y" * 4096}},
         ".payload: 4104 bytes of JSON; keep it to 4096"),
        ({"invoke": "a", "payload": {"x": float("inf")}},
         ".payload: give JSON no deeper than 16"),
        ({"invoke": "a", "every": "30s"}, ".every: '30s' is not from 1m to 1d"),
    ],
)  # fmt: skip
def test_checks(check: dict[str, Any], problem: str) -> None:
    """A check names a function, and ends."""
    plan = steps(FIVE | {"during": [check]})

    assert [f"plan.steps[0].during[0]{problem}"] == said(plan)


@pytest.mark.parametrize(
    ("guards", "problem"),
    [
        ({"latency": ["16m"]}, "latency[0]: '16m' is not from 1ms to 15m"),
        ({"latency": [800]}, f"latency[0]: 800 has no unit; {SPEED}"),
        ({"latency": ["0ms"]}, "latency[0]: '0ms' is zero; give at least 1ms"),
        (
            {"latency": ["1s", "1000ms"]},
            "latency[1]: '1000ms' is there twice; remove one",
        ),
        ({"alarms": ["a", "b", "a"]}, "alarms[2]: 'a' is there twice; remove one"),
        (
            {"alarms": ["arn:aws:cloudwatch:x"]},
            "alarms[0]: give the alarm's name, not its ARN",
        ),
        (
            {"alarms": ["x" * 256]},
            "alarms[0]: 256 characters; the name of an alarm has 255 at most",
        ),
        (
            {"errors": True},
            "errors: give a mapping of alpha, tolerance and floor, or false",
        ),
        ({"errors": {"alpha": 0}}, "errors.alpha: give a number from 0.0001 to 0.5"),
        (
            {"errors": {"tolerance": 3}},
            (
                "errors.tolerance: give a number from 1 to below 3; "
                "3 times the odds is bad"
            ),
        ),
        (
            {"errors": {"floor": {"share": 100}}},
            "errors.floor.share: give a number between 0 and 100",
        ),
    ],
)
def test_guards(guards: dict[str, Any], problem: str) -> None:
    """What ends a rollout by itself can be judged."""
    assert [f"plan.guards.{problem}"] == said(steps(FIVE, guards=guards))


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (
            {"inconclusive": "wait"},
            "inconclusive: 'wait' is none of advance, extend, pause, abort",
        ),
        (
            {"inconclusive": ["abort"]},
            "inconclusive: ['abort'] is none of advance, extend, pause, abort",
        ),
        (
            {"deadline": "15m"},
            (
                "deadline: '15m' is too short for 20m of bakes, a minute to begin, and "
                "one for each step; shorten them, or give 23m at least"
            ),
        ),
        (
            {"deadline": "22m"},
            (
                "deadline: '22m' is too short for 20m of bakes, a minute to begin, and "
                "one for each step; shorten them, or give 23m at least"
            ),
        ),
        ({"drain": "0s"}, "drain: '0s' is zero; give at least 1s"),
        ({"notify": ["topic"]}, f"notify[0]: 'topic' {TOLD}"),
        (
            {"notify": [TOPIC, TOPIC]},
            f"notify[1]: {TOPIC!r} is there twice; remove one",
        ),
    ],
)
def test_the_rest(more: dict[str, Any], problem: str) -> None:
    """What an undecided bake does, deadlines, and whom to tell."""
    assert [f"plan.{problem}"] == said(steps(FIVE, ALL, **more))


def test_the_deadline_that_nobody_wrote() -> None:
    """The default counts, and what no deadline allows is said to be so."""
    long, longest = {"weight": 5, "bake": "30h"}, {"weight": 5, "bake": "30d"}

    assert [
        (
            "plan.deadline: 24h, the default, is too short for 30h of bakes, a minute "
            "to begin, and one for each step; shorten them, or give 1802m at least"
        )
    ] == said(steps(long))
    assert [
        (
            "plan.deadline: '30d' is too short for 60d of bakes, a minute to begin, "
            "and one for each step; shorten them, no rollout lasts over 30d"
        )
    ] == said(steps(longest, longest, deadline="30d"))


def test_all_at_once() -> None:
    """Shapes and what steps say of each other come out together, in a file too."""
    plan = {
        "steps": [{"weight": 5, "bake": 10}, {"weight": 3, "bake": "1m"}, {"gate": 1}],
        "inconclusive": "x",
    }
    shop = {"release": {"services": ["web"]}, "plan": plan, "weight": 101}
    with pytest.raises(InvalidDocument) as raised:
        read_file({"flags": {"shop": shop}})

    assert [
        "flags.shop.weight",
        "flags.shop.plan.steps[0].bake",
        "flags.shop.plan.steps[2].gate",
        "flags.shop.plan.inconclusive",
        "flags.shop.plan.steps[1].weight",
    ] == [problem.path for problem in raised.value.problems]

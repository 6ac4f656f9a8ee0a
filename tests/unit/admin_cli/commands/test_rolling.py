"""`rollout start` and `rollout plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.admin_cli.rollouts.account import alarm, function

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.admin_cli.conftest import Canary, Table

LOOK_ON = "canary: look on with `canary rollout status shop --watch`\n"
START = ("rollout", "start", "shop", "--skip-checks", "--author", "ana")
PLANNED = """
flags:
  shop:
    release: {services: [shop-checkout, shop-email]}
    plan: {steps: [{weight: 7, bake: 3m}, {gate: {approvers: [alice]}}]}
"""


def test_start_writes_a_rollout_and_says_what_will_happen(
    canary: Canary, table: Table
) -> None:
    """Nobody is on the canary yet: the controller enters the first step."""
    result = canary(*START, "--reason", "v42")

    assert 0 == result.code
    assert f"canary: the plan standard: 5 steps, 1h at best\n{LOOK_ON}" == result.err
    body = table.body("shop")
    assert ("pending", 0) == (body["rollout"]["phase"], body["weight"])
    (entry,) = table.store.history("shop", 1)
    assert ("ana", "v42", "rollout-start") == (
        entry.author,
        entry.reason,
        entry.action,
    )


def test_start_takes_the_plan_of_the_document(canary: Canary, table: Table) -> None:
    """What people wrote with the release is what it goes by; gates name people."""
    assert 0 == canary("apply", "-f", "-", stdin=PLANNED).code

    result = canary(*START)

    assert (
        "canary: the release's own plan: 2 steps, 3m at best, then it waits for "
        f"`promote --full`; alice approves step 2\n{LOOK_ON}"
    ) == result.err
    assert 7 == table.body("shop")["rollout"]["plan"]["steps"][0]["weight"]


def test_a_plan_comes_by_name_from_a_file_or_from_standard_input(
    canary: Canary, table: Table, tmp_path: Path
) -> None:
    """A file may have `plan:` around it, as documents do."""
    file = tmp_path / "plan.yaml"
    file.write_text("plan: {steps: [{weight: 3, bake: 5m}]}")
    canary(*START, "--plan-file", str(file))
    assert 3 == table.body("shop")["rollout"]["plan"]["steps"][0]["weight"]

    canary(
        *START, "--replace", "--plan-file", "-", stdin="steps: [{weight: 4, bake: 5m}]"
    )
    assert 4 == table.body("shop")["rollout"]["plan"]["steps"][0]["weight"]

    canary(*START, "--replace", "--plan", "Linear10PercentEvery1Minute")
    assert 10 == len(table.body("shop")["rollout"]["plan"]["steps"])


@pytest.mark.parametrize(
    ("argv", "stdin", "told"),
    [
        (
            ("--plan", "standrad"),
            "",
            "--plan: no plan is named 'standrad'; did you mean",
        ),
        (
            ("--plan-file", "-"),
            "steps: [{weight: 5, bake: 1m}, {weight: 1, bake: 1m}]",
            "plan.steps[1].weight: 1 is below the 5 of a step before",
        ),
        (
            ("--plan-file", "-"),
            "steps: [{weight: 5, bake: 0s}]",
            "plan.steps[0].bake: '0s' is zero",
        ),
        (("--plan-file", "-"), "5", "plan"),
        (("--plan", "fast", "--plan-file", "-"), "", "give --plan or --plan-file"),
        (
            ("--version-stable", "1"),
            "",
            "--version-canary: missing; give both versions, or none",
        ),
        (
            ("--version-stable", "1", "--version-canary", "$LATEST"),
            "",
            "--version-canary: '$LATEST' is no number of a Lambda version",
        ),
    ],
)
def test_what_cannot_be_started_is_refused_with_its_place(
    canary: Canary, table: Table, argv: tuple[str, ...], stdin: str, told: str
) -> None:
    """Bad input exits with 2, and writes nothing."""
    before = table.items()

    result = canary(*START, *argv, stdin=stdin)

    assert (2, "") == (result.code, result.out)
    assert told in result.err
    assert before == table.items()


def test_the_same_rollout_again_changes_nothing(canary: Canary, table: Table) -> None:
    """A pipeline that is run again does no harm."""
    versions = ("--version-stable", "1", "--version-canary", "2")
    canary(*START, *versions)
    before = table.items()

    result = canary(*START, *versions)

    assert (0, []) == (result.code, result.data["changes"])
    assert (
        "canary: shop runs this plan already, pending at step 1 of 5, 1 %; "
        "nothing changed\n"
    ) == result.err
    assert before == table.items()


@pytest.mark.parametrize(
    "other",
    [
        ("--plan", "fast", "--version-stable", "1", "--version-canary", "2"),
        ("--version-stable", "1", "--version-canary", "3"),
    ],
)
def test_another_rollout_is_a_conflict_unless_it_is_replaced(
    canary: Canary, table: Table, other: tuple[str, ...]
) -> None:
    """Another plan, or a new version: nobody's rollout is ended by accident."""
    canary(*START, "--version-stable", "1", "--version-canary", "2")
    first = table.body("shop")["rollout"]["id"]

    refused = canary(*START, *other)

    assert (4, "") == (refused.code, refused.out)
    assert (
        "canary: error: flags.shop.rollout: one runs already, pending at step 1 of 5, "
        "1 %; end it with `canary rollout abort shop`, or replace it with --replace\n"
    ) == refused.err
    assert first == table.body("shop")["rollout"]["id"]

    assert 0 == canary(*START, *other, "--replace").code
    assert first != table.body("shop")["rollout"]["id"]
    assert "rollout-replace" == table.store.history("shop", 1)[0].action


@pytest.mark.usefixtures("table")
def test_a_weight_that_was_set_by_hand_is_a_conflict_too(canary: Canary) -> None:
    """Somebody steers by hand; the plan takes over only if it is told to."""
    canary("set-weight", "shop", "5")

    result = canary(*START)

    assert 4 == result.code
    assert "the canary has a weight without a plan, 5 %" in result.err


def test_a_dry_run_writes_nothing(canary: Canary, table: Table) -> None:
    """It shows the change, and says what would happen."""
    before = table.items()

    result = canary(*START, "--dry-run")

    assert (0, True) == (result.code, result.data["dry_run"])
    assert "canary: a dry run: nothing was written\n" in result.err
    assert before == table.items()


def test_start_looks_at_aws_first(canary: Canary, table: Table) -> None:
    """What isn't there is a problem before anything is written; the rest is told."""
    function("shop-checkout", "2", blue="1", green="2")
    argv = ("rollout", "start", "shop", "--plan-file", "-")
    alarm("late", "ALARM")
    plan = "{steps: [{weight: 5, bake: 1m}], guards: {alarms: [late]}}"

    refused = canary(*argv, stdin=plan)

    assert 2 == refused.code
    assert "canary: error: aliases.shop-email: there is no function" in refused.err
    assert 1 == table.version("shop")

    function("shop-email", "2", blue="1", green="2")
    done = canary(*argv, stdin=plan)

    assert 0 == done.code
    assert "canary: the alarm late is red, so it is ignored until it is OK" in done.err
    assert {"stable": "1", "canary": "2"} == table.body("shop")["rollout"]["versions"]


@pytest.mark.usefixtures("table")
def test_plan_shows_steps_times_and_what_ends_it(canary: Canary) -> None:
    """A ready-made plan by its name, for people."""
    result = canary.terminal("rollout", "plan", "fast")

    assert (0, "") == (result.code, result.err)
    assert [line.rstrip() for line in result.out.splitlines()] == [
        "the plan fast: 3 steps, 15m at best",
        "",
        "STEP  WHAT   STARTS  TIME  CHECKS",
        "1     10 %   +0s     5m",
        "2     50 %   +5m     5m",
        "3     100 %  +10m    5m",
        "",
        (
            "It rolls back if users of the canary fail more often than stable's, over "
            "1.25 times the odds; if 5 of them and over 50 % fail with nobody "
            "on stable; if it is not over after 1d."
        ),
        "A bake that proves neither harm nor health goes on.",
        "At the end it is promoted; the version before is kept for 15m.",
    ]


def test_a_ready_made_plan_needs_no_table(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked of AWS for it."""
    monkeypatch.delenv("CANARY_TABLE")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    found = canary("rollout", "plan", "cautious").data

    assert ["origin", "seconds", "promotes", "steps", "plan"] == [*found]
    assert found["promotes"]


@pytest.mark.usefixtures("table")
def test_a_release_without_a_plan_would_go_by_the_usual_one(canary: Canary) -> None:
    """That is what `start` would take."""
    assert "the plan standard" == canary("rollout", "plan", "shop").data["origin"]
    refused = canary("rollout", "plan", "nosuch")
    assert 2 == refused.code
    assert refused.err.startswith("canary: error: NAME: no plan is named 'nosuch'")

"""`simulate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from admin_cli.simulation.asked import read
from admin_cli.simulation.effort import FEWEST, LONGEST, PATIENCE, USUAL, seconds
from rollouts.simulation import Fault, Step, Traffic

if TYPE_CHECKING:
    from tests.unit.admin_cli.conftest import Canary

QUICK = ("--steps", "1:5m,10:20m,50:10m", "--runs", "20")
PROBLEMS = """\
--requests: '-1' is no number of requests a minute up to 1000000, such as 120 or 0.5
--users: '1.5' is no whole number of users from 1 to 1000000000; leave it out if unknown
--errors: '100%' is no percentage from 0 to 99, such as 0.5%
--bug: '1x' is no bug's size: 10x is errors tenfold, 5% is so many requests more
--steps: step 2, '1:0m': '0m' is no time from 10s on, such as 30s, 10m, 2h or 1d
--steps: step 3, '200:10m': '200' is no percentage above 0, up to 100, such as 12.5
--steps: step 4, 'x': no step; list steps as in 1:10m,5:20m,50:1h
--steps: goes down from 5 % to 3 %; a rollout only goes up
--runs: '0' is no whole number from 1 to 10000
--seed: 'a' is no whole number from 0 to 1000000000
""".splitlines()


def options(**texts: str | None) -> dict[str, str | None]:
    """All options, as `simulate` passes them on."""
    usual: dict[str, str | None] = {
        "requests": "120",
        "users": None,
        "steps": "10:30m",
        "errors": "0.5%",
        "bug": "10x",
        "runs": None,
        "seed": "1",
    }
    return {f"--{name}": text for name, text in (usual | texts).items()}


def test_neither_the_table_nor_aws_is_asked(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It works where there is no table and no stack."""
    monkeypatch.delenv("CANARY_TABLE")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    result = canary("simulate", "--requests", "300", *QUICK)

    assert (0, "") == (result.code, result.err)
    assert 35 == result.data["minutes"]


def test_steps_tell_who_comes_who_fails_and_what_is_caught(canary: Canary) -> None:
    """Chances add up, and users are those of the weight and the time."""
    found = canary("simulate", "--requests", "300", *QUICK).data

    steps = found["steps"]
    assert [1, 10, 50] == [step["percent"] for step in steps]
    assert [15, 600, 1500] == [step["users"] for step in steps]
    assert found["caught"] == steps[-1]["caught_by_then"]
    assert found["caught"] == pytest.approx(sum(step["caught"] for step in steps))
    assert found["failed"] == steps[-1]["failed_by_then"]
    assert found["caught"] > 0.9
    assert 1 <= found["failed"] <= found["failed_most"]
    assert found["healthy"]["rolled_back"] < 0.2


def test_the_same_question_has_the_same_answer(canary: Canary) -> None:
    """The dice are the seed's."""
    argv = ("simulate", "--requests", "60", *QUICK)

    first, again = canary(*argv), canary(*argv, "--seed", "1")
    other = canary(*argv, "--seed", "2")

    assert first.out == again.out
    assert first.data["steps"] != other.data["steps"]


def test_thin_traffic_is_told_with_what_would_help(canary: Canary) -> None:
    """A step has its advice where a bug is likely to get by, and else none."""
    steps = canary("simulate", "--requests", "300", *QUICK).data["steps"]

    assert [True, False] == [step["thin"] for step in steps[:2]]
    assert (
        "about 15 users come to the canary, and the bug fails 0.7, where about 6.6 "
        "have to; take 15 % for 5m, or stay 45m at 1 %, or let a check send "
        "synthetic traffic"
    ) == steps[0]["advice"]
    assert steps[1]["advice"] is None


def test_what_helps_does_help(canary: Canary) -> None:
    """The longer step that is advised catches the bug."""
    steps = ("--steps", "1:45m", "--runs", "40")

    step = canary("simulate", "--requests", "300", *steps).data["steps"][0]

    assert step["caught"] > 0.6
    assert not step["thin"]


def test_where_nothing_helps_it_is_said(canary: Canary) -> None:
    """Nobody comes by, however long one waits."""
    found = canary("simulate", "--requests", "0.01", *QUICK).data

    assert "neither 50 % nor a week would do" in found["steps"][0]["advice"]
    assert found["advice"].startswith("traffic is too thin")
    assert (None, 0) == (found["caught_minutes"], found["caught"])


def test_nobody_is_left_to_compare_with_at_100_percent(canary: Canary) -> None:
    """More users of the canary are no help without any of stable."""
    argv = ("--steps", "100:20m", "--runs", "20")

    found = canary("simulate", "--requests", "30", *argv).data

    assert "nobody is left on stable" in found["steps"][0]["advice"]


def test_a_tolerated_bug_is_no_matter_of_traffic(canary: Canary) -> None:
    """No step is thin for a bug that the judge lets pass."""
    found = canary("simulate", "--requests", "60", "--bug", "1.2x", *QUICK).data

    assert [False] * 3 == [step["thin"] for step in found["steps"]]
    assert found["advice"].startswith("a bug this small is tolerated")


def test_people_get_a_table_and_sentences(canary: Canary) -> None:
    """The table is followed by what it comes to, in words."""
    told = canary.terminal("simulate", "--requests", "300", *QUICK).out

    assert told.startswith("300 requests a minute; the bug: errors from 0.5 % to 5 %;")
    assert "With the bug: rolled back in " in told
    assert "Without it: done after 35m; " in told
    assert "Step 1 (1 % for 5m) is too thin: about 15 users come" in told


def test_people_get_no_times_that_never_came(canary: Canary) -> None:
    """A rollout that nobody sees is neither caught nor proven."""
    argv = ("--requests", "0.5", "--users", "20", "--steps", "1:10s,1:135m")

    told = canary("simulate", *argv, "--runs", "3", "-o", "table").out

    assert told.startswith("0.5 requests a minute of 20 users; ")
    assert "With the bug: rolled back in 0 %; 0 users fail in the middle" in told
    assert "Without it: done after 2.3h; health proven in 0 %; rolled" in told
    assert "Step 1 (1 % for 10s) is too thin: about 0.0008 users come" in told


def test_all_that_is_wrong_is_told_at_once(canary: Canary) -> None:
    """Each problem has its option, and what to type instead."""
    argv = ("--requests", "-1", "--users", "1.5", "--errors", "100%", "--bug", "1x")
    steps = ("--steps", "5:10m,1:0m,200:10m,x,3:5m")

    result = canary("simulate", *argv, *steps, "--runs", "0", "--seed", "a")

    assert (2, "") == (result.code, result.out)
    assert PROBLEMS == [
        line.removeprefix("canary: error: ") for line in result.err.splitlines()
    ]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({"requests": "nan"}, "no number of requests"),
        ({"requests": "1_0"}, "no number of requests"),
        ({"requests": "10", "users": "20000"}, "more than the 14400 requests"),
        ({"errors": "20%"}, "10x of 20 % is more than all requests; at most 5x"),
        ({"errors": "0"}, "stable never fails, so nothing can be multiplied"),
        ({"bug": "5"}, "no bug's size"),
        ({"bug": ""}, "no bug's size"),
        ({"bug": "101%"}, "no bug's size"),
        ({"bug": "0%"}, "no bug's size"),
        ({"steps": ""}, "step 1, '': no step"),
        ({"steps": "0:10m"}, "'0' is no percentage above 0"),
        ({"steps": "5:9s"}, "'9s' is no time from 10s on"),
        ({"steps": "5:10"}, "'10' is no time"),
        ({"steps": "5:31d"}, "more than 30 days"),
        ({"steps": ",".join(["5:1m"] * 101)}, "101 steps; at most 100"),
        ({"runs": "10001"}, "whole number from 1 to 10000"),
        ({"runs": "9000"}, "to play; --runs "),
        (
            {"requests": "1000000", "errors": "20%", "bug": "3x"},
            "take shorter steps or fewer requests",
        ),
    ],
)
def test_what_cannot_be_played_is_refused(
    canary: Canary, texts: dict[str, str], told: str
) -> None:
    """Bad input exits with 2, before anything is played."""
    asked = {name: text for name, text in options(**texts).items() if text is not None}
    argv = [word for pair in asked.items() for word in pair]

    result = canary("simulate", *argv)

    assert (2, "") == (result.code, result.out)
    assert told in result.err


def test_bugs_multiply_or_add() -> None:
    """10x is of all requests, and 5 % of those that would have been fine."""
    tenfold = read(options(bug="10x")).fault.errors
    added = read(options(bug="5%")).fault.errors

    assert 0.005 + 0.995 * tenfold == pytest.approx(0.05)
    assert added == pytest.approx(0.05)


def test_times_and_percentages_as_people_type_them() -> None:
    """Seconds to days, fractions, a percent sign or none, blanks."""
    steps = read(options(steps="1%:30s, 2.5 : 1.5h,2.5:2d")).steps

    assert [(1, 0.5), (2.5, 90), (2.5, 2880)] == [
        (step.percent, step.minutes) for step in steps
    ]


def test_long_plans_are_played_less_often() -> None:
    """What isn't asked for takes seconds, and a note says what it cost."""
    short, long = read(options(steps="1:10m")), read(options(steps="1:1d"))

    assert (USUAL, None) == (short.runs, short.note)
    assert FEWEST == long.runs
    assert "20 rollouts, which takes about" in (long.note or "")
    assert (200, None) == (read(options(runs="200")).runs, None)


def test_effort_is_known_beforehand() -> None:
    """It grows with time, traffic and failures; the usual plan takes seconds."""
    plan = [Step(percent=5, minutes=60), Step(percent=50, minutes=30)]
    quiet, busy = Traffic(rate=120), Traffic(rate=100_000)
    bug = Fault(errors=0.045)

    assert seconds(quiet, bug, plan) < seconds(busy, bug, plan)
    assert seconds(quiet, bug, plan[:1]) < seconds(quiet, bug, plan)
    assert seconds(quiet, bug, plan) * USUAL < PATIENCE * 2 < LONGEST

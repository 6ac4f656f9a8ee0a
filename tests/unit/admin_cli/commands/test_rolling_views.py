"""`rollout status`, `history`, `analysis`; and how `list` and `get` tell of one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from admin_cli import clock
from flags.aborts import mark
from tests.unit.admin_cli.conftest import TABLE
from tests.unit.admin_cli.rollouts.steering import aborted, counted, paused, stepped

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.admin_cli.conftest import Canary, Table

START = ("rollout", "start", "shop", "--skip-checks", "--plan", "fast")
WATCH = ("rollout", "status", "shop", "--watch")


@pytest.fixture
def rolling(canary: Canary, table: Table) -> Table:
    """The table with a rollout of the shop that bakes at 10 %."""
    assert 0 == canary(*START, "--author", "ana").code
    stepped(table, 2)
    return table


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[float]]:
    """What others do while somebody sleeps between two looks; nobody really sleeps."""

    def during(*doings: Callable[[], Any]) -> list[float]:
        slept: list[float] = []
        pending = list(doings)

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            assert pending, "it should have ended by now"
            pending.pop(0)()

        monkeypatch.setattr(clock, "sleep", sleep)
        return slept

    return during


def test_status_is_a_record_for_programs(canary: Canary, rolling: Table) -> None:
    """JSON has the weight asked, the steps and the outcome."""
    result = canary("rollout", "status", "shop")

    assert (0, "") == (result.code, result.err)
    found = result.data
    assert ("shop", 4, "running") == (found["name"], found["version"], found["outcome"])
    assert {"asked": 10, "seen": None, "looks": 0} == found["weight"]
    assert ("baking", 1, 3) == tuple(
        found["rollout"][k] for k in ("phase", "step", "of")
    )
    assert rolling.body("shop")["rollout"]["id"] == found["rollout"]["id"]


def test_status_is_a_tree_for_people(canary: Canary, rolling: Table) -> None:
    """Evidence that was gathered is in it, with the verdict and what it is not."""
    counted(rolling, canary=(1, 40), stable=(4, 360))

    told = canary.terminal("rollout", "status", "shop").out

    assert told.startswith("shop: baking, step 1 of 3; rollout ")
    assert "  →  1  10 %                         5m, " in told
    assert "canary  green   40     1" in told
    assert "weight: 10 % asked, 10 % seen in 400 looks" in told
    assert "INCONCLUSIVE, nobody knows yet" in told


@pytest.mark.parametrize(
    ("moves", "code"),
    [
        ((), 0),
        ((("pause",),), 22),
        ((("abort",),), 20),
        ((("promote", "--full", "--yes"),), 0),
        ((("promote", "--full", "--yes"), ("undo", "--yes")), 20),
    ],
)
@pytest.mark.usefixtures("rolling")
def test_status_exits_with_the_outcome_if_asked(
    canary: Canary, moves: tuple[tuple[str, ...], ...], code: int
) -> None:
    """Without --exit-code it shows, and that is a success."""
    for verb, *options in moves:
        assert 0 == canary("rollout", verb, "shop", *options).code

    assert 0 == canary("rollout", "status", "shop").code
    assert code == canary("rollout", "status", "shop", "--exit-code").code


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("option", ["--watch", "--exit-code"])
def test_without_a_rollout_there_is_no_outcome(canary: Canary, option: str) -> None:
    """Nothing is not health."""
    result = canary("rollout", "status", "shop", option)

    assert 2 == result.code
    assert (
        "canary: error: shop has no rollout; "
        "start one with `canary rollout start shop`\n"
    ) == result.err
    assert canary("rollout", "status", "shop").data["rollout"] is None


def test_a_mark_of_the_routers_is_a_rollback_at_once(
    canary: Canary, rolling: Table
) -> None:
    """Everyone is on stable before the controller has written it down."""
    _mark(rolling)

    result = canary("rollout", "status", "shop", "--exit-code")

    assert 20 == result.code
    assert (0, "rolled_back") == (
        result.data["weight"]["asked"],
        result.data["outcome"],
    )
    assert result.data["rollout"]["marked"]


def test_watch_tells_each_change_once_and_ends_with_its_code(
    canary: Canary, rolling: Table, naps: Callable[..., list[float]]
) -> None:
    """In a pipe a change is a line of JSON; what stays the same is no line."""
    slept = naps(
        lambda: counted(rolling, canary=(0, 4), stable=(0, 36)),
        lambda: stepped(rolling, 1, verdict="PROVEN"),
        lambda: stepped(rolling, 1),
        lambda: aborted(rolling),
    )

    result = canary(*WATCH)

    assert 20 == result.code
    assert 4 == len(slept)
    told = [json.loads(line) for line in result.out.splitlines()]
    assert [
        ("running", "baking", 1),
        ("running", "baking", 1),
        ("running", "progressing", 2),
        ("running", "baking", 2),
        ("rolled_back", "aborted", 2),
    ] == [
        (one["outcome"], one["rollout"]["phase"], one["rollout"]["step"])
        for one in told
    ]
    assert [None, "INCONCLUSIVE"] == [
        (one["rollout"]["evidence"] or {}).get("verdict")
        and one["rollout"]["evidence"]["verdict"]["kind"]
        for one in told[:2]
    ]


def test_watch_is_a_line_a_change_in_a_log(
    canary: Canary, rolling: Table, naps: Callable[..., list[float]]
) -> None:
    """With tables asked for, people read it: no tree again and again."""
    naps(lambda: None, lambda: paused(rolling))

    result = canary(*WATCH, "-o", "table")

    assert 22 == result.code
    first, last = result.out.splitlines()
    assert "shop, baking, step 1 of 3, weight 10 %" in first
    assert "shop, paused (hand), step 1 of 3, weight 10 %: paused by bo" in last


def test_watch_draws_over_itself_on_a_terminal(
    canary: Canary, rolling: Table, naps: Callable[..., list[float]]
) -> None:
    """The last tree stays."""
    naps(lambda: paused(rolling))

    result = canary.terminal(*WATCH, colour=True)

    assert 22 == result.code
    assert "\x1b[2K" in result.out
    assert "next: `canary rollout resume shop`" in result.out


@pytest.mark.usefixtures("rolling")
def test_watch_ends_when_the_time_is_up(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rollout goes on without whoever watched."""
    began, passed = clock.now(), [0.0]
    monkeypatch.setattr(clock, "sleep", passed.append)
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(seconds=sum(passed)))

    result = canary(*WATCH, "--timeout", "10s")

    assert 21 == result.code
    assert 10 == sum(passed)
    assert "canary: the time is up, and the rollout still runs\n" == result.err


@pytest.mark.usefixtures("rolling")
def test_another_rollout_in_its_place_is_a_conflict(
    canary: Canary, naps: Callable[..., list[float]]
) -> None:
    """Whoever waits for one is not told of the other."""
    naps(lambda: canary(*START, "--replace"))

    result = canary(*WATCH)

    assert 4 == result.code
    assert "took the place of" in result.err


def test_history_has_the_transitions_of_all_rollouts(
    canary: Canary, rolling: Table
) -> None:
    """The latest first; what else was changed in the document is no transition."""
    canary("rollout", "abort", "shop", "--author", "bo", "--reason", "errors")
    text = "flags: {shop: {description: new, release: {services: [shop-checkout]}}}"
    canary("apply", "-f", "-", stdin=text)
    canary("rollout", "retry", "shop")

    rows = canary("rollout", "history", "shop").data

    assert ["pending", "aborted", "baking", "progressing", "pending"] == [
        row["phase"] for row in rows
    ]
    assert ("bo", "errors", "baking") == tuple(
        rows[1][key] for key in ("author", "reason", "was")
    )
    assert 2 == len({row["rollout"] for row in rows})
    assert [0, None, 10, 0, 0] == [row["weight"] for row in rows]
    assert 2 == len(canary("rollout", "history", "shop", "-n", "2").data)
    told = canary.terminal("rollout", "history", "shop").out.replace("\n", "")
    assert "aborted by bo: errors" in told
    assert "(errors)" not in told
    del rolling


@pytest.mark.usefixtures("table")
def test_a_release_that_never_had_a_rollout_says_so(canary: Canary) -> None:
    """An empty history is an empty list, and a note."""
    result = canary("rollout", "history", "shop")

    assert (0, []) == (result.code, result.data)
    assert "canary: shop has had no rollout yet\n" == result.err
    assert 2 == canary("rollout", "history", "search").code


def test_analysis_has_the_figures_of_the_judge(canary: Canary, rolling: Table) -> None:
    """Counts by measure and stratum, E and what it needs, the proof of health."""
    counted(rolling, canary=(1, 40), stable=(4, 360))

    found = canary("rollout", "analysis", "shop").data

    assert "INCONCLUSIVE" == found["verdict"]["kind"]
    (measure,) = found["measures"]
    assert ("errors", 20.0, 20.0) == tuple(
        measure[key] for key in ("measure", "evidence_needed", "proof_needed")
    )
    (stratum,) = measure["strata"]
    assert {"failed": 1, "of": 40} == stratum["canary"]
    assert {"failed": 4, "of": 360} == stratum["stable"]
    assert not found["share"]["suspect"]
    assert {} == found["errors"]
    told = canary.terminal("rollout", "analysis", "shop").out
    assert told.startswith("shop: INCONCLUSIVE (nobody knows yet): ")
    assert "1 of 40" in told


def test_the_evidence_of_a_rollout_outlives_it(canary: Canary, rolling: Table) -> None:
    """Why it was rolled back can still be seen afterwards."""
    counted(rolling, canary=(30, 40), stable=(4, 360))
    canary("rollout", "abort", "shop")

    assert "REGRESSED" == canary("rollout", "analysis", "shop").data["verdict"]["kind"]
    assert 40 == canary("rollout", "status", "shop").data["canary"]["users"]


@pytest.mark.usefixtures("rolling")
def test_without_evidence_nothing_is_judged(canary: Canary) -> None:
    """No verdict is not a good one."""
    result = canary("rollout", "analysis", "shop")

    assert (0, None, []) == (
        result.code,
        result.data["verdict"],
        result.data["measures"],
    )
    assert (
        "shop: nothing has been judged: no evidence has come in\n"
        == canary.terminal("rollout", "analysis", "shop").out
    )


def test_list_and_get_say_that_a_rollout_runs(canary: Canary, rolling: Table) -> None:
    """Briefly: which step of how many."""
    (row,) = [row for row in canary("list").data if row["name"] == "shop"]
    running = rolling.body("shop")["rollout"]["id"]

    assert {"id": running, "phase": "baking", "step": 1, "of": 3} == row["rollout"]
    listed = canary.terminal("list").out
    assert "blue stable, 10 % on green, baking, step 1 of 3" in listed
    assert (
        "canary: a rollout of shop runs (baking, step 1 of 3); see "
        "`canary rollout status shop`\n"
    ) == canary("get", "shop").err


def test_evidence_that_is_damaged_hides_nothing_else(
    canary: Canary, rolling: Table
) -> None:
    """The rollout is shown, with what is wrong with its evidence."""
    since = rolling.store.load().compiled["shop"]["release"]["since"]
    key = {"pk": {"S": f"evidence#shop#{since}#0"}, "sk": {"S": "totals"}}
    rolling.client.put_item(TableName=TABLE, Item=key | {"c#x": {"N": "1"}})

    result = canary("rollout", "status", "shop")

    assert (0, "baking") == (result.code, result.data["rollout"]["phase"])
    assert "which is no count" in result.data["rollout"]["trouble"]


@pytest.mark.parametrize("junk", ["junk", 5, {"id": "x"}])
def test_a_record_that_is_damaged_is_history(
    canary: Canary, rolling: Table, junk: Any
) -> None:
    """What can't be read hides nothing that happened before and after."""
    body = json.dumps({**rolling.body("shop"), "rollout": junk})
    rolling.client.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "flags"}, "sk": {"S": "shop"}},
        UpdateExpression="SET document = :it",
        ExpressionAttributeValues={":it": {"S": body}},
    )
    assert 0 == canary("rollout", "abort", "shop").code

    result = canary("rollout", "history", "shop")

    assert 0 == result.code
    assert [None, "baking"] == [row["phase"] for row in result.data[:2]]


def _mark(table: Table) -> None:
    """As a router does that has seen enough."""
    since = table.store.load().compiled["shop"]["release"]["since"]
    table.client.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "snapshot"}, "sk": {"S": "version"}},
        UpdateExpression="ADD aborted :mark",
        ExpressionAttributeValues={":mark": {"SS": [mark("shop", since)]}},
    )

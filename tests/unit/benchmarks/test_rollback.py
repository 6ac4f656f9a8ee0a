"""The pure parts of the benchmark `rollback`: what a run comes to, and the alarm."""

from __future__ import annotations

import pytest

from benchmarks.rollingback import alarm, score, writes
from benchmarks.rollingback.score import Found, NothingFailed
from benchmarks.rollingback.traffic import Sighting, sighting
from rollouts.evidence import layout
from rollouts.judge.tally import NOTHING, Count, Tally

KEYS = ("failing", "flush", "mark", "refresh")


def failure(at: float, user: str) -> Sighting:
    """A request that green failed."""
    return Sighting(at=at, user=user, colour="green", failed=True)


SEEN = [
    failure(103.0, "cleo"),
    failure(101.0, "ann"),
    failure(102.0, "ann"),
    failure(107.5, "ann"),
    failure(104.0, "ben"),
    Sighting(at=99.0, user="eve", colour="green", failed=False),
    Sighting(at=105.0, user="dan", colour="", failed=True),
    Sighting(at=120.0, user="eve", colour="blue", failed=False),
]


def found(
    told: dict[int, float], marked: float = 105.5, durable: float | None = None
) -> Found:
    """What somebody saw of a rollout that ended with two users judged."""
    return Found(told=told, judged=2, marked=marked, durable=durable)


def test_a_run_is_measured_from_its_first_failure() -> None:
    """Users count once, and the last request on green is the end."""
    seen = found({0: 99.0, 1: 102.5, 2: 105.0}, durable=140.0)
    run = score.scored(SEEN, seen, containers=3)
    assert (run.failed_users, run.failed_requests, run.strays) == (3, 5, 1)
    assert (run.weight_zero, run.mark, run.durable) == (6.5, 4.5, 39.0)
    assert (run.users_judged, run.containers) == (2, 3)
    assert run.rate == pytest.approx(6 / 6.5)


def test_the_parts_add_up() -> None:
    """Two users were judged: the second had failed at 103, the table knew at 105."""
    run = score.scored(SEEN, found({1: 102.5, 2: 105.0}), containers=3)
    assert run.parts == {"failing": 2.0, "flush": 2.0, "mark": 0.5, "refresh": 2.0}
    assert sum(run.parts.values()) == run.weight_zero


def test_more_may_be_told_at_once_than_were_judged() -> None:
    """Who had failed is in the first count that is no less."""
    run = score.scored(SEEN, found({1: 102.5, 3: 104.5}), containers=1)
    assert run.parts == {"failing": 2.0, "flush": 1.5, "mark": 1.0, "refresh": 2.0}


def test_nothing_looked_at_before_the_mark() -> None:
    """What nobody saw in the table was told just before the mark."""
    run = score.scored(SEEN, found({1: 102.5}), containers=1)
    assert run.parts == {"failing": 2.0, "flush": 2.5, "mark": 0, "refresh": 2.0}


def test_nobody_came_after_the_mark() -> None:
    """Then the mark took no longer than until the last request on green."""
    run = score.scored(SEEN, found({2: 105.0}, marked=109.0), containers=1)
    assert (run.weight_zero, run.mark) == (6.5, 8.0)
    assert run.parts == {"failing": 2.0, "flush": 2.0, "mark": 2.5, "refresh": 0}


def test_users_who_failed_are_counted() -> None:
    """Cold and warm ones, of the canary alone."""
    strata = {
        "cold": Count(canary=4, canary_failed=2),
        "warm": Count(stable=9, stable_failed=1, canary=1, canary_failed=1),
    }
    assert score.failed(Tally(counts={"errors": strata})) == 3
    assert score.failed(NOTHING) == 0


def test_a_run_without_failures_is_none() -> None:
    """A benchmark that failed nobody has measured nothing."""
    with pytest.raises(NothingFailed):
        score.scored(SEEN[-1:], found({}), containers=1)


def test_figures_are_medians_of_the_runs() -> None:
    """Those at the top are medians; a run that was not waited for has no abort."""
    runs = [
        score.scored(SEEN, found({2: 105.0}, marked=at, durable=durable), 1)
        for at, durable in ((105.5, None), (106.0, 140.0), (107.0, 142.0))
    ]
    figures = score.figures(runs)
    assert figures["seconds_to_weight_zero"] == 6.5
    assert figures["failed_users"] == 3
    assert figures["seconds_to_mark"] == 5.0
    assert figures["seconds_to_durable_abort"] == 40.0
    assert tuple(figures["parts"]) == KEYS
    assert [run["mark"] for run in figures["runs"]] == [4.5, 5.0, 6.0]


def test_what_a_user_saw() -> None:
    """The service says when it ran; without an answer the driver's clock counts."""
    body = {"at": 7.0, "colour": "green"}
    assert sighting("ann", 500, body, 9.0) == failure(7.0, "ann")
    lost = Sighting(at=9.0, user="ann", colour="", failed=True)
    assert sighting("ann", 0, {}, 9.0) == lost


def test_an_alarm_takes_two_to_four_minutes() -> None:
    """Two periods, a minute until their sums are known, and the alarm's own minute."""
    assert alarm.seconds() == (120.0, 180.0, 240.0)


def test_who_fails_meanwhile() -> None:
    """All of few users in the end, and as many as requests if there are many users."""
    assert alarm.failed(40, 2.0, 240.0) == pytest.approx(40, abs=0.01)
    assert alarm.failed(10**9, 2.0, 240.0) == pytest.approx(480, abs=0.01)


def test_writes_are_told_apart() -> None:
    """By the keys that evidence has."""
    claims = [layout.claim_key("shop", 7, kind, 1) for kind in ("errors", "user")]
    keys = [
        *claims,
        layout.totals_key("shop", 7, 3),
        layout.judge_key("shop", 7),
        {"pk": "snapshot", "sk": "version"},
    ]
    calls = [{"Key": {"pk": {"S": key["pk"]}}} for key in keys]
    names = ("claim", "newcomer", "totals", "judge", "other")
    assert writes.kinds(calls) == dict.fromkeys(names, 1)

"""What automation does with a rollout in the course of time."""

from __future__ import annotations

from typing import Any

import pytest

from flags.store.plans import READY
from rollouts.machine import moves
from rollouts.machine.rollout import iso
from rollouts.machine.seen import ALARM, OK, PASSED, UNKNOWN
from rollouts.machine.tick import tick
from tests.unit.rollouts.machine.play import (
    RESTING,
    SHORT,
    START,
    baking,
    completed,
    draining,
    look,
    of,
    paused,
    started,
    ticked,
)

Body = dict[str, Any]


def events(body: Body, *looks: Any) -> list[tuple[str, float | None]]:
    """The events that these looks lead to, with the weight after each."""
    found = []
    for seen in looks:
        while change := tick(body, seen):
            body = change.body
            found.append((change.event, body.get("weight")))
    return found


def test_a_good_release() -> None:
    """Groups, ten per cent, a gate, everyone, promotion, draining, in this order."""
    body = started()
    to_gate = [look(0), look(600), look(1200)]
    assert events(body, *to_gate) == [
        ("begin", 0),
        ("enter", 0),
        ("advance", 0),
        ("enter", 10),
        ("advance", 10),
        ("gate", 10),
    ]
    for seen in to_gate:
        body = ticked(body, seen)
    body = moves.approve("shop", body, by="ana", now=START + 1500)

    after = [look(1500), look(2100), look(3000)]

    assert events(body, *after) == [
        ("enter", 100),
        ("finish", None),
        ("complete", None),
    ]
    assert "green" == ticked(ticked(body, after[0]), after[1])["release"]["stable"]


@pytest.mark.parametrize("plan", READY.values(), ids=READY)
def test_ready_made_plans_end(plan: dict[str, Any]) -> None:
    """Every ready-made plan promotes a healthy canary in the time that it says."""
    body = moves.start("shop", RESTING, plan, id="abcd1234", now=START, by="ana")
    for quarter in range(4 * 24):
        body = ticked(body, look(900 * quarter))

    assert "completed" == of(body).phase


def test_change() -> None:
    """A change says what history and notifications tell."""
    change = tick(baking(), look(600, words="fine"))

    assert change is not None
    assert ("advance", "rollout-advance") == (change.event, change.action)
    assert "fine; next is step 2 of 2, 100 %" == change.why
    assert change.why == of(change.body).why


def test_begin_tells_alarms_apart() -> None:
    """Those that are red at the start are ignored, others count, and it is said."""
    body = started(SHORT, guards={"alarms": ["a", "b", "c"]})
    states = {"a": OK, "b": ALARM, "c": "INSUFFICIENT_DATA"}

    change = tick(body, look(alarms=states))

    assert change is not None
    assert {"watched": ["a", "c"], "ignored": ["b"]} == change.body["rollout"]["alarms"]
    assert change.why.endswith("in alarm at the start, so ignored until OK: b")


def test_ignored_alarms_stay_ignored() -> None:
    """What was red at the start says nothing about the canary."""
    body = ticked(started(SHORT, guards={"alarms": ["b"]}), look(alarms={"b": ALARM}))

    assert tick(body, look(60, alarms={"b": ALARM})) is None


@pytest.mark.parametrize("held", [False, True])
def test_an_alarm_that_was_red_counts_once_it_is_ok(*, held: bool) -> None:
    """Paused too; until then it may lose its data and turn red again."""
    pending = started(SHORT, guards={"alarms": ["a", "b"]})
    body = ticked(pending, look(alarms={"a": OK, "b": ALARM}))
    if held:
        body = moves.pause("shop", body, now=START, by="ana")
    for state in ("INSUFFICIENT_DATA", ALARM):
        assert tick(body, look(30, alarms={"a": OK, "b": state})) is None

    change = tick(body, look(60, alarms={"a": OK, "b": OK}))

    assert change is not None
    assert (change.event, change.action) == ("watch", "rollout-watch")
    assert change.why == "OK again, so it counts from now on: b"
    before = body["rollout"]
    assert change.body["rollout"] == {
        **before,
        "alarms": {"watched": ["a", "b"], "ignored": []},
    }
    assert tick(change.body, look(60, alarms={"a": OK, "b": OK})) is None
    second = tick(change.body, look(120, alarms={"a": OK, "b": ALARM}))
    assert second is not None
    assert (second.event, second.why) == ("abort", "in alarm: b")


def test_an_alarm_without_data_counts_once_it_has_some() -> None:
    """Nobody was on the canary before, so what watches it could have no data."""
    pending = started(SHORT, guards={"alarms": ["a"]})
    body = ticked(pending, look(alarms={"a": "INSUFFICIENT_DATA"}))
    assert tick(body, look(60, alarms={"a": "INSUFFICIENT_DATA"})) is None

    change = tick(body, look(120, alarms={"a": ALARM}))

    assert change is not None
    assert (change.event, change.why) == ("abort", "in alarm: a")


def test_cloudwatch_gives_no_answer() -> None:
    """Without the alarms nothing begins, and nobody else goes to the canary."""
    pending = started(SHORT, guards={"alarms": ["a"]})
    bakes = ticked(pending, look(alarms={"a": OK}))

    assert tick(pending, look(1000, alarms=None)) is None
    assert tick(bakes, look(1000, alarms=None)) is None


@pytest.mark.parametrize("state", [{}, {"before/1/0": UNKNOWN}])
def test_checks_are_waited_for(state: dict[str, str]) -> None:
    """A step isn't entered before its checks have passed."""
    body = ticked(ticked(started(), look()), look(600, checks=state))
    assert ("progressing", 1, 0) == (of(body).phase, of(body).step, body["weight"])

    assert tick(body, look(700, checks=state)) is None
    entered = ticked(body, look(700))
    assert (10, START + 1300) == (entered["weight"], of(entered).until)


def test_checks_of_a_bake_are_waited_for() -> None:
    """A bake isn't over before its checks have passed once more."""
    body = baking([{**SHORT[0], "during": [{"invoke": "probe:live"}]}, SHORT[1]])

    assert tick(body, look(600, checks={})) is None
    assert tick(body, look(600, checks={"during/0/0": PASSED})) is not None


def test_a_bake_takes_its_time() -> None:
    """Proof of health doesn't shorten it."""
    body = baking()

    assert tick(body, look(599.9)) is None
    assert tick(body, look(600)) is not None


def test_a_late_look_enters_one_step() -> None:
    """However late: the next step bakes from now on."""
    body = ticked(baking(), look(80_000))

    assert (100, START + 80_600) == (body["weight"], of(body).until)
    assert tick(body, look(80_599)) is None


def test_a_clock_that_was_set_back() -> None:
    """It lengthens a bake, and skips nothing."""
    body = ticked(baking(), look(600))

    assert tick(body, look(-4000)) is None
    assert tick(body, look(1199)) is None


@pytest.mark.parametrize(
    ("policy", "event", "phase"),
    [
        ("advance", "advance", "progressing"),
        ("extend", "extend", "baking"),
        ("pause", "hold", "paused"),
        ("abort", "abort", "aborted"),
    ],
)
def test_undecided(policy: str, event: str, phase: str) -> None:
    """The plan says what a bake does that shows neither harm nor health."""
    seen = look(600, verdict="INCONCLUSIVE", words="3 of 40 users")

    change = tick(baking(inconclusive=policy), seen)

    assert change is not None
    assert (event, phase) == (change.event, of(change.body).phase)
    assert "undecided: 3 of 40 users" in change.why


def test_extended_three_times() -> None:
    """Then a person decides; the next step may be extended as often."""
    body = baking(inconclusive="extend")
    found = []
    for minute in range(10, 60, 10):
        seen = look(60 * minute, verdict="INCONCLUSIVE")
        found += events(body, seen)
        body = ticked(body, seen)

    assert ["extend"] * 3 + ["hold"] == [event for event, _ in found]
    assert (3, "inconclusive") == (
        of(body).extended,
        body["rollout"]["paused"]["cause"],
    )
    on = moves.promote("shop", body, now=START + 3600, by="bob")
    assert 0 == of(on).extended


def test_no_verdict_is_waited_for() -> None:
    """Evidence that can't be read is no evidence of health."""
    assert tick(baking(), look(600, verdict=None)) is None


@pytest.mark.parametrize(
    "body",
    [
        baking(SHORT, guards={"errors": False}),
        baking([{"groups": ["testers"], "bake": "1m"}, *SHORT], inconclusive="abort"),
        baking([{"weight": 100, "bake": "1m"}], inconclusive="abort"),
    ],
)
@pytest.mark.parametrize("verdict", [None, "INCONCLUSIVE"])
def test_nothing_to_compare(body: Body, verdict: str | None) -> None:
    """Where no judge can know more, time served is all that there is."""
    change = tick(body, look(600, verdict=verdict))

    assert change is not None
    assert "time served" in change.why
    assert change.event in {"advance", "finish"}


def test_the_end_without_promotion() -> None:
    """A plan that ends below 100 waits for a person."""
    change = tick(baking([{"weight": 50, "bake": "1m"}]), look(60))

    assert change is not None
    assert ("hold", 50) == (change.event, change.body["weight"])
    assert "end" == change.body["rollout"]["paused"]["cause"]
    assert "the plan ends at 50 %; promote with --full, or abort" == change.why


@pytest.mark.parametrize("after", [60, 5000, 80_000])
def test_paused_never_advances(after: float) -> None:
    """Who pauses decides when it goes on."""
    assert tick(paused(), look(after)) is None


def test_draining() -> None:
    """The old colour keeps its version for a while; then it is over."""
    body = draining()
    assert iso(START + 1200 + 900) == body["rollout"]["until"]
    assert tick(body, look(2099)) is None

    change = tick(body, look(2100, verdict="REGRESSED", marked=True))

    assert change is not None
    assert ("complete", "completed") == (change.event, of(change.body).phase)
    assert "green" == change.body["release"]["stable"]


@pytest.mark.parametrize(
    "body",
    [
        dict(RESTING),
        {**RESTING, "weight": 10},
        {**RESTING, "rollout": 3},
        completed(),
        {**completed(), "weight": 10},
        moves.abort("shop", baking(), now=START, why="no"),
    ],
)
def test_nothing_to_do(body: Body) -> None:
    """Automation leaves alone what is no live rollout of a plan."""
    seen = look(100_000, verdict="REGRESSED", marked=True)

    assert tick(body, seen) is None


def test_a_lost_end() -> None:
    """A bake without an end lasts from its beginning for as long as it should."""
    body = baking()
    del body["rollout"]["until"]

    assert tick(body, look(599)) is None
    assert tick(body, look(600)) is not None


def test_a_lost_end_of_draining() -> None:
    """It drains for as long as the plan says, which a bake has nothing to do with."""
    body = draining()
    del body["rollout"]["until"]

    assert tick(body, look(2099)) is None
    assert tick(body, look(2100)) is not None

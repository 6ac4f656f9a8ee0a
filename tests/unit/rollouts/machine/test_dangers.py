"""What sends a rollout back to stable."""

from __future__ import annotations

from typing import Any

import pytest

from rollouts.machine import moves
from rollouts.machine.seen import ALARM, FAILED, OK, PASSED
from rollouts.machine.tick import tick
from tests.unit.rollouts.machine.play import (
    RESTING,
    SHORT,
    START,
    baking,
    gated,
    look,
    of,
    paused,
    started,
    ticked,
)

Body = dict[str, Any]
WATCHED = {"guards": {"alarms": ["a"]}}
ALARMS: dict[str, Any] = {"alarms": {"a": OK}}


def progressing() -> Body:
    """A body that waits for the checks of its second step."""
    return ticked(ticked(started(), look()), look(600, checks={}))


def aborted(body: Body, seen: Any) -> str:
    """Why the look aborts; fails unless everyone is on stable then."""
    change = tick(body, seen)
    assert change is not None
    assert ("abort", "rollout-abort") == (change.event, change.action)
    assert "weight" not in change.body
    assert "blue" == change.body["release"]["stable"]
    assert "aborted" == of(change.body).phase
    assert () == of(change.body).admitted
    return change.why


@pytest.mark.parametrize(
    "body", [started(), progressing(), baking(), paused(), gated()]
)
@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"marked": True}, "a sentinel aborted: the canary fails more often than"),
        (
            {"marked": True, "verdict": "REGRESSED", "words": "9 of 20"},
            "than stable: 9 of 20",
        ),
        ({"verdict": "REGRESSED", "words": "9 of 20 fail"}, "9 of 20 fail"),
        ({"verdict": "REGRESSED"}, "the canary fails more often than stable"),
        ({"canary_missing": ("web:green",)}, "the canary's alias is gone: web:green"),
        ({"weight": 99}, "weight 99 % is above the plan's "),
    ],
)
def test_in_every_live_phase(body: Body, seen: dict[str, Any], words: str) -> None:
    """Harm is heeded wherever users may meet the canary, paused too."""
    assert words in aborted(body, look(700, **seen))


@pytest.mark.parametrize("body", [started(), progressing(), baking(), paused()])
def test_deadline(body: Body) -> None:
    """Nothing waits for ever."""
    assert "the deadline of 24h is over" in aborted(body, look(86_400))


def test_deadline_tells_of_the_pause() -> None:
    """A pause that nobody ended is told."""
    assert aborted(paused(), look(86_400)).endswith("; it was paused (hand)")


def test_gate() -> None:
    """A gate waits as long as it says."""
    body = gated()

    assert tick(body, look(60 + 3599)) is None
    assert "nobody approved step 2 of 4, gate in time" == aborted(body, look(3660))


@pytest.mark.parametrize("pause", [False, True])
def test_alarm(*, pause: bool) -> None:
    """An alarm that was OK at the start counts, paused too."""
    body = ticked(started(SHORT, **WATCHED), look(**ALARMS))
    if pause:
        body = moves.pause("shop", body, now=START, by="ana")

    assert tick(body, look(60, **ALARMS)) is None
    assert "in alarm: a" == aborted(body, look(60, alarms={"a": ALARM}))


def test_unknown_alarm() -> None:
    """A guard that doesn't exist guards nothing."""
    body = started(SHORT, **WATCHED)

    assert "no such alarm: a" in aborted(body, look(alarms={}))


@pytest.mark.parametrize(
    ("body", "check", "invoked"),
    [
        (progressing(), "before/1/0", "smoke:live"),
        (
            baking([{**SHORT[0], "during": [{"invoke": "probe:live"}]}, SHORT[1]]),
            "during/0/0",
            "probe:live",
        ),
    ],
)
def test_failed_check(body: Body, check: str, invoked: str) -> None:
    """A check that fails aborts, before a step and in the middle of a bake."""
    seen = look(30, checks={check: FAILED})

    assert f"check {invoked} failed" == aborted(body, seen)


def test_a_check_of_another_step() -> None:
    """What a check said of another step says nothing of this one."""
    checks = {"before/0/0": FAILED, "before/1/0": PASSED}

    assert 10 == ticked(progressing(), look(700, checks=checks))["weight"]


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (progressing(), 600),
        (baking([{**SHORT[0], "during": [{"invoke": "probe:live"}]}, SHORT[1]]), 600),
    ],
)
def test_silent_check(body: Body, asked: float) -> None:
    """No answer is a failure in the end; until then it is waited for."""
    assert tick(body, look(asked + 329, checks={})) is None
    words = aborted(body, look(asked + 330, checks={}))
    assert words.endswith(" gave no answer in 30 s")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"weight": 11}, "weight 11 % is above the plan's 10 %"),
        (
            {"release": {"services": ["web"], "stable": "green"}},
            "the stable colour was changed by hand; it goes back to blue",
        ),
        (
            {"release": {"services": ["web", "api"], "stable": "blue"}},
            "services were added by hand: api",
        ),
    ],
)
@pytest.mark.parametrize("body", [baking(), paused()])
def test_edited(body: Body, edit: Body, words: str) -> None:
    """More users than the plan says, by hand: back to stable."""
    assert words == aborted({**body, **edit}, look(60))


def test_weight_removed() -> None:
    """Who takes the weight away has ended the rollout."""
    body = baking()
    del body["weight"]

    assert "the weight was removed or damaged by hand" in aborted(body, look(60))


def test_groups_admitted_by_hand() -> None:
    """Groups are on the canary when the plan says so."""
    body = baking()
    body["rollout"] = {**body["rollout"], "admitted": ["all"]}

    assert "doesn't name: all" in aborted(body, look(60))


def test_damage() -> None:
    """A record that can't be read is dropped, with the weight."""
    change = tick({**RESTING, "weight": 10, "rollout": {"phase": "baking"}}, look())

    assert change is not None
    assert RESTING == change.body
    assert ("abort", "the rollout in the document can't be read") == (
        change.event,
        change.why,
    )


@pytest.mark.parametrize("weight", ["10", None, True, [1], float("nan"), -5, 101])
def test_weight_that_is_none(weight: object) -> None:
    """A weight that no check let through is none: everyone goes back to stable."""
    why = aborted({**baking(), "weight": weight}, look(60))

    assert "the weight was removed or damaged by hand, so the rollout is over" == why


def test_the_shortest_deadline_is_kept() -> None:
    """The shortest deadline that a plan may have is long enough for its steps."""
    body, minute = started(SHORT, deadline="23m"), 0
    while of(body).live:
        minute += 1
        body = ticked(body, look(60 * minute + 59))

    assert "draining" == of(body).phase

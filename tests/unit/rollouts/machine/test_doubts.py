"""What makes a rollout wait for a person."""

from __future__ import annotations

from typing import Any

import pytest

from rollouts.machine import moves
from rollouts.machine.seen import OK
from rollouts.machine.tick import tick
from tests.unit.rollouts.machine.play import (
    SHORT,
    START,
    baking,
    look,
    of,
    paused,
    started,
    ticked,
)

Body = dict[str, Any]


def held(body: Body, seen: Any) -> tuple[str, str]:
    """The cause and the words of a pause that moves nobody."""
    change = tick(body, seen)
    assert change is not None
    assert "hold" == change.event
    assert body["weight"] == change.body["weight"]
    assert of(body).admitted == of(change.body).admitted
    assert tick(change.body, seen) is None
    return change.body["rollout"]["paused"]["cause"], change.why


@pytest.mark.parametrize("body", [started(), baking()])
@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (
            {"stable_missing": ("web:blue",)},
            "stable's own alias is gone: web:blue; create it again, then resume",
        ),
        (
            {"suspect": "40 of 50 users, not 5"},
            "users are not routed as the weight says: 40 of 50 users, not 5",
        ),
    ],
)
def test_broken(body: Body, seen: dict[str, Any], words: str) -> None:
    """Where more exposure would be as wrong as less, a person must look."""
    assert ("check", words) == held(body, look(60, **seen))


def test_a_watched_alarm_is_gone() -> None:
    """A guard that was deleted guards no more."""
    body = started(SHORT, guards={"alarms": ["a"]})
    body = ticked(body, look(alarms={"a": OK}))

    assert ("check", "an alarm is gone: a; create it again, then resume") == held(
        body, look(60, alarms={})
    )


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"weight": 5}, "weight 5 % is below the plan's 10 %"),
        ({"enabled": False}, "switched off by hand; enable it, then resume"),
        ({"release": {"services": ["api"]}}, "services were removed by hand: web"),
    ],
)
def test_edited(edit: Body, words: str) -> None:
    """Fewer users than the plan says: somebody meant something by it."""
    two = {"release": {"services": ["web", "api"]}}
    body = {**baking(SHORT, two), **edit}

    assert ("edited", words) == held(body, look(60))


def test_groups_taken_out() -> None:
    """Groups that were taken out by hand stay out until a person resumes."""
    body = baking([{"groups": ["testers"], "bake": "1m"}, *SHORT])
    body["rollout"] = {**body["rollout"], "admitted": []}

    assert ("edited", "groups were taken out by hand: testers") == held(body, look(30))


def test_paused_already() -> None:
    """A person who looks already isn't asked again."""
    seen = look(60, stable_missing=("web:blue",), suspect="x")

    assert tick({**paused(), "weight": 2}, seen) is None


def test_resumed() -> None:
    """After it was put right it goes on where it was."""
    change = tick(baking(), look(60, stable_missing=("web:blue",)))
    assert change is not None

    body = moves.resume("shop", change.body, now=START + 90, by="ana")

    assert START + 90 + 540 == of(body).until
    assert tick(body, look(100)) is None

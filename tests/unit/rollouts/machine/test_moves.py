"""What people do with a rollout, law by law."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from flags.errors import InvalidDocument, NoRollout
from rollouts.machine import moves
from rollouts.machine.rollout import Rollout
from tests.unit.rollouts.machine.play import (
    GATE,
    RESTING,
    SHORT,
    START,
    STEPS,
    baking,
    completed,
    draining,
    ended,
    gated,
    look,
    of,
    paused,
    plan,
    started,
    ticked,
)

Body = dict[str, Any]
NOW = START + 60
LIVE_WITHOUT = {**RESTING, "weight": 10}
PLAIN = {"variants": {"on": True}, "off": "on", "serve": "on"}


def aborted() -> Body:
    """A body whose rollout was aborted."""
    return moves.abort("shop", baking(), now=NOW, why="bad")


def again(body: Body, **given: Any) -> Body:
    """Start another rollout."""
    return moves.start(
        "shop", body, plan(SHORT), id="other123", now=NOW, by="bob", **given
    )


def refusal(move: Callable[[], object]) -> str:
    """The message with which a move is refused."""
    with pytest.raises((InvalidDocument, NoRollout)) as raised:
        move()
    return str(raised.value)


MOVES: dict[str, Callable[[Body], Body]] = {
    "start": again,
    "pause": lambda body: moves.pause("shop", body, now=NOW, by="bob"),
    "resume": lambda body: moves.resume("shop", body, now=NOW, by="bob"),
    "approve": lambda body: moves.approve("shop", body, now=NOW, by="ana"),
    "promote": lambda body: moves.promote("shop", body, now=NOW, by="bob"),
    "full": lambda body: moves.promote("shop", body, now=NOW, by="bob", full=True),
    "abort": lambda body: moves.abort("shop", body, now=NOW, why="bad"),
    "retry": lambda body: moves.retry("shop", body, id="other123", now=NOW, by="bob"),
    "undo": lambda body: moves.undo("shop", body, now=NOW, by="bob"),
}
BODIES: dict[str, Callable[[], Body]] = {
    "resting": lambda: dict(RESTING),
    "without": lambda: dict(LIVE_WITHOUT),
    "pending": started,
    "progressing": lambda: ticked(baking(STEPS), look(600, checks={})),
    "baking": baking,
    "paused": paused,
    "gate": gated,
    "end": ended,
    "draining": draining,
    "completed": completed,
    "aborted": aborted,
}
# Phase after the move; "same" is an unchanged body, None a refusal.
OUTCOMES: dict[str, dict[str, str]] = {
    "resting": {"start": "pending", "abort": "same"},
    "without": {"promote": "none", "full": "none", "abort": "none"},
    "pending": {"pause": "paused", "full": "draining", "abort": "aborted"},
    "progressing": {
        "pause": "paused",
        "promote": "baking",
        "full": "draining",
        "abort": "aborted",
    },
    "baking": {
        "pause": "paused",
        "promote": "progressing",
        "full": "draining",
        "abort": "aborted",
    },
    "paused": {
        "pause": "same",
        "resume": "baking",
        "promote": "progressing",
        "full": "draining",
        "abort": "aborted",
    },
    "gate": {
        "pause": "same",
        "approve": "progressing",
        "full": "draining",
        "abort": "aborted",
    },
    "end": {"pause": "same", "full": "draining", "abort": "aborted"},
    "draining": {"abort": "aborted", "undo": "aborted"},
    "completed": {"start": "pending", "abort": "same", "undo": "aborted"},
    "aborted": {"start": "pending", "abort": "same", "retry": "pending"},
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", BODIES)
def test_every_move_in_every_phase(state: str, move: str) -> None:
    """A move leads where it should, or is refused with a command that helps."""
    body = BODIES[state]()
    before, outcome = copy.deepcopy(body), OUTCOMES[state].get(move)

    if outcome is None:
        assert "`" in refusal(lambda: MOVES[move](body)) or move == "start"
    else:
        after = MOVES[move](body)
        found = Rollout.of(after)
        assert outcome == (
            "same" if after == before else found.phase if found else "none"
        )
        assert ("weight" in after) == (found is not None and found.live)

    assert before == body


def test_start_exposes_nobody() -> None:
    """A new rollout has weight 0 until automation enters its first step."""
    body = moves.start(
        "shop",
        RESTING,
        plan(),
        id="abcd1234",
        now=START,
        by="ana",
        versions={"stable": "12", "canary": "13"},
    )

    assert 0 == body["weight"]
    assert {"stable": "12", "canary": "13"} == body["rollout"]["versions"]
    assert {**body, "x": 1}.items() >= RESTING.items()


def test_start_with_green_stable() -> None:
    """The canary is the colour that isn't stable."""
    body = started(body={"release": {"services": ["web"], "stable": "green"}})

    assert {"stable": "green", "canary": "blue"} == body["rollout"]["colours"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (baking(), "one runs already, baking at step 1 of 2, 10 %; end it with "),
        (LIVE_WITHOUT, "the canary has a weight without a plan, 10 %; end it with "),
        (draining(), "blue drains until 2027-01-15T08:35:00Z, so that it can be gone"),
        ({**baking(), "rollout": 3}, "it can't be read; `canary rollout abort shop`"),
    ],
)
def test_start_while_one_runs(body: Body, words: str) -> None:
    """One at a time: the message says which one, and how to go on."""
    assert words in refusal(lambda: again(body))


@pytest.mark.parametrize(
    "body", [baking(), paused(), LIVE_WITHOUT, {**baking(), "rollout": 3}]
)
def test_replace(body: Body) -> None:
    """With replace a new rollout begins at nobody, in the same write."""
    after = again(body, replace=True)

    assert (0, "other123", "pending") == (
        after["weight"],
        of(after).id,
        of(after).phase,
    )
    assert "blue" == of(after).stable


def test_replace_after_promotion() -> None:
    """What was promoted last is stable, so the next canary takes the other colour."""
    after = again(draining(), replace=True)

    assert ("green", "blue") == (of(after).stable, of(after).canary)


def test_replace_goes_by_the_last_promotion() -> None:
    """A stable colour that was edited in mid-rollout isn't taken for stable."""
    edited = {**baking(), "release": {"services": ["web"], "stable": "green"}}

    after = again(edited, replace=True)

    assert "blue" == of(after).stable
    assert "blue" == after["release"]["stable"]


def test_start_disabled() -> None:
    """Behind the kill switch a rollout would prove nothing."""
    words = refusal(lambda: again({**RESTING, "enabled": False}))

    assert "flags.shop.enabled: disabled, so everyone stays on stable" in words


@pytest.mark.parametrize("move", sorted(set(MOVES) - {"start"}))
def test_no_release(move: str) -> None:
    """Moves are for releases."""
    assert refusal(lambda: MOVES[move](dict(PLAIN)))


def test_pause_keeps_the_rest_of_the_bake() -> None:
    """A bake goes on where it was paused, however long the pause was."""
    body = paused(after=240.5)
    assert {"from": "baking", "cause": "hand", "left": 360} == body["rollout"]["paused"]

    after = moves.resume("shop", body, now=START + 5000, by="bob")

    assert START + 5360 == of(after).until
    assert "step 1 of 2, 10 %: resumed by bob" == of(after).why


def test_pause_after_the_clock_was_set_back() -> None:
    """What is left of a bake is never more than the bake."""
    assert 600 == paused(after=-4000)["rollout"]["paused"]["left"]


def test_resume_takes_back_edits() -> None:
    """Who resumes goes on with the plan, whatever was edited meanwhile."""
    body = paused([{"groups": ["testers"], "bake": "1m"}, *SHORT])
    body = moves.promote("shop", body, now=NOW, by="bob")
    body = moves.pause("shop", ticked(body, look(70)), now=NOW, by="bob")
    edited = {**body, "weight": 2, "rollout": {**body["rollout"], "admitted": []}}

    after = moves.resume("shop", edited, now=NOW, by="bob")

    assert (10, ("testers",)) == (after["weight"], of(after).admitted)


def test_resume_with_fewer_services() -> None:
    """A service that somebody took out stays out."""
    two = {"release": {"services": ["web", "api"]}}
    body = moves.pause("shop", baking(SHORT, two), now=START, by="ana")
    body = {**body, "release": {"services": ["api"]}}

    assert ("api",) == of(moves.resume("shop", body, now=NOW, by="bob")).services


def test_resume_disabled() -> None:
    """Behind the kill switch nothing goes on."""
    body = {**paused(), "enabled": False}

    assert "enable it, then resume" in refusal(lambda: MOVES["resume"](body))


def test_resume_after_an_undecided_bake() -> None:
    """It bakes once more, for the whole time."""
    body = ticked(baking(inconclusive="pause"), look(600, verdict="INCONCLUSIVE"))
    assert "inconclusive" == body["rollout"]["paused"]["cause"]

    after = moves.resume("shop", body, now=START + 900, by="bob")

    assert START + 1500 == of(after).until


@pytest.mark.parametrize(
    ("body", "command"),
    [
        (gated(), "`canary rollout approve shop`"),
        (ended(), "`canary rollout promote shop --full` makes it stable"),
        (baking(), "not paused but baking at step 1 of 2, 10 %"),
        (draining(), "it is promoted; `canary rollout undo shop` takes that back"),
        (aborted(), "it was aborted; `canary rollout retry shop` runs the plan again"),
        (dict(RESTING), "start one with `canary rollout start shop`"),
        (
            {**baking(), "rollout": {}},
            "`canary rollout abort shop` goes back to stable",
        ),
    ],
)
def test_resume_refused(body: Body, command: str) -> None:
    """Who can't resume is told what helps."""
    assert command in refusal(lambda: MOVES["resume"](body))


def test_approve() -> None:
    """An approver opens the gate, is remembered, and the next step begins."""
    after = moves.approve("shop", gated(), by="ana", now=NOW)

    assert ("progressing", 2) == (of(after).phase, of(after).step)
    assert [{"step": 1, "by": "ana", "at": "2027-01-15T08:01:00Z"}] == after["rollout"][
        "approvals"
    ]
    assert "approved by ana; next is step 3 of 4, 10 %" == of(after).why


def test_approve_by_another() -> None:
    """Nobody else may; the message names those who may."""
    words = refusal(lambda: moves.approve("shop", gated(), by="eve", now=NOW))

    assert "eve may not approve here; ask ana" in words


def test_approve_anybody() -> None:
    """A gate without approvers is opened by anyone."""
    body = ticked(baking([SHORT[0], {"gate": {}}, SHORT[1]]), look(600))

    assert "progressing" == of(moves.approve("shop", body, by="eve", now=NOW)).phase


def test_approve_the_last_gate() -> None:
    """A plan that ends with a gate waits for the promotion after it."""
    body = ticked(baking([{"weight": 50, "bake": "1m"}, {"gate": {}}]), look(60))

    after = moves.approve("shop", body, by="eve", now=NOW)

    assert ("paused", "end") == (of(after).phase, after["rollout"]["paused"]["cause"])
    assert 50 == after["weight"]


def test_promote_goes_one_step_on() -> None:
    """A person skips the rest of a bake; nobody more is on the canary by that."""
    after = moves.promote("shop", baking(), now=NOW, by="bob")

    assert ("progressing", 1, 10) == (of(after).phase, of(after).step, after["weight"])
    assert 100 == ticked(after, look(61))["weight"]


def test_promote_takes_back_edits() -> None:
    """Whoever goes on from a pause goes on with the plan's weight."""
    after = moves.promote("shop", {**paused(), "weight": 2}, now=NOW, by="bob")

    assert ("progressing", 10) == (of(after).phase, after["weight"])


@pytest.mark.parametrize("made", [baking, paused])
def test_promote_disabled(made: Callable[[], Body]) -> None:
    """Behind the kill switch no step is skipped: nobody was there to prove anything."""
    body = {**made(), "enabled": False}

    assert "enable it, then promote" in refusal(lambda: MOVES["promote"](body))


def test_promote_the_last_step() -> None:
    """After the last step, 100 %, comes the promotion."""
    body = ticked(baking(), look(600))

    after = moves.promote("shop", body, now=NOW, by="bob")

    assert ("draining", "green") == (of(after).phase, after["release"]["stable"])


def test_promote_to_a_gate() -> None:
    """A gate can't be skipped by going on."""
    body = moves.promote("shop", baking(GATE), now=NOW, by="bob")

    after = moves.promote("shop", body, now=NOW, by="bob")

    assert "gate" == after["rollout"]["paused"]["cause"]
    assert "`canary rollout approve shop`" in refusal(lambda: MOVES["promote"](after))


def test_promote_full() -> None:
    """Everyone now: the canary is stable, and the old colour drains."""
    after = MOVES["full"](baking())

    assert "weight" not in after
    assert "green" == after["release"]["stable"]
    assert START + 60 + 900 == of(after).until
    assert (
        "promoted, green is stable: by bob, from baking at step 1 of 2, 10 %"
        == of(after).why
    )


def test_promote_without_a_plan() -> None:
    """As ever: the roles are swapped, and an old record is left alone."""
    old = completed()
    body = {**old, "weight": 20}

    after = MOVES["promote"](body)

    assert old["rollout"] == after["rollout"]
    assert "blue" == after["release"]["stable"]

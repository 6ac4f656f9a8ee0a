"""Going back: abort, retry and undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flags.errors import InvalidDocument, NoRollout
from rollouts.machine import moves
from tests.unit.rollouts.machine.play import (
    RESTING,
    START,
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


def abort(body: Body) -> Body:
    """Abort."""
    return moves.abort("shop", body, now=NOW, why="bad")


def retry(body: Body) -> Body:
    """Retry."""
    return moves.retry("shop", body, id="other123", now=NOW, by="bob")


def undo(body: Body) -> Body:
    """Undo."""
    return moves.undo("shop", body, now=NOW, by="bob")


def aborted() -> Body:
    """A body whose rollout was aborted."""
    return abort(baking())


@pytest.mark.parametrize("rollout", [{}, 3, "x", [], {"phase": "baking"}])
def test_abort_damage(rollout: Any) -> None:
    """A record that says nothing is dropped with the weight."""
    body = {**RESTING, "weight": 10, "rollout": rollout}

    assert RESTING == abort(body)


@pytest.mark.parametrize(
    "made",
    [started, baking, paused, gated, ended, draining, completed, aborted],
)
def test_abort_twice(made: Callable[[], Body]) -> None:
    """The second time nothing changes."""
    once = abort(made())

    assert once == abort(once)
    assert "weight" not in once


def test_abort_keeps_last_promoted() -> None:
    """It leads to what was stable at the start, whatever was edited."""
    edited = {**baking(), "release": {"services": ["web"], "stable": "green"}}

    assert "blue" == abort(edited)["release"]["stable"]
    assert "blue" == abort(draining())["release"]["stable"]


@pytest.mark.parametrize(
    "made", [started, baking, paused, draining, lambda: {**RESTING, "weight": 5}]
)
def test_abort_past_a_plan_of_yesterday(made: Callable[[], Body]) -> None:
    """A plan that can't be read any more keeps nobody on the canary: it is dropped."""
    sound = abort({**made(), "plan": "standard"})
    assert "standard" == sound["plan"]

    unreadable: Any
    for unreadable in ("gone", {"steps": []}, 7):
        after = abort({**made(), "plan": unreadable})
        assert "plan" not in after
        assert sound == {**after, "plan": "standard"}


def test_a_plan_of_yesterday_at_rest() -> None:
    """Where nothing is to be aborted nothing is dropped."""
    body = {**RESTING, "plan": "gone"}

    assert body == abort(body)


def test_abort_says_why() -> None:
    """The reason stands in the record; nobody is admitted any more."""
    body = ticked(started(), look())
    assert ["testers"] == body["rollout"]["admitted"]

    after = abort(body)

    assert ("bad", ()) == (of(after).why, of(after).admitted)


def test_retry() -> None:
    """The same plan and versions under a new id, from the start."""
    body = moves.start(
        "shop",
        RESTING,
        plan(),
        id="abcd1234",
        now=START,
        by="ana",
        versions={"stable": "1", "canary": "2"},
    )
    gone = moves.abort("shop", body, now=START, why="no")

    after = retry(gone)

    assert ("other123", "pending", 0) == (
        of(after).id,
        of(after).phase,
        after["weight"],
    )
    assert body["rollout"]["versions"] == after["rollout"]["versions"]
    assert body["rollout"]["plan"] == after["rollout"]["plan"]
    assert "started by bob, again after abcd1234" == of(after).why


def test_undo() -> None:
    """One write, and the colour from before the promotion is stable."""
    after = undo(completed())

    assert "blue" == after["release"]["stable"]
    assert "undone by bob: blue is stable again" == of(after).why


@pytest.mark.parametrize(
    ("move", "body", "words"),
    [
        (undo, {**completed(), "weight": 1}, "one is live; `canary rollout abort"),
        (undo, baking(), "one is live; `canary rollout abort shop`"),
        (undo, aborted(), "the last one is aborted; `canary history shop`"),
        (undo, {**RESTING, "rollout": 3}, "it can't be read; see `canary history"),
        (
            undo,
            {**completed(), "release": {"services": ["web"], "stable": "blue"}},
            "the stable colour was changed after rollout abcd1234",
        ),
        (retry, baking(), "one is live; end it with `canary rollout abort shop`"),
        (retry, {**aborted(), "weight": 5}, "one is live; end it with `canary rollout"),
        (retry, completed(), "the last one is completed; `canary rollout start"),
        (retry, dict(RESTING), "there was none; `canary rollout start shop`"),
        (retry, {**RESTING, "rollout": 3}, "it can't be read"),
        (
            retry,
            {**aborted(), "release": {"services": ["web"], "stable": "green"}},
            "nothing to retry; `canary rollout start shop`",
        ),
    ],
)
def test_going_back_refused(
    move: Callable[[Body], Body], body: Body, words: str
) -> None:
    """What can't be undone or retried says why, and what to do."""
    with pytest.raises((InvalidDocument, NoRollout)) as raised:
        move(body)

    assert words in str(raised.value)

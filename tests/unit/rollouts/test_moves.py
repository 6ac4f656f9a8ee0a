"""What a person can do with a release, law by law."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from flags.errors import InvalidDocument, NoRollout
from rollouts import moves

RESTING = {"release": {"services": ["web"], "stable": "blue"}, "description": "x"}
LIVE = {**RESTING, "weight": 10, "targets": {"canary": ["ann"]}}
PLAIN = {"variants": {"on": True}, "off": "on", "serve": "on"}
MOVES: dict[str, Callable[[str, Any], dict[str, Any]]] = {
    "set_weight": lambda name, body: moves.set_weight(name, body, 25),
    "promote": moves.promote,
    "abort": moves.abort,
}


@pytest.mark.parametrize("body", [RESTING, LIVE])
@pytest.mark.parametrize("percent", [0, 0.001, 10, 100])
def test_set_weight(body: dict[str, Any], percent: float) -> None:
    """Only the weight changes; zero is a rollout too."""
    assert {**body, "weight": percent} == moves.set_weight("shop", body, percent)


def test_promote() -> None:
    """The canary's colour becomes stable, and no weight is left."""
    expected = {
        "release": {"services": ["web"], "stable": "green"},
        "description": "x",
        "targets": {"canary": ["ann"]},
    }

    assert expected == moves.promote("shop", LIVE)


@pytest.mark.parametrize(
    ("release", "expected"),
    [({"stable": "blue"}, "green"), ({"stable": "green"}, "blue"), ({}, "green")],
)
def test_promote_swaps(release: dict[str, str], expected: str) -> None:
    """Stable goes from one colour to the other; without one it was blue."""
    body = {"release": {"services": ["web"], **release}, "weight": 0}

    assert expected == moves.stable(moves.promote("shop", body))


def test_promote_twice() -> None:
    """A second promotion is refused: it would go back to the old version."""
    once = moves.promote("shop", LIVE)

    with pytest.raises(NoRollout) as raised:
        moves.promote("shop", once)

    assert "shop has no live rollout to promote; start one with `set-weight`" == str(
        raised.value
    )


def test_abort() -> None:
    """The weight goes, everything else stays, the stable colour above all."""
    expected = {key: value for key, value in LIVE.items() if key != "weight"}

    assert expected == moves.abort("shop", LIVE)


@pytest.mark.parametrize("body", [RESTING, LIVE, {**LIVE, "weight": 0}])
def test_abort_always_works(body: dict[str, Any]) -> None:
    """Abort works at any time, and twice is like once."""
    once = moves.abort("shop", body)

    assert "weight" not in once
    assert once == moves.abort("shop", once)
    assert moves.stable(body) == moves.stable(once)


@pytest.mark.parametrize("move", MOVES)
def test_pure(move: str) -> None:
    """The body that went in is as it was, and shares its release with no other."""
    body = copy.deepcopy(LIVE)
    moved = MOVES[move]("shop", body)

    assert body == LIVE
    assert moved is not body


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("body", [PLAIN, {**PLAIN, "release": None}])
def test_not_a_release(move: str, body: dict[str, Any]) -> None:
    """A flag that is no release is left alone, with a word on what to do."""
    with pytest.raises(InvalidDocument) as raised:
        MOVES[move]("gift", body)

    assert "flags.gift: not a release; change its `serve` with `canary apply`" == str(
        raised.value
    )

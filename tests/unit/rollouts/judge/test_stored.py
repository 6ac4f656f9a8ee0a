"""The state between two looks, as text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rollouts.judge import (
    Count,
    InvalidEvidence,
    Settings,
    Tally,
    advance,
    begin,
    dumps,
    loads,
    regressed,
)

SETTINGS = Settings(alpha=0.01, measures=(("errors",), ("slow:1", "slow:2")))
WINDOW = Tally(
    counts={
        "errors": {"warm": Count(canary=7, canary_failed=1, stable=60)},
        "slow:2": {"cold": Count(canary=3, stable=4, stable_failed=1)},
    },
    users=(5, 50),
)
STATE = advance(begin(SETTINGS), [WINDOW] * 3)


ALONE = Tally(counts={"errors": {"warm": Count(canary=20, canary_failed=11)}})
# As it was written before the floor had evidence of its own.
OLD = (
    '{"version":1,"settings":{"alpha":0.05,"beta":0.05,"tolerance":1.25,"margin":3.0,'
    '"grid":[1.5,2.0,3.0,5.0,8.0,15.0,40.0],"floor_users":5,"floor_share":0.5,'
    '"window":20,"measures":[["errors"]]},"processes":[[-0.5,-0.5,-0.5,-0.5,-0.5,'
    '-0.5,-0.5,1,0.25]],"counts":{"errors":{"warm":[9,5,9,0]}},"users":[0,0],'
    '"peak":0.5,"floor":%s}'
)


@pytest.mark.parametrize("floor", [True, False])
def test_from_before_the_floor_had_evidence(*, floor: bool) -> None:
    """A state of an older release is read, and its verdict stands."""
    state = loads(OLD % str(floor).lower())

    assert begin().alone == state.alone
    assert floor == state.floor == regressed(state)
    assert not regressed(advance(begin(), [ALONE]))
    assert state == loads(dumps(state))


@pytest.mark.parametrize("state", [begin(), STATE, advance(begin(), [ALONE])])
def test_round_trip(state: Any) -> None:
    """What is read is what was written, to the last bit."""
    assert state == loads(dumps(state))
    assert dumps(state) == dumps(loads(dumps(state)))


def test_small() -> None:
    """It fits beside other things in an item of a table."""
    assert len(dumps(advance(begin(), [WINDOW_OF_ERRORS] * 100))) < 700


WINDOW_OF_ERRORS = Tally(counts={"errors": WINDOW.counts["errors"]})


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", "5", "{", '{"version": 2}', '{"version": "1"}']
)
def test_no_state(text: str) -> None:
    """Text that is no state, or another version's, is refused."""
    with pytest.raises(InvalidEvidence, match="state"):
        loads(text)


@pytest.mark.parametrize(
    "change",
    [
        {"settings": {}},
        {"settings": None},
        {"processes": []},
        {"processes": [[0.0] * 9]},
        {"processes": [[0.0] * 5] * 3},
        {"processes": [["x"] * 9] * 3},
        {"processes": [[0.0] * 7 + [-1, 0.0]] * 3},
        {"processes": [5, 5, 5]},
        {"counts": {"errors": {"warm": [1, 2]}}},
        {"counts": {"errors": {"warm": [1, 2, 3, 4]}}},
        {"counts": {"other": {"warm": [1, 0, 3, 0]}}},
        {"counts": [5]},
        {"users": [1]},
        {"peak": None},
        {"peak": float("nan")},
        {"floor": 0},
        {"alone": None},
        {"alone": [0.0] * 4},
    ],
)
def test_damaged(change: dict[str, Any]) -> None:
    """A state that can't be is refused, whatever is wrong with it."""
    text = json.dumps({**json.loads(dumps(STATE)), **change})

    with pytest.raises(InvalidEvidence):
        loads(text)


@pytest.mark.parametrize(
    "key", ["settings", "processes", "counts", "users", "peak", "floor", "version"]
)
def test_incomplete(key: str) -> None:
    """Nothing may be missing."""
    document = json.loads(dumps(STATE))
    del document[key]

    with pytest.raises(InvalidEvidence):
        loads(json.dumps(document))

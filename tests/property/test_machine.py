"""Rollouts that people and automation move at will: the laws hold wherever they get."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flags.errors import InvalidDocument, NoRollout
from flags.store.documents import FlagDocument
from flags.store.plans import canonical
from rollouts.machine import moves, phases
from rollouts.machine.rollout import Rollout
from rollouts.machine.seen import ALARM, FAILED, OK, PASSED, Seen
from rollouts.machine.tick import Change, tick
from tests.property.strategies import few, some

pytestmark = pytest.mark.property

Body = dict[str, Any]
Look = Mapping[str, Any]
START = 1_800_000_000.0
RESTING: Body = {"release": {"services": ["web"]}}
POLICIES = ("advance", "extend", "pause", "abort")
CHECK = {"invoke": "smoke:live"}

bakes = st.sampled_from(["1m", "7m", "20m"])
checked = st.sampled_from([{}, {"before": [CHECK]}, {"during": [CHECK]}])
groups = st.builds(
    lambda bake, more: {"groups": ["testers"], "bake": bake, **more}, bakes, checked
)
gates = st.sampled_from(
    [{"gate": {"approvers": ["ana"], "timeout": "30m"}}, {"gate": {}}]
)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """Canonical plans of up to six steps, whose weights never go down."""
    weights = sorted(draw(st.sets(st.sampled_from([1, 5, 10, 50, 100]), min_size=1)))
    steps: list[Any] = [
        {"weight": weight, "bake": draw(bakes), **draw(checked)} for weight in weights
    ]
    if draw(st.booleans()):
        steps.insert(0, draw(groups))
    if draw(st.booleans()):
        steps.insert(draw(st.integers(1, len(steps))), draw(gates))
    guards: dict[str, Any] = {"alarms": ["a"] if draw(st.booleans()) else []}
    if draw(st.booleans()):
        guards["errors"] = False
    return canonical(
        {
            "steps": steps,
            "guards": guards,
            "inconclusive": draw(st.sampled_from(POLICIES)),
            "deadline": draw(st.sampled_from(["3h", "1d"])),
        }
    )


# What a look may show: mostly nothing special.
_PASSED = {f"{kind}/{n}/0": PASSED for kind in ("before", "during") for n in range(8)}
_GOOD: Look = {"verdict": "PROVEN", "checks": _PASSED, "alarms": {"a": OK}}
_THIN: Look = {**_GOOD, "verdict": "INCONCLUSIVE"}
sights = st.sampled_from(
    [
        *[_GOOD] * 6,
        *[_THIN] * 3,
        {**_GOOD, "verdict": "REGRESSED", "words": "bad"},
        {**_GOOD, "verdict": None, "alarms": None, "checks": {}},
        {**_GOOD, "alarms": {"a": ALARM}},
        {**_GOOD, "alarms": {}},
        {**_GOOD, "checks": dict.fromkeys(_PASSED, FAILED)},
        {**_GOOD, "suspect": "odd"},
        {**_GOOD, "stable_missing": ("web:blue",)},
        {**_GOOD, "canary_missing": ("web:green",)},
        {**_GOOD, "stable_moved": ("web:blue names version 3, not 1",)},
        {**_GOOD, "canary_moved": ("web:green names version 3, not 2",)},
        {**_GOOD, "unsettled": ("web:green sends 50 % away",)},
        {**_GOOD, "versions": {"stable": "1", "canary": "2"}},
        {**_GOOD, "marked": True},
    ]
)
_MOVES: Mapping[str, Callable[[Body, float], Body]] = {
    phases.PAUSE: lambda body, now: moves.pause("shop", body, now=now, by="ana"),
    phases.RESUME: lambda body, now: moves.resume("shop", body, now=now, by="ana"),
    phases.APPROVE: lambda body, now: moves.approve("shop", body, by="ana", now=now),
    "on": lambda body, now: moves.promote("shop", body, now=now, by="ana"),
    phases.PROMOTE: lambda body, now: moves.promote(
        "shop", body, now=now, by="ana", full=True
    ),
    phases.ABORT: lambda body, now: moves.abort("shop", body, now=now, why="no"),
    phases.UNDO: lambda body, now: moves.undo("shop", body, now=now, by="ana"),
    phases.RETRY: lambda body, now: moves.retry(
        "shop", body, id="again123", now=now, by="ana"
    ),
}
# A look with what it sees, or a person's move; and the seconds since the last one.
# Clocks may be set back.
deeds = st.lists(
    st.tuples(
        sights | sights | sights | st.sampled_from(sorted(_MOVES)),
        st.sampled_from([0, 30, 60, 60, 420, 3600, 90_000, -500]),
    ),
    max_size=12,
)


def start(plan: Mapping[str, Any]) -> Body:
    """A rollout that was started just now."""
    return moves.start("shop", RESTING, plan, id="abcd1234", now=START, by="ana")


def look(body: Body, seen: Seen) -> list[Change]:
    """All changes that one look leads to."""
    changes: list[Change] = []
    while change := tick(changes[-1].body if changes else body, seen):
        changes.append(change)
    return changes


def moved(body: Body, move: str, now: float) -> Body:
    """The body after a person's move; the same if it is refused."""
    try:
        return _MOVES[move](body, now)
    except (InvalidDocument, NoRollout):
        return body


def stored(body: Body) -> Body:
    """The body as the next process reads it from the table."""
    FlagDocument.model_validate(body)
    loaded: Body = json.loads(json.dumps(body))
    return loaded


def after(body: Body, deed: Look | str, now: float) -> Body:
    """The body after one deed."""
    if isinstance(deed, str):
        return moved(body, deed, now)
    changes = look(body, Seen(now=now, **deed))
    return changes[-1].body if changes else body


def walk(plan: Mapping[str, Any], done: list[tuple[Look | str, float]]) -> list[Body]:
    """Every body on the way."""
    bodies, now = [start(plan)], START
    for deed, passed in done:
        now += passed
        bodies.append(stored(after(bodies[-1], deed, now)))
    return bodies


@some
@given(plans(), deeds)
def test_stored_form(plan: Mapping[str, Any], done: Any) -> None:
    """Wherever it gets, the record is read as written, and live has a weight."""
    for body in walk(plan, done):
        rollout = Rollout.of(body)

        assert rollout is not None
        assert body["rollout"] == rollout.data()
        assert rollout.live == ("weight" in body)


@some
@given(plans(), deeds)
def test_abort(plan: Mapping[str, Any], done: Any) -> None:
    """From anywhere, one write leads to stable, and the second changes nothing."""
    for body in walk(plan, done):
        gone = moves.abort("shop", body, now=START, why="no")
        rollout = Rollout.of(gone)

        assert rollout is not None
        assert rollout.terminal
        assert "weight" not in stored(gone)
        assert gone == moves.abort("shop", gone, now=START + 1, why="again")
        if rollout.phase == phases.ABORTED:
            assert "blue" == gone["release"].get("stable", "blue")


@some
@given(plans(), deeds, sights, st.integers(-5000, 100_000))
def test_exposure(
    plan: Mapping[str, Any], done: Any, sight: Look, passed: float
) -> None:
    """Automation enters one step a look, and shows the canary to nobody else."""
    body = walk(plan, done)[-1]
    seen = Seen(now=START + passed, **sight)
    changes = look(body, seen)

    assert 1 >= [change.event for change in changes].count(phases.ENTER)
    for change in changes:
        weight, rollout = change.body.get("weight", 0), Rollout.of(change.body)
        assert rollout is not None
        if change.event == phases.ENTER:
            expected = rollout.plan.exposure(rollout.step + 1)
            assert (expected.weight, expected.admitted) == (weight, rollout.admitted)
        else:
            before = Rollout.of(body)
            assert before is not None
            assert weight <= body.get("weight", 0)
            assert set(rollout.admitted) <= set(before.admitted)
        if change.event == phases.FINISH:
            assert 100 == body["weight"]
        body = change.body


@some
@given(plans(), deeds, sights, st.integers(-5000, 100_000))
def test_two_controllers(
    plan: Mapping[str, Any], done: Any, sight: Look, passed: float
) -> None:
    """Both say the same of the same body, and nothing more once it is written."""
    body, seen = walk(plan, done)[-1], Seen(now=START + passed, **sight)

    assert tick(body, seen) == tick(stored(body), seen)
    changes = look(body, seen)
    if changes:
        assert tick(changes[-1].body, seen) is None


@few
@given(plans(), deeds, st.data())
def test_killed(plan: Mapping[str, Any], done: Any, data: st.DataObject) -> None:
    """Who is killed before or after any write, and comes again, ends at the same."""
    expected = walk(plan, done)[-1]
    body, now = start(plan), START
    for deed, passed in done:
        now += passed
        if isinstance(deed, str):
            body = moved(body, deed, now)
            continue
        seen = Seen(now=now, **deed)
        while change := tick(body, seen):
            # Killed before the write: the next one starts from the body as it was.
            if data.draw(st.booleans()):
                body = stored(change.body)

    assert expected == body


@few
@given(plans(), deeds, st.sampled_from([_GOOD, _THIN]))
def test_nothing_waits_for_ever(
    plan: Mapping[str, Any], done: Any, sight: Look
) -> None:
    """Left alone, every rollout is over after its deadline and the time to drain."""
    body = walk(plan, done)[-1]
    began = START + sum(passed for _, passed in done if passed > 0)
    for half in range(2 * 26):
        body = after(body, sight, began + 1800 * half)

    rollout = Rollout.of(body)
    assert rollout is not None
    assert rollout.terminal


def test_every_way_is_there() -> None:
    """All of the table is reached, and no move leads where the table doesn't."""
    steps = [{"weight": 5, "bake": "1m"}, {"gate": {}}, {"weight": 100, "bake": "1m"}]
    for policy in POLICIES:
        guards = {"alarms": ["a"]}
        _explore(canonical({"steps": steps, "inconclusive": policy, "guards": guards}))

    assert set(phases.TABLE) == _reached


_reached: set[tuple[str, str]] = set()


def _explore(plan: dict[str, Any]) -> None:
    known: dict[tuple[Any, ...], Body] = {}
    new = [start(plan)]
    while new:
        body = new.pop()
        rollout = Rollout.of(body)
        assert rollout is not None
        cause = rollout.paused and (rollout.paused.cause, rollout.paused.phase)
        place = (
            rollout.phase,
            rollout.step,
            rollout.extended,
            cause,
            rollout.ignored,
        )
        if place not in known:
            known[place] = body
            new += _ways(body, rollout, plan)


def _ways(body: Body, rollout: Rollout, plan: dict[str, Any]) -> list[Body]:
    """Every body that is one deed away; what led there is noted."""
    found, phase = [], rollout.phase
    # Whatever it waits for is over.
    now = max(START + 3600, rollout.until or 0)
    for move in _MOVES:
        then = moved(body, move, START)
        if then != body:
            found.append(then)
            if move != "on":
                assert (phase, move) in phases.TABLE
                _reached.add((phase, move))
    event = phases.START if phases.terminal(phase) else phases.REPLACE
    found.append(
        moves.start(
            "shop", body, plan, id="other123", now=START, by="ana", replace=True
        )
    )
    _reached.add((phase, event))
    sights = (
        _GOOD,
        _THIN,
        {**_GOOD, "suspect": "odd"},
        {**_GOOD, "marked": True},
        {**_GOOD, "alarms": {"a": ALARM}},
    )
    for sight in sights:
        change = tick(body, Seen(now=now, **sight))
        if change:
            assert (phase, change.event) in phases.TABLE
            _reached.add((phase, change.event))
            found.append(change.body)
    return found

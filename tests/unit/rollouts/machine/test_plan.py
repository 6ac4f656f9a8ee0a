"""A plan as the machine reads it."""

from __future__ import annotations

from typing import Any

import pytest

from flags.store.plans import READY
from rollouts.machine.plan import UNREADABLE, Exposure, Plan
from tests.unit.rollouts.machine.play import SHORT, STEPS, plan


def test_lengths_are_seconds() -> None:
    """Bakes, gates, checks and the deadline are read as seconds."""
    read = Plan.of(plan(deadline="2h", drain="1m"))
    gate = read.steps[2].gate

    assert (7200, 60) == (read.deadline, read.drain)
    assert [600, 600, 0, 600] == [step.bake for step in read.steps]
    assert gate is not None
    assert (3600, ("ana", "bob")) == (gate.timeout, gate.approvers)
    (smoke,), (probe,) = read.steps[1].before, read.steps[3].during
    assert ("before/1/0", "smoke:live", 30, 0) == (
        smoke.key,
        smoke.invoke,
        smoke.timeout,
        smoke.every,
    )
    assert ("during/3/0", 60) == (probe.key, probe.every)


@pytest.mark.parametrize(
    ("entered", "weight", "admitted"),
    [(0, 0, ()), (1, 0, ("testers",)), (2, 10, ("testers",)), (3, 10, ("testers",))],
)
def test_exposure(entered: int, weight: float, admitted: tuple[str, ...]) -> None:
    """The last weight counts, and all groups so far; a gate changes nothing."""
    read = Plan.of(plan(STEPS))

    assert Exposure(weight=weight, admitted=admitted) == read.exposure(entered)


@pytest.mark.parametrize(
    ("guards", "judged"),
    [
        ({}, True),
        ({"errors": False}, False),
        ({"errors": False, "latency": ["800ms"]}, True),
    ],
)
def test_judged(guards: dict[str, Any], judged: bool) -> None:  # noqa: FBT001 - a case
    """A judge is asked while errors or latency are guarded."""
    assert judged == Plan.of(plan(SHORT, guards=guards)).judged


@pytest.mark.parametrize("name", READY)
def test_ready_made(name: str) -> None:
    """All ready-made plans can be read, and end with a promotion."""
    assert Plan.of(READY[name]).promotes


def test_anybody_may_approve() -> None:
    """A gate without approvers is anybody's."""
    gate = Plan.of(plan([{"gate": {}}, *SHORT])).steps[0].gate

    assert gate is not None
    assert gate.approvers is None


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (0, "step 1 of 4, testers"),
        (1, "step 2 of 4, 10 %"),
        (2, "step 3 of 4, gate"),
    ],
)
def test_words(index: int, words: str) -> None:
    """Steps are counted from one for people."""
    assert words == Plan.of(plan()).words(index)


@pytest.mark.parametrize(
    "source",
    [{}, {"steps": 3}, {**plan(), "steps": [{}]}, {**plan(), "deadline": "soon"}],
)
def test_unreadable(source: dict[str, Any]) -> None:
    """What is no canonical plan raises an error that readers expect."""
    with pytest.raises(UNREADABLE):
        Plan.of(source)


def test_one_kind_of_step() -> None:
    """A step that is two things at once is none."""
    both = {"weight": 5, "groups": ["testers"], "bake": "10m"}

    with pytest.raises(ValueError, match=r"steps\[0\]"):
        Plan.of({**plan(), "steps": [both]})

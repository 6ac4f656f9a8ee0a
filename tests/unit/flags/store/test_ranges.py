"""From percentages to ranges, edit after edit: few move, and none by accident."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from flags.bucketing import owner
from flags.compiled import serve_from
from flags.engine.ramping import split_at
from flags.model import Ramp, Serve, Split
from flags.store.ranges import compile_serve, in_force
from flags.store.values import epoch
from tests.unit.flags.store.wrong import read_flag

FLAG: dict[str, Any] = {"variants": {"a": 1, "b": 2, "c": 3}, "off": "c"}
Shares = dict[str, Any]
NAMES = {name: name for name in FLAG["variants"]}
DAYS = [f"2026-12-0{day}" for day in range(1, 8)]


def made(serve: Any, previous: Serve | None = None, at: str = DAYS[0]) -> Any:
    """What is served after an edit at that time."""
    document = read_flag("gift", {**FLAG, "serve": serve})
    assert document.serve is not None
    compiled = compile_serve(document.serve, NAMES, previous, epoch(at))
    return serve_from(compiled, FLAG["variants"])


def ramp(*stages: tuple[str, Shares], **more: Any) -> dict[str, Any]:
    """A ramp of these stages."""
    return {"ramp": [{"at": at, "split": split} for at, split in stages], **more}


def split(*ranges: tuple[str, int], by: str | None = None) -> Split:
    """Ranges by the end of each."""
    ends, variants = tuple(end for _, end in ranges), tuple(name for name, _ in ranges)
    return Split(ends=ends, variants=variants, by=by)


def moved(old: Split, new: Split) -> int:
    """How many buckets change hands."""
    edges = pairwise(sorted({0, *old.ends, *new.ends}))
    return sum(
        end - start for start, end in edges if owner(old, start) != owner(new, start)
    )


FIRST, SECOND = {"a": 10, "b": 20, "c": 70}, {"a": 30, "b": 30, "c": 40}
LAST = {"a": 50, "b": 50, "c": 0}


def test_forms_of_one_split() -> None:
    """Shares are a split by the targeting key."""
    expected = split(("a", 10_000), ("b", 30_000), ("c", 100_000))

    assert expected == made(FIRST) == made({"split": FIRST})
    assert expected == made({"split": FIRST, "by": "key"})


def test_another_by_is_another_draw() -> None:
    """Users drawn by another attribute all move: nothing is kept."""
    before = made(SECOND, made(FIRST))

    assert made({"split": SECOND, "by": "tenant"}, before) == split(
        ("a", 30_000), ("b", 60_000), ("c", 100_000), by="tenant"
    )
    assert before == made({"split": SECOND}, before)


def test_stages_follow_each_other() -> None:
    """Each stage moves as few as it can from the one before it."""
    found = made(ramp((DAYS[1], FIRST), (DAYS[2], SECOND), (DAYS[3], LAST)))

    assert isinstance(found, Ramp)
    assert [epoch(day) for day in DAYS[1:4]] == [stage.at for stage in found.stages]
    one, two, three = (stage.split for stage in found.stages)
    assert one == made(FIRST)
    assert (30_000, 40_000) == (moved(one, two), moved(two, three))


def test_a_split_becomes_a_ramp() -> None:
    """The first stage starts from the ranges in use."""
    before = made(SECOND, made(FIRST))
    found = made(ramp((DAYS[1], SECOND), (DAYS[2], LAST), linear=True), before)

    assert isinstance(found, Ramp)
    assert found.linear
    assert before == found.stages[0].split


def test_a_ramp_becomes_a_split() -> None:
    """To stop a ramp keeps everybody where the ramp has brought them."""
    stages = ((DAYS[1], {"a": 0, "b": 100}), (DAYS[3], {"a": 50, "b": 50}))
    linear, steps = made(ramp(*stages, linear=True)), made(ramp(*stages))
    now = epoch(DAYS[2])

    assert split_at(linear, now) == made({"a": 25, "b": 75}, linear, at=DAYS[2])
    assert split(("b", 100_000)) == made({"a": 0, "b": 100}, steps, at=DAYS[2])
    assert in_force(linear, None, now - 10 * 86_400) is None


def test_an_edit_of_something_else_moves_nobody() -> None:
    """A ramp that is applied again keeps the ranges of all its stages."""
    stages = ((DAYS[1], FIRST), (DAYS[2], SECOND), (DAYS[3], LAST))
    before = made(ramp(*stages), made({"c": 40, "b": 40, "a": 20}))

    for day in DAYS:
        assert before == made(ramp(*stages), before, at=day)
        later = made(ramp(*stages[1:]), before, at=day)
        assert before.stages[1:] == later.stages


def test_a_changed_stage() -> None:
    """Those before a changed stage stay; those after it follow from it."""
    before = made(ramp((DAYS[1], FIRST), (DAYS[3], LAST)))
    after = made(ramp((DAYS[1], FIRST), (DAYS[2], SECOND), (DAYS[3], LAST)), before)

    assert before.stages[0] == after.stages[0]
    assert 30_000 == moved(after.stages[0].split, after.stages[1].split)
    assert 40_000 == moved(after.stages[1].split, after.stages[2].split)


@pytest.mark.parametrize("kept", [(0, 2), (1, 2), (2,), (0, 1, 2)])
def test_what_is_over_moves_nobody(kept: tuple[int, ...]) -> None:
    """Whatever becomes of stages that are over, those in force keep their users."""
    stages = (
        (DAYS[0], {"a": 34, "b": 33, "c": 33}),
        (DAYS[1], {"a": 70, "b": 10, "c": 20}),
        (DAYS[2], {"a": 20, "b": 40, "c": 40}),
    )
    before = made(ramp(*stages))
    after = made(ramp(*[stages[place] for place in kept]), before, at=DAYS[3])
    now = epoch(DAYS[3])

    assert isinstance(before, Ramp)
    assert isinstance(after, Ramp)
    assert split_at(before, now) == split_at(after, now)


def test_a_mended_stage_starts_from_what_is_in_force() -> None:
    """New percentages of the stage in force move as few as from its old ones."""
    before = made(ramp((DAYS[0], LAST), (DAYS[1], FIRST)))
    after = made(ramp((DAYS[0], LAST), (DAYS[1], SECOND)), before, at=DAYS[2])

    assert isinstance(before, Ramp)
    assert isinstance(after, Ramp)
    assert 30_000 == moved(before.stages[1].split, after.stages[1].split)

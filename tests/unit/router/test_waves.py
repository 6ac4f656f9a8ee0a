"""The order in which the groups of an event are invoked."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router import waves


class Unit(NamedTuple):
    """A unit with its place, its colour, and its lane."""

    place: int
    colour: str
    lane: str | None


UNITS = st.lists(
    st.tuples(st.sampled_from(["blue", "green"]), st.sampled_from([None, "a", "b"]))
).map(lambda made: [Unit(i, c, la) for i, (c, la) in enumerate(made)])


def plan(units: list[Unit]) -> list[list[list[Unit]]]:
    """The waves of these units."""
    return waves.plan(units, lambda u: u.colour, lambda u: u.lane)


def joined(groups: list[list[Unit]]) -> list[Unit]:
    """The units of all groups, in their order."""
    return sorted(itertools.chain.from_iterable(groups))


@pytest.mark.property
@given(UNITS)
def test_every_unit_is_invoked_once_with_its_colour(units: list[Unit]) -> None:
    """Groups partition the units, by colour, in the order of the event."""
    groups = [group for wave in plan(units) for group in wave]
    assert sorted(unit for group in groups for unit in group) == sorted(units)
    for group in groups:
        assert len({unit.colour for unit in group}) == 1
        assert group == sorted(group)


@pytest.mark.property
@given(UNITS)
def test_a_wave_invokes_a_colour_once(units: list[Unit]) -> None:
    """No wave has two groups of one colour."""
    for wave in plan(units):
        assert len({group[0].colour for group in wave}) == len(wave)


@pytest.mark.property
@given(UNITS)
def test_no_unit_overtakes_one_before_it_in_its_lane(units: list[Unit]) -> None:
    """In a lane a later unit is in the same group, or in a later wave."""
    placed = {
        unit.place: (number, unit.colour)
        for number, wave in enumerate(plan(units))
        for group in wave
        for unit in group
    }
    for lane in ("a", "b"):
        mine = [placed[unit.place] for unit in units if unit.lane == lane]
        for before, after in itertools.pairwise(mine):
            assert before == after or before[0] < after[0]


@pytest.mark.property
@given(UNITS)
def test_there_are_no_more_waves_than_changes_of_colour(units: list[Unit]) -> None:
    """The longest lane sets the number of waves."""
    most = 0
    for lane in ("a", "b"):
        mine = [unit.colour for unit in units if unit.lane == lane]
        changes = sum(a != b for a, b in itertools.pairwise(mine))
        most = max(most, changes)
    assert len(plan(units)) <= most + 1


@pytest.mark.property
@given(UNITS, st.integers(1, 5))
def test_bounded_waves_have_all_units_in_the_same_order(
    units: list[Unit], most: int
) -> None:
    """What is beyond the bound is one group, behind all that is within."""
    planned = plan(units)
    waved = waves.bounded(planned, most, joined)

    assert len(waved) <= max(most, 0)
    assert sorted(units) == sorted(u for wave in waved for group in wave for u in group)
    assert planned[: most - 1] == waved[: most - 1]
    for lane in ("a", "b"):
        placed = [u.place for wave in waved for g in wave for u in g if u.lane == lane]
        assert sorted(placed) == placed

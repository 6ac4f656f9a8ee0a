"""From one container to a million requests."""

from __future__ import annotations

import pytest

from benchmarks.harness.costs import Cost, Watched, compared, scaled


def test_sum() -> None:
    """Costs add up, and can be taken several times."""
    assert Cost(7, 4) == Cost(1, 2).times(3).plus(Cost(2, -3), Cost(2, 1))


@pytest.mark.parametrize("containers", [1, 10])
def test_scaled(containers: int) -> None:
    """Quiet reads go on all the time; starts and changes happen once an hour."""
    watched = Watched(start=Cost(36, 3.6), second=Cost(0.5, 1), change=Cost(3.6, 36))

    found = scaled(watched, containers)

    # A million requests at a thousand a second take 1,000 seconds of 3,600.
    assert pytest.approx(containers * (500 + 10 + 1)) == found.units
    assert pytest.approx(containers * (1_000 + 1 + 10)) == found.calls


def test_compared() -> None:
    """The ratio is of read units, by containers and flags."""
    ours = {"10": {"20": Cost(5.4, 11)}}
    theirs = {"10": {"20": Cost(54, 100)}}

    assert {
        "ours": {"10": {"20": {"units": 5, "calls": 11}}},
        "launchdarkly": {"10": {"20": {"units": 54, "calls": 100}}},
        "ratio": {"10": {"20": 0.1}},
    } == compared(ours, theirs)

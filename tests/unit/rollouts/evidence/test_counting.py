"""Counts as attributes, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollouts.evidence import counting
from rollouts.evidence.look import Drawn
from rollouts.judge import Count, InvalidEvidence, Tally
from rollouts.judge.share import Share, counted


def item(counts: dict[str, int]) -> dict[str, dict[str, str]]:
    """As it stands in the table, beside other attributes."""
    return {
        "expires_at": {"N": "1"},
        "f#one": {"N": "5"},
        **{name: {"N": str(count)} for name, count in counts.items()},
    }


def test_shards_are_added_up() -> None:
    """By measure, stratum and part."""
    one = {"c#errors#warm#canary": 3, "c#errors#warm#canary_failed": 1}
    two = {"c#errors#warm#canary": 4, "c#slow:800#cold#stable": 2}

    assert counting.totals([item(one), item(two), {}]) == Tally(
        counts={
            "errors": {"warm": Count(canary=7, canary_failed=1)},
            "slow:800": {"cold": Count(stable=2)},
        }
    )


@given(
    st.sampled_from(["errors", "slow:800", "a#b"]),
    st.sampled_from(["warm", "cold"]),
    st.sampled_from(["canary", "stable"]),
)
def test_names_come_back(measure: str, stratum: str, colour: str) -> None:
    """Whatever a measure is called."""
    counts = {
        counting.subject(measure, stratum, colour): 5,
        counting.failure(measure, stratum, colour): 2,
    }
    told = counting.totals([item(counts)]).counts[measure][stratum]

    assert getattr(told, colour) == 5
    assert getattr(told, f"{colour}_failed") == 2


@pytest.mark.parametrize(
    "bad",
    [
        {"c#errors#warm#red": {"N": "1"}},
        {"c#errors": {"N": "1"}},
        {"c#errors#warm#canary": {"N": "-1"}},
        {"c#errors#warm#canary": {"N": "1.5"}},
        {"c#errors#warm#canary": {"S": "1"}},
        {"n#five#canary": {"N": "1"}},
        {"n#500#canary": {"N": "1"}},
        {"w#five#canary": {"N": "1"}},
    ],
)
def test_what_cant_be_is_refused(bad: dict[str, dict[str, str]]) -> None:
    """Nobody judges by it."""
    with pytest.raises(InvalidEvidence):
        _ = counting.totals([bad]), counting.share([bad]), counting.weights([bad])


def test_newcomers_make_a_share() -> None:
    """Each at the weight of its time."""
    counts = {
        counting.newcomer(5, "canary"): 1,
        counting.newcomer(5.0, "stable"): 20,
        counting.newcomer(12.5, "stable"): 8,
    }
    expected = counted(counted(Share(), 0, 8, 12.5), 1, 20, 5.0)

    assert counting.share([item(counts)]) == expected
    assert counting.share([item({})]) is None
    assert counting.newcomers([item(counts)], 5.0) == 21
    assert counting.newcomers([item(counts)], 12.5) == 8


def test_whom_the_split_drew_is_told_by_weight() -> None:
    """All shards together; newcomers have nothing to do with it."""
    one = {counting.drawn(5, "canary"): 1, counting.newcomer(5, "canary"): 9}
    two = {counting.drawn(5.0, "stable"): 20, counting.drawn(12.5, "stable"): 8}

    assert counting.weights([item(one), item(two)]) == {
        5.0: Drawn(canary=1, stable=20),
        12.5: Drawn(stable=8),
    }
    assert counting.weights([item({})]) == {}


@pytest.mark.parametrize("step", ["x", "-1", "1.5", "", "99", "9" * 5_000])
def test_a_step_that_there_isnt_is_refused(step: str) -> None:
    """Also one whose milliseconds are no number any more."""
    with pytest.raises(InvalidEvidence):
        counting.latency([{f"l#canary#{step}": {"N": "1"}}])


@given(st.floats(0.001, 900))
def test_an_estimate_is_near(seconds: float) -> None:
    """Within a step, whose ends are a factor of the square root of two apart."""
    counts = {counting.duration("canary", seconds): 100}
    latency = counting.latency([item(counts)])["canary"]

    assert latency.calls == 100
    assert 0.7 < latency.p50 / (seconds * 1000) < 1.5
    assert latency.p50 <= latency.p99


def test_quantiles_are_apart() -> None:
    """Nine fast ones in ten say nothing of the slow one."""
    counts = {
        counting.duration("stable", 0.01): 90,
        counting.duration("stable", 2.0): 10,
    }
    latency = counting.latency([item(counts)])["stable"]

    assert latency.p50 < 15
    assert 1_400 < latency.p99 < 2_900


def test_errors_by_type() -> None:
    """Those of all shards, the most frequent first."""
    items = [
        {"e#KeyError": {"N": "1"}, "expires_at": {"N": "9"}},
        {"e#Timeout": {"N": "3"}, "e#KeyError": {"N": "1"}, "e#Odd": {"N": "2"}},
    ]

    assert [*counting.errors(items).items()] == [
        ("Timeout", 3),
        ("KeyError", 2),
        ("Odd", 2),
    ]
    assert counting.errors([{}]) == {}

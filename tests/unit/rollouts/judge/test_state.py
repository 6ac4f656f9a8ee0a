"""The judge's memory from window to window."""

from __future__ import annotations

import pytest

from rollouts.judge import (
    Count,
    InvalidEvidence,
    Settings,
    State,
    Tally,
    advance,
    begin,
    observe,
    regressed,
    renewed,
)
from rollouts.judge.state import evidence, proof
from rollouts.judge.tally import plus

FULL = Count(canary=2, canary_failed=1, stable=18)


def tally(*four: int, users: tuple[int, int] = (0, 0)) -> Tally:
    """Errors in one stratum: canary, failed, stable, failed."""
    names = ("canary", "canary_failed", "stable", "stable_failed")
    count = Count(**dict(zip(names, four, strict=True)))
    return Tally(counts={"errors": {"warm": count}}, users=users)


def test_window_waits_until_full() -> None:
    """A look at a window that isn't full changes nothing."""
    state = begin()

    assert state is observe(state, tally(1, 1, 18, 0))
    assert state is observe(state, tally(19, 1, 1, 0))
    assert state is not observe(state, tally(2, 1, 18, 0))
    assert state is not observe(state, tally(1, 1, 3, 0), overdue=True)


def test_same_totals_twice() -> None:
    """A look that is repeated finds nothing new."""
    once = observe(begin(), tally(2, 1, 18, 0))

    assert once is observe(once, tally(2, 1, 18, 0))
    assert once == observe(once, tally(2, 1, 18, 0), overdue=True)


def test_late_data() -> None:
    """What arrives after its window was closed is in the next one."""
    first = observe(begin(), tally(2, 0, 18, 1))
    second = observe(first, tally(4, 1, 36, 1))

    assert second == advance(first, [tally(2, 1, 18, 0)])


def test_incremental() -> None:
    """Many windows at once end where one after the other does."""
    windows = [tally(2, 1, 18, 0), tally(3, 0, 20, 2), tally(9, 2, 80, 1)]
    stepwise = begin()
    for window in windows:
        stepwise = advance(stepwise, [window])

    assert stepwise == advance(begin(), windows)


def test_peak_stays() -> None:
    """A verdict that was reached isn't taken back by good windows."""
    accused = advance(begin(), [tally(2, 1, 18, 0)] * 5)
    later = advance(accused, [tally(20, 0, 180, 1)] * 100)

    assert regressed(accused)
    assert regressed(later)
    assert evidence(later) < evidence(accused) == accused.peak == later.peak


@pytest.mark.parametrize(
    "totals",
    [tally(5, 5, 1, 0), tally(8, 7, 1, 0), tally(19, 19, 0, 0), tally(5, 5, 0, 0)],
)
def test_failures_close_no_window(totals: Tally) -> None:
    """Windows that end where the canary fails would make a good one look bad."""
    state = begin()

    assert state is observe(state, totals)


def test_canary_alone_waits_for_nobody() -> None:
    """With nobody on stable a window is full of the canary's users."""
    state = begin()

    assert state is observe(state, tally(19, 0, 0, 0))
    assert state is not observe(state, tally(20, 0, 0, 0))
    assert state is observe(state, tally(1, 0, 19, 0))


def test_floor_stays() -> None:
    """The floor, once hit, stays hit."""
    state = advance(begin(), [tally(20, 20, 0, 0), tally(900, 0, 9, 0)])

    assert state.floor
    assert regressed(state)


def test_renewed() -> None:
    """A new step has health to prove anew, and keeps the case against the canary."""
    state = advance(begin(), [tally(20, 1, 180, 20)] * 9)
    anew = renewed(state)

    assert proof(state) > 0 == proof(anew)
    assert evidence(state) == evidence(anew)
    assert state.counted == anew.counted


def test_measures_are_averaged() -> None:
    """Three thresholds of a latency weigh as much as the errors, together."""
    names = ("slow:100", "slow:300", "slow:900")
    settings = Settings(measures=(("errors",), names))
    bad = {"warm": FULL}
    errors = advance(begin(settings), [Tally(counts={"errors": bad})] * 9)
    slow = advance(begin(settings), [Tally(counts=dict.fromkeys(names, bad))] * 9)

    assert evidence(errors) == pytest.approx(evidence(slow))


def test_no_measure_proves_for_another() -> None:
    """Good errors don't vouch for a latency that nobody measured."""
    settings = Settings(measures=(("errors",), ("slow",)))
    state = advance(begin(settings), [tally(20, 0, 180, 9)] * 9)

    assert 0 == proof(state)


@pytest.mark.parametrize(
    "bad",
    [
        tally(1, 2, 9, 0),
        tally(1, 0, 9, 10),
        tally(-1, 0, 9, 0),
        tally(10**10, 0, 9, 0),
        tally(1.5, 0, 9, 0),  # type: ignore[arg-type]
        tally(True, 0, 9, 0),  # noqa: FBT003 - the mistake itself
        tally(1, 0, 9, 0, users=(-1, 0)),
        Tally(counts={"slow": {"warm": Count()}}),
        Tally(counts={"errors": {str(n): Count() for n in range(65)}}),
    ],
)
def test_malformed(bad: Tally) -> None:
    """Counts that can't be are refused, and the state is as it was."""
    state = begin()

    with pytest.raises(InvalidEvidence):
        advance(state, [tally(2, 1, 18, 0), bad])
    with pytest.raises(InvalidEvidence):
        observe(state, bad, overdue=True)


@pytest.mark.parametrize("lost", [(1, 0, 18, 0), (2, 1, 17, 0), (2, 0, 30, 0)])
def test_totals_only_grow(lost: tuple[int, int, int, int]) -> None:
    """Totals that went down are somebody's mistake."""
    state = observe(begin(), tally(2, 1, 18, 0, users=(2, 18)))

    with pytest.raises(InvalidEvidence, match="totals only grow"):
        observe(state, tally(*lost, users=(2, 18)))
    with pytest.raises(InvalidEvidence, match="users went down"):
        observe(state, tally(2, 1, 18, 0, users=(2, 17)))


def test_strata_sum_up() -> None:
    """Tallies add stratum by stratum."""
    cold = Tally(counts={"errors": {"cold": FULL}}, users=(1, 2))
    both = plus(plus(cold, tally(1, 0, 2, 0)), cold)

    assert Count(canary=4, canary_failed=2, stable=36) == both.counts["errors"]["cold"]
    assert Count(canary=1, stable=2) == both.counts["errors"]["warm"]
    assert (2, 4) == both.users


def test_settings_are_kept() -> None:
    """A state brings its settings along."""
    state: State = begin(Settings(alpha=0.01))

    assert 0.01 == advance(state, [tally(2, 1, 18, 0)]).settings.alpha

"""The three words."""

from __future__ import annotations

import pytest

from rollouts.judge import (
    INCONCLUSIVE,
    PROVEN,
    REGRESSED,
    Count,
    Settings,
    Tally,
    advance,
    begin,
    proven,
    regressed,
    verdict,
)


def windows(count: Count, times: int = 1) -> list[Tally]:
    """The same window again and again."""
    return [Tally(counts={"errors": {"warm": count}})] * times


BAD = Count(canary=2, canary_failed=1, stable=18)
GOOD = Count(canary=20, stable=180, stable_failed=2)


@pytest.mark.parametrize(
    ("seen", "kind", "reason"),
    [
        ([], INCONCLUSIVE, "nobody to compare, both versions need users: errors of 0"),
        (windows(Count(canary=9), 9), INCONCLUSIVE, "nobody to compare"),
        (windows(Count(canary=9, stable=9), 9), INCONCLUSIVE, "no failures yet"),
        (
            windows(GOOD, 2),
            INCONCLUSIVE,
            "no difference is proven yet: the evidence is 0.64 of 20: errors",
        ),
        (windows(GOOD, 30), PROVEN, "the odds of failing are below 3: errors of 0"),
        (windows(BAD, 9), REGRESSED, "the canary fails more often than stable"),
        (
            windows(Count(canary=20, canary_failed=19)),
            REGRESSED,
            "more than 50 % of the canary's users fail, and nobody is on stable",
        ),
    ],
)
def test_kind(seen: list[Tally], kind: str, reason: str) -> None:
    """Each word says why, and the short questions agree with it."""
    state = advance(begin(), seen)
    found = verdict(state)

    assert kind == found.kind
    assert found.reason.startswith(reason)
    assert (kind == REGRESSED) == regressed(state)
    assert (kind == PROVEN) == proven(state)


def test_many_failures_are_not_few() -> None:
    """What lacks is proof: it is said how much there is, and how much is needed."""
    count = Count(canary=50, canary_failed=2, stable=50, stable_failed=1)
    found = verdict(advance(begin(), windows(count, 50)))

    assert INCONCLUSIVE == found.kind
    assert 5 < found.evidence < 20
    assert found.reason.endswith(
        f"the evidence is {found.evidence - 0.005:.2f} of 20: errors of 100 users in "
        "2500 looks on the canary, of 50 in 2500 on stable"
    )


def test_thresholds() -> None:
    """The evidence decides at exactly what the settings ask for."""
    found = verdict(begin(Settings(alpha=0.01, beta=0.1)))

    assert (100, 10) == pytest.approx((found.evidence_needed, found.proof_needed))
    assert (1, 1, 1) == pytest.approx((found.evidence, found.peak, found.proof))


@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.01, 0.001])
def test_surer_takes_longer(alpha: float) -> None:
    """REGRESSED comes with the first window that brings the evidence to 1/alpha."""
    state = begin(Settings(alpha=alpha, floor_users=1000))
    while not regressed(state):
        before, state = state, advance(state, windows(BAD))

    assert verdict(before).peak < 1 / alpha <= verdict(state).peak


def test_proof_can_be_lost() -> None:
    """A canary that was proven and then fails now and then is proven no longer."""
    healthy = advance(begin(), windows(GOOD, 60))
    failing = Count(canary=20, canary_failed=2, stable=180)

    assert proven(healthy)
    assert not proven(advance(healthy, windows(failing, 2)))


def test_beyond_floats() -> None:
    """Overwhelming evidence is a number all the same."""
    flood = Count(canary=10**6, canary_failed=4 * 10**5, stable=10**6)
    found = verdict(advance(begin(), windows(flood, 3)))

    assert REGRESSED == found.kind
    assert 1e300 < found.evidence == found.peak < float("inf")
    assert 0 <= found.proof < 1e-300

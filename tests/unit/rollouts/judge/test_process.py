"""Evidence gathered over windows."""

from __future__ import annotations

from itertools import product
from math import comb, exp, log

import pytest

from rollouts.judge.process import (
    Process,
    evidence,
    log_add,
    log_mean,
    started,
    taken,
)
from rollouts.judge.settings import Settings
from rollouts.judge.tally import Count

SETTINGS = Settings()
FAILED = Count(canary=2, canary_failed=1, stable=18)
FINE = Count(canary=2, stable=18, stable_failed=1)


def after(*windows: Count, settings: Settings = SETTINGS) -> Process:
    """The process after windows of one stratum."""
    process = started(settings)
    for window in windows:
        process = taken(process, [window], settings)
    return process


def test_nothing_yet() -> None:
    """Before anything is seen, the evidence is 1."""
    assert 0 == pytest.approx(evidence(started(SETTINGS)), abs=1e-15)


def test_uninformative() -> None:
    """A window that says nothing leaves the process as it is."""
    process = after(FAILED)

    assert process is taken(process, [Count(canary=3, stable=9)], SETTINGS)


def test_late_fault() -> None:
    """After five hundred good windows, a dozen bad ones are enough."""
    healthy = after(*[FINE] * 500)

    late = healthy
    for _ in range(12):
        late = taken(late, [FAILED], SETTINGS)

    assert min(healthy.sums) > -20
    assert evidence(late) > log(20)


def test_never_nothing() -> None:
    """The evidence never falls below the weight of faults still to come."""
    assert evidence(after(*[FINE] * 98)) > -log(100)


def test_proof_is_capped() -> None:
    """Old health is no surety for long: a few failures undo it."""
    proof = after(*[FINE] * 5000).proof

    assert proof == pytest.approx(log(10 / SETTINGS.beta))
    assert after(*[FINE] * 5000, *[FAILED] * 4).proof < log(1 / SETTINGS.beta)


def test_ville() -> None:
    """Over all histories of eight windows, few good canaries are ever accused."""
    settings = Settings(tolerance=1.0, alpha=0.25)
    chances = [comb(2, x) * comb(6, 2 - x) / comb(8, 2) for x in range(3)]
    counts = [
        Count(canary=2, canary_failed=x, stable=6, stable_failed=2 - x)
        for x in range(3)
    ]
    accused = 0.0
    for history in product(range(3), repeat=8):
        process, chance = started(settings), 1.0
        for x in history:
            chance *= chances[x]
        for x in history:
            process = taken(process, [counts[x]], settings)
            if evidence(process) >= -log(settings.alpha):
                accused += chance
                break

    assert 0 < accused <= settings.alpha


@pytest.mark.parametrize(("one", "other"), [(0, 0), (700, 700), (-800, 5), (1e6, -1e6)])
def test_sums_of_logs(one: float, other: float) -> None:
    """Logarithms add without overflow, in either order."""
    expected = max(one, other) + log(1 + exp(-abs(one - other)))

    assert expected == log_add(one, other) == log_add(other, one)
    assert log_mean([one, other]) == pytest.approx(expected - log(2))

"""The judges that ours is measured beside, and the benchmark itself."""

from __future__ import annotations

import json

import pytest

from benchmarks import judge
from benchmarks.harness import report
from benchmarks.judging.peers import FixedThreshold, MannWhitney, PeekedZ, rank_z
from benchmarks.judging.scenarios import FAULTY, HEALTHY

GOOD = (100, 1, 900, 9)
BAD = (100, 9, 900, 9)


@pytest.mark.parametrize("kind", [FixedThreshold, PeekedZ, MannWhitney])
def test_peers(kind: type[FixedThreshold | PeekedZ | MannWhitney]) -> None:
    """Each of them lets equal versions be, and finds a much worse one."""
    good, bad = kind(), kind()

    assert not any(good.worse(GOOD) for _ in range(9))
    assert any(bad.worse(BAD) for _ in range(9))


@pytest.mark.parametrize("kind", [FixedThreshold, PeekedZ, MannWhitney])
def test_empty_minutes(kind: type[FixedThreshold | PeekedZ | MannWhitney]) -> None:
    """Minutes without requests are no trouble."""
    assert not any(kind().worse((0, 0, 0, 0)) for _ in range(9))


def test_ranks() -> None:
    """The rank test by an example from a textbook's table, ties and all."""
    assert rank_z([1, 2, 3], [1, 2, 3]) == 0
    assert rank_z([5, 5, 5], [5, 5]) == 0
    # U = 15 of 15: 7.5 above its mean, whose spread is the root of 11.25.
    assert rank_z([6, 7, 8], [1, 2, 3, 4, 5]) == pytest.approx(7.5 / 11.25**0.5)


def test_rollout_repeats() -> None:
    """The same name and seed play the same rollouts."""
    task = ("x", FAULTY[120, "outage"], 1, 2)

    assert judge.part(task) == judge.part(task)


def test_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures have the promised keys, and make a table."""
    monkeypatch.setattr(judge, "HEALTHY", {"iid": HEALTHY["iid"]})
    figures = judge.measure(2)

    assert {"iid"} == figures["false_rollback"].keys() == figures["proven"].keys()
    assert {"20", "120", "600"} == figures["detect"].keys()
    cell = figures["detect"]["600"]["outage"]
    assert {"minutes", "minutes_most", "failed_users", "caught"} == cell.keys()
    assert 1 == cell["caught"]
    assert judge.PEERS.keys() == figures["peers"].keys()
    assert json.dumps(figures)
    assert "600/min outage" in report.table(judge.rows(figures))

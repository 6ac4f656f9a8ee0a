"""What may be chosen, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from rollouts.judge import InvalidEvidence, Settings, begin


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"alpha": 0}, "alpha must be"),
        ({"alpha": 1}, "alpha must be"),
        ({"beta": float("nan")}, "beta must be"),
        ({"beta": "x"}, "beta must be"),
        ({"tolerance": 0.5}, "tolerance must be an odds ratio"),
        ({"tolerance": None}, "tolerance must be an odds ratio"),
        ({"margin": float("inf")}, "margin must be an odds ratio"),
        ({"margin": 1.25}, "margin must be greater than tolerance"),
        ({"grid": ()}, "one above the tolerance"),
        ({"grid": (1.1, 1.2)}, "one above the tolerance"),
        ({"grid": [2]}, "grid must be odds ratios"),
        ({"grid": (2.0, 0.0)}, "grid must be odds ratios"),
        ({"floor_users": 0}, "floor_users must be"),
        ({"floor_users": True}, "floor_users must be"),
        ({"floor_share": 1}, "floor_share must be"),
        ({"window": 2.5}, "window must be"),
        ({"measures": ()}, "measures must be"),
        ({"measures": "errors"}, "measures must be"),
        ({"measures": ((),)}, "measures must be"),
        ({"measures": (("a",), ("a",))}, "measures must be"),
        ({"measures": ("errors", 5)}, "measures must be"),
        ({"measures": (("x" * 65,),)}, "measures must be"),
    ],
)
def test_refused(bad: dict[str, Any], message: str) -> None:
    """A rollout doesn't begin with settings that can't be."""
    with pytest.raises(InvalidEvidence, match=message):
        begin(Settings(**bad))


def test_all_at_once() -> None:
    """All that is wrong is said in one go."""
    with pytest.raises(InvalidEvidence, match=r"alpha.*; beta.*; window"):
        begin(Settings(alpha=2, beta=2, window=0))


def test_sought() -> None:
    """What is tolerated isn't sought."""
    assert (3.0, 5.0, 8.0, 15.0, 40.0) == Settings(tolerance=2.0).sought

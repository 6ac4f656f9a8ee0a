"""Evidence as a bar."""

from __future__ import annotations

import pytest

from admin_cli.rollouts.gauge import bar, figure, share


@pytest.mark.parametrize(
    ("value", "filled"), [(0.0, 0), (1.0, 0), (20**0.5, 0.5), (20.0, 1), (1e300, 1)]
)
def test_evidence_multiplies(value: float, filled: float) -> None:
    """Half of the way is the square root of what is needed."""
    assert filled == pytest.approx(share(value, 20))


def test_a_bar_is_full_only_if_it_is_enough() -> None:
    """Almost is not there."""
    assert "█████" == bar(20, 20, 5)
    assert "████░" == bar(19.99, 20, 5)
    assert "░░░░░" == bar(0.3, 20, 5)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1e-9, "under 0.01"),
        (0.54, "0.54"),
        (4.47, "4.5"),
        (20, "20"),
        (1e9, "over 9999"),
    ],
)
def test_figures_have_the_digits_that_mean_something(value: float, told: str) -> None:
    """Two digits, or none behind the point."""
    assert told == figure(value)

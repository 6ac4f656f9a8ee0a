"""A bake of which nobody was counted is not served: it waits for a person."""

from __future__ import annotations

import pytest

from rollouts.machine.tick import tick
from tests.unit.rollouts.machine.play import SHORT, look, started, ticked


def test_no_evidence_pauses_a_plan_that_would_advance() -> None:
    """Time alone is not enough."""
    body = ticked(started(SHORT), look())
    seen = look(600, verdict="INCONCLUSIVE", counted=(0, 0))
    change = tick(body, seen)
    assert change is not None
    assert change.event == "hold"
    assert "nobody was counted on either version" in change.why


def test_stable_alone_is_told_apart() -> None:
    """The words say that stable was counted."""
    body = ticked(started(SHORT), look())
    change = tick(body, look(600, verdict="INCONCLUSIVE", counted=(0, 9)))
    assert change is not None
    assert "none on the canary" in change.why


def test_a_proof_of_nobody_is_not_believed() -> None:
    """A proof needs somebody to be made of."""
    body = ticked(started(SHORT), look())
    change = tick(body, look(600, verdict="PROVEN", counted=(0, 0)))
    assert change is not None
    assert change.event == "hold"


def test_everyone_on_the_canary_and_nobody_counted() -> None:
    """The last step is not served in silence either."""
    body = ticked(started(SHORT[1:]), look())
    change = tick(body, look(600, verdict="INCONCLUSIVE", counted=(0, 0)))
    assert change is not None
    assert change.event == "hold"


@pytest.mark.parametrize(
    ("policy", "event"), [("extend", "extend"), ("abort", "abort")]
)
def test_what_is_safer_is_done(policy: str, event: str) -> None:
    """Plans that bake again or abort do so."""
    body = ticked(started(SHORT, inconclusive=policy), look())
    change = tick(body, look(600, verdict="INCONCLUSIVE", counted=(0, 0)))
    assert change is not None
    assert change.event == event

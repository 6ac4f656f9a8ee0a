"""How long playing rollouts takes, known before it is begun.

Laws
1. It depends on the question alone, not on the machine: what is refused on one is
   refused on all, and the same question has the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from rollouts.simulation import Fault, Step, Traffic

USUAL, FEWEST = 100, 20
# Seconds: what a person waits for without being asked, and what at all.
PATIENCE, LONGEST = 4.0, 60.0

# Measured on one core of a cloud machine: seconds a minute of a rollout, what each of
# six looks costs that has a failure to judge, and what each failure adds to its sums.
_MINUTE, _LOOK, _FAILURE = 130e-6, 40e-6, 1.5e-6
_LOOKS = 6


def seconds(traffic: Traffic, fault: Fault, steps: Sequence[Step]) -> float:
    """For one rollout with the bug and one without; about twice that at worst."""
    return sum(
        step.minutes * (_minute(traffic, 0.0) + _minute(traffic, _worse(fault, step)))
        for step in steps
    )


def runs_within(
    limit: float, traffic: Traffic, fault: Fault, steps: Sequence[Step]
) -> int:
    """How many rollouts of each kind take so many seconds."""
    return int(limit / seconds(traffic, fault, steps))


def _worse(fault: Fault, step: Step) -> float:
    return fault.errors * step.percent / 100


def _minute(traffic: Traffic, worse: float) -> float:
    failures = traffic.rate * min(1.0, traffic.errors + worse)
    return _MINUTE + _LOOK * min(_LOOKS, failures) + _FAILURE * failures

"""What to expect of a plan at this traffic: many rollouts, summed up.

Laws
1. A healthy canary and a faulty one go through the same plan; both are told, since a
   plan that catches everything by rolling everything back is no good.
2. Where a fault is caught in less than half of the rollouts, traffic is too thin for
   this plan, and that is said in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from flags.record import Record
from rollouts.judge import Settings
from rollouts.simulation.chance import Dice
from rollouts.simulation.model import NONE, Fault, Step, Traffic
from rollouts.simulation.play import Outcome, play

TIMES = 200
LIKELY = 0.5


class Forecast(Record):
    """Shares are from 0 to 1, minutes since the start, None if it never came.

    `caught`: the share of rollouts with the fault that were rolled back, `by_step` in
    each step. `minutes`, `failed`: medians, of rollouts caught and of all; more than
    `failed_most` users fail in one of ten. `failed_by_step`: medians of the users who
    failed by the end of each step, whether it began or not. `false_rollback`,
    `proven`, `proven_minutes` are those of a canary without the fault.
    """

    caught: float
    by_step: tuple[float, ...]
    failed_by_step: tuple[float, ...]
    minutes: float | None
    failed: float
    failed_most: float
    false_rollback: float
    proven: float
    proven_minutes: float | None
    advice: str


def forecast(  # noqa: PLR0913 - what, to whom, how and how often
    traffic: Traffic,
    fault: Fault,
    steps: Sequence[Step],
    *,
    dice: Dice,
    settings: Settings | None = None,
    times: int = TIMES,
) -> Forecast:
    """Plays the plan `times` times with the fault and without."""
    bad = [play(traffic, fault, steps, dice, settings) for _ in range(times)]
    good = [play(traffic, NONE, steps, dice, settings) for _ in range(times)]
    caught = [outcome for outcome in bad if outcome.rolled_back is not None]
    failed = sorted(outcome.failed for outcome in bad)
    proven = [outcome.proven for outcome in good if outcome.proven is not None]
    share = len(caught) / times
    return Forecast(
        caught=share,
        by_step=tuple(
            sum(outcome.step == number for outcome in caught) / times
            for number in range(len(steps))
        ),
        failed_by_step=tuple(
            median(_failed_by(outcome, number) for outcome in bad)
            for number in range(len(steps))
        ),
        minutes=_middle([o.rolled_back for o in caught if o.rolled_back is not None]),
        failed=median(failed),
        failed_most=failed[min(times - 1, times * 9 // 10)],
        false_rollback=_rolled_back(good) / times,
        proven=len(proven) / times,
        proven_minutes=_middle(proven),
        advice=_advice(share, len(proven) / times),
    )


def _rolled_back(outcomes: list[Outcome]) -> int:
    return sum(outcome.rolled_back is not None for outcome in outcomes)


def _failed_by(outcome: Outcome, step: int) -> int:
    """Who had failed by the end of a step; after a rollback nobody does."""
    return outcome.failures[min(step, len(outcome.failures) - 1)]


def _middle(values: list[float]) -> float | None:
    return median(values) if values else None


def _advice(caught: float, proven: float) -> str:
    if caught < LIKELY:
        return (
            "traffic is too thin: this fault would pass more often than not; take "
            "longer or bigger steps, or send synthetic traffic to a check"
        )
    if proven < LIKELY:
        return (
            "the fault is likely to be caught, but good health can't be proven in this "
            "time: an inconclusive bake means that no harm was seen"
        )
    return "the fault is likely to be caught, and good health to be proven"

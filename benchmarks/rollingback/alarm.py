"""What a rollback driven by CloudWatch takes, computed: nothing of it is measured.

The alarm is the one that SAM documents for gradual deployments: the sum of Errors in 60
seconds is above 0, twice in a row. Two such periods must be over, of which the first is
the one in which green begins to fail; a period's sum is taken as known 60 seconds after
its end; the alarm is looked at once a minute; and CodeDeploy acts at once. Nothing is
added for its own work, nor for the alias to change.
"""

from __future__ import annotations

from math import exp
from typing import Any

PERIOD, PERIODS = 60.0, 2
LAG = 60.0
LOOK = 60.0


def seconds() -> tuple[float, float, float]:
    """From the first failure to the rollback: at best, on average, at worst."""
    # How much of the first period is left, and when the alarm is looked at, is chance.
    least = (PERIODS - 1) * PERIOD + LAG
    return least, least + PERIOD / 2 + LOOK / 2, least + PERIOD + LOOK


def failed(users: float, rate: float, span: float) -> float:
    """Distinct users who fail in so many seconds.

    `users` are green's, of whom one comes by `rate` times a second, drawn by lot.
    """
    return users * (1 - exp(-rate * span / users))


def figures(users: int, rate: float, weight: float) -> dict[str, Any]:
    """With the benchmark's own traffic, of which `weight` per cent are on green."""
    share = weight / 100
    names = ("least", "mean", "most")
    spans = dict(zip(names, seconds(), strict=True))
    return {
        "seconds": spans,
        "failed_requests": {k: round(rate * share * v) for k, v in spans.items()},
        "failed_users": {
            k: round(failed(users * share, rate * share, v), 1)
            for k, v in spans.items()
        },
        "how": " ".join((__doc__ or "").split()),
    }

"""A rollout played through with made-up users, before anyone real is in it.

    forecast(traffic, fault, steps, dice=random.Random(1)).caught

Pure: the dice are passed in, and the judge is the real one.
"""

from __future__ import annotations

from rollouts.simulation.forecast import Forecast, forecast
from rollouts.simulation.model import (
    Cold,
    Fault,
    Incidents,
    InvalidModel,
    Step,
    Traffic,
)
from rollouts.simulation.play import Outcome, play
from rollouts.simulation.thinness import (
    Remedy,
    expected_failures,
    expected_users,
    odds_ratio,
    remedy,
)

__all__ = [
    "Cold",
    "Fault",
    "Forecast",
    "Incidents",
    "InvalidModel",
    "Outcome",
    "Remedy",
    "Step",
    "Traffic",
    "expected_failures",
    "expected_users",
    "forecast",
    "odds_ratio",
    "play",
    "remedy",
]

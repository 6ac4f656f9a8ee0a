"""The left screen again and again: one deployment of a model is luck; pure."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from examples.compare.dice import Dice
from examples.compare.score import score


@dataclass(frozen=True, slots=True, kw_only=True)
class Often:
    """So many deployments: the share that was rolled back, and medians of the rest.

    `seconds_to_rollback` is of those that were rolled back, None if none was.
    """

    deployments: int
    rolled_back: float
    users_failed: float
    mixed_share: float
    seconds_to_rollback: float | None


def often(fault: str, deployments: int) -> Often:
    """Each with dice and traffic of its own."""
    scores = [score(Dice(fault=fault, seed=seed).play()) for seed in range(deployments)]
    seconds = [
        one.seconds_to_rollback for one in scores if one.seconds_to_rollback is not None
    ]
    return Often(
        deployments=deployments,
        rolled_back=sum(one.rolled_back for one in scores) / deployments,
        users_failed=median(one.users_failed for one in scores),
        mixed_share=round(median(one.mixed_chains / one.orders for one in scores), 3),
        seconds_to_rollback=round(median(seconds), 1) if seconds else None,
    )

"""Rollout plans: how people write them, and how they are carried out."""

from flags.store.plans.agreement import plan_problems
from flags.store.plans.canon import READY, canonical
from flags.store.plans.durations import seconds, spelled
from flags.store.plans.grammar import INCONCLUSIVE, PlanDocument
from flags.store.plans.measures import watch_settings
from flags.store.plans.progress import Rollout, live, running

__all__ = [
    "INCONCLUSIVE",
    "READY",
    "PlanDocument",
    "Rollout",
    "canonical",
    "live",
    "plan_problems",
    "running",
    "seconds",
    "spelled",
    "watch_settings",
]

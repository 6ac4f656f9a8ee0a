"""The controller's metrics, in CloudWatch's embedded metric format.

A tick that has nothing to look at writes none: they would cost money all night.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from flags.store.values import WHOLE
from rollouts.controller.attending import Outcome
from rollouts.machine.rollout import Rollout

NAMESPACE = "Canary"
# Dimensions: the controller's function name tells deployments apart.
CONTROLLER, RELEASE = "Controller", "Release"
# A chart with more of it is no better.
_MOST_EVIDENCE = 1_000.0


def of_release(outcome: Outcome) -> Mapping[str, float]:
    """The metrics of one release.

    `Weight` is in per cent, `Step` counts from 1, and `Evidence` is the greatest that
    there was as a share of what rolls back: 1 is enough.
    """
    rollout = Rollout.of(outcome.body)
    found: dict[str, float] = {
        "Weight": _weight(outcome.body.get("weight")),
        "Rollbacks": outcome.rollbacks,
    }
    if rollout is not None and rollout.live:
        found["Step"] = rollout.step + 1
    if outcome.verdict is not None:
        share = outcome.verdict.peak / outcome.verdict.evidence_needed
        found["Evidence"] = min(share, _MOST_EVIDENCE)
    return found


def _weight(value: object) -> float:
    """A document of another grammar may have anything there."""
    number = isinstance(value, int | float) and 0 <= value <= WHOLE
    return float(value) if number else 0.0  # type: ignore[arg-type]


def write(
    controller: str, own: Mapping[str, float], outcomes: Iterable[Outcome]
) -> None:
    """Write the controller's own metrics, and those of each release, to the log."""
    _line({CONTROLLER: controller}, own)
    for outcome in outcomes:
        dimensions = {CONTROLLER: controller, RELEASE: outcome.name}
        _line(dimensions, of_release(outcome))


def _line(dimensions: Mapping[str, str], values: Mapping[str, float]) -> None:
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    # Powertools would add one named `service`, which nobody searches for.
    metrics.service = ""
    for name, value in dimensions.items():
        metrics.add_dimension(name=name, value=value)
    for metric, number in values.items():
        unit = MetricUnit.Percent if metric == "Weight" else MetricUnit.Count
        metrics.add_metric(name=metric, unit=unit, value=number)
    metrics.flush_metrics()

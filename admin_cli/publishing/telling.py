"""Deployments and versions as data, and as lines that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from admin_cli import changing
from admin_cli.publishing.deployment import Outcome
from admin_cli.publishing.releases import Target
from rollouts.publishing.train import Car, Train

Data = dict[str, Any]
# More names than these are a wall.
_SHOWN = 6


def deployment(
    target: Target,
    train: Train,
    outcome: Outcome | None,
    *,
    dry_run: bool,
) -> Data:
    """A deployment as JSON shows it; without an outcome nothing was done."""
    versions = outcome.versions if outcome else {}
    return {
        **changing.data(outcome.entries if outcome else (), dry_run=dry_run),
        "release": target.name,
        "colour": target.idle,
        "services": [
            _service(car, versions.get(car.service), whole=bool(train.changed))
            for car in train.cars
        ],
    }


def _service(car: Car, versions: Mapping[str, str] | None, *, whole: bool) -> Data:
    """`canary` is None for a version that is yet to be published."""
    idle = car.standing.idle
    planned = car.version if whole else idle and idle.version
    return {
        "name": car.service,
        "stable": car.standing.stable.version,
        "canary": versions["canary"] if versions else planned,
        "changed": list(car.changed),
    }


def texts(data: Data, outcome: Outcome | None) -> list[str]:
    """A deployment as people read it."""
    lines = [_line(service, data["colour"]) for service in data["services"]]
    return [*lines, *changing.texts(outcome.entries if outcome else ())]


def _line(service: Data, colour: str) -> str:
    name, stable = service["name"], service["stable"]
    version = service["canary"] or "a new version"
    changed = shortened(service["changed"]) or "nothing"
    return (
        f"{name}: stable on version {stable}, {colour} on {version}; changed: {changed}"
    )


def shortened(names: Sequence[str]) -> str:
    """Names in one line, and how many more there are."""
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown

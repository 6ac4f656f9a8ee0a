"""One message of a run, and what `canary explain` says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from examples.compare.services.orders.faults import FAILED, OK
from examples.compare.sightings import BLUE, GREEN, WORKER, Sighting
from examples.compare.stage import RELEASE, Stage
from examples.demo.canary import CanaryError, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What was asked of which message, and the answer."""

    fault: str
    order: str
    user: str
    token: str
    ran: Sequence[str]
    command: str
    answer: str


def pick(sightings: Sequence[Sighting]) -> Sighting | None:
    """A message that failed on green and was then done by blue; pure."""
    saved = {
        one.order
        for one in sightings
        if (one.service, one.colour, one.outcome) == (WORKER, BLUE, OK)
    }
    failed = (
        one
        for one in sightings
        if (one.service, one.colour, one.outcome) == (WORKER, GREEN, FAILED)
    )
    return next((one for one in failed if one.order in saved and one.token), None)


def explain(
    stage: Stage, fault: str, sightings: Sequence[Sighting]
) -> Explained | None:
    """Ask about such a message, by the rules of now; None if there is none."""
    message = pick(sightings)
    if message is None:
        return None
    asked = ("explain", RELEASE, "--id", message.user, "--token", message.token)
    done = run(stage.system, *asked, "-o", "table")
    if done.returncode:
        raise CanaryError(f"canary {' '.join(asked)}: {done.stderr.strip()}")
    ran = [
        f"attempt {one.attempt} on {one.colour}: {one.outcome}"
        for one in sorted(sightings, key=lambda one: one.at)
        if (one.order, one.service) == (message.order, WORKER)
    ]
    return Explained(
        fault=fault,
        order=message.order,
        user=message.user,
        token=message.token,
        ran=ran,
        command=f"canary {' '.join(asked)}",
        answer=done.stdout.rstrip(),
    )

"""Sightings and stories for tests."""

from __future__ import annotations

from collections.abc import Sequence

from examples.compare.services.orders.faults import FAILED, OK
from examples.compare.sightings import BLUE, GREEN, SERVICES, Change, Sighting, Story

COLOURS = {"b": BLUE, "g": GREEN}
# From one service to the next, in seconds.
HOP = 0.1


def seen(  # noqa: PLR0913 - a row of the table that is being told
    service: str,
    colour: str = BLUE,
    *,
    at: float = 10.0,
    order: str = "o",
    user: str = "ann",
    attempt: int = 1,
    outcome: str = OK,
    token: str = "",
) -> Sighting:
    """One attempt."""
    return Sighting(
        at=at,
        order=order,
        user=user,
        service=service,
        attempt=attempt,
        colour=colour,
        outcome=outcome,
        token=token,
    )


def chain(
    colours: str, *, at: float = 10.0, order: str = "o", user: str = "ann"
) -> list[Sighting]:
    """An order on its way, a letter for each service; more are the worker again.

    All but the last attempt of the worker fail.
    """
    found = []
    for number, letter in enumerate(colours):
        attempt = max(number - len(SERVICES) + 2, 1)
        again = number >= len(SERVICES) - 1 and number < len(colours) - 1
        found.append(
            seen(
                SERVICES[min(number, len(SERVICES) - 1)],
                COLOURS[letter],
                at=at + number * HOP,
                order=order,
                user=user,
                attempt=attempt,
                outcome=FAILED if again else OK,
            )
        )
    return found


def story(
    *chains: Sequence[Sighting],
    rolled_back: float | None = None,
    promoted: float | None = None,
    dead: int = 0,
) -> Story:
    """A release that begins at 0 with 10 %."""
    changes = [Change(at=0.0, weight=10.0)]
    if rolled_back is not None:
        changes.append(Change(at=rolled_back, weight=0.0))
    return Story(
        sightings=[one for found in chains for one in found],
        changes=changes,
        rolled_back=rolled_back,
        promoted=promoted,
        dead=dead,
    )

"""Publishes a train and points its idle aliases; whatever breaks off goes on later.

Order: every version is published before any alias moves, and every alias has moved
before anybody is sent there. Nothing here gives the idle colour a single user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flags.errors import InvalidDocument
from rollouts.publishing.failures import Conflict
from rollouts.publishing.fingerprint import changes
from rollouts.publishing.functions import Functions
from rollouts.publishing.train import Car, Standing, Train, couple, problems

# How often `$LATEST` is read anew when its revision moved and what runs did not:
# Lambda gives it another revision of its own accord after an update.
ATTEMPTS = 3

Say = Callable[[str], None]


def look(
    functions: Functions, services: Sequence[str], stable: str, idle: str
) -> Train:
    """Read how the services stand, beside this stable colour.

    Raises `InvalidDocument` with all that is wrong with their aliases, `NoFunction`,
    `NotReady`, `LambdaUnavailable` or `Unreadable`.
    """
    aliases = {service: functions.aliases(service) for service in services}
    wrong = [
        problem
        for service in services
        for problem in problems(service, stable, aliases[service])
    ]
    if wrong:
        raise InvalidDocument(wrong)
    standings = []
    for service in services:
        base, other = aliases[service][stable], aliases[service].get(idle)
        standings.append(
            Standing(
                service=service,
                latest=functions.settled(service),
                stable=base,
                stable_runs=functions.config(service, base.version),
                idle=other,
                idle_runs=functions.config(service, other.version) if other else None,
            )
        )
    return couple(standings)


def publish(
    functions: Functions, train: Train, description: str, say: Say
) -> dict[str, str]:
    """Publish what is not published yet; returns every service's canary version.

    Raises `Conflict` if a function changed since it was looked at.
    """
    versions = {}
    for car in train.cars:
        version = car.version
        if version is None:
            version = _published(functions, car, description)
            say(f"{car.service}: version {version} is published")
        versions[car.service] = version
    return versions


def point(
    functions: Functions,
    train: Train,
    idle: str,
    versions: Mapping[str, str],
    say: Say,
) -> None:
    """Let every idle alias name its canary version, and no other.

    Raises `Conflict` if somebody moved an alias since it was looked at.
    """
    for car in train.cars:
        version = versions[car.service]
        if not car.points(version):
            functions.point(car.service, car.standing.idle or idle, version)
            say(f"{car.service}:{idle} is on version {version}")


def _published(functions: Functions, car: Car, description: str) -> str:
    latest = car.standing.latest
    for _ in range(ATTEMPTS - 1):
        try:
            return functions.publish(car.service, latest, description)
        except Conflict:
            found = functions.settled(car.service)
            if moved := changes(latest, found):
                raise Conflict(_moved(car.service, moved)) from None
            latest = found
    return functions.publish(car.service, latest, description)


def _moved(service: str, moved: Sequence[str]) -> str:
    return (
        f"{service}: somebody changed {', '.join(moved)} since it was looked at; no "
        "version was published of it; try again once that update is what you mean"
    )

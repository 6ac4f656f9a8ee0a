"""The services of a release as one train: what each needs before it can roll.

Laws
1. Pure: what Lambda told comes in, what is to be done comes out.
2. A service whose `$LATEST` runs as stable does has not changed: its idle alias goes
   to stable's version, so that the whole train is on one colour.
3. Nothing that is there already is made again: another run goes on where one broke
   off.
4. Stable is looked at and never touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flags.errors import Problem
from rollouts.publishing.alias import LATEST, Alias
from rollouts.publishing.fingerprint import changes, fingerprint

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A service as it stands: its `$LATEST`, its two aliases, and their versions."""

    service: str
    latest: Config
    stable: Alias
    stable_runs: Config
    idle: Alias | None = None
    idle_runs: Config | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """What one service needs.

    `version` is what the idle alias is to name, or None for one that is yet to be
    published. `changed` names what differs from stable (`fingerprint.changes`).
    """

    standing: Standing
    changed: tuple[str, ...]
    version: str | None

    @property
    def service(self) -> str:
        """The function's name."""
        return self.standing.service

    def points(self, version: str) -> bool:
        """Whether the idle alias names this version, and that alone."""
        idle = self.standing.idle
        return idle is not None and idle.version == version and not idle.weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Train:
    """All services of a release, in its order."""

    cars: tuple[Car, ...] = field(default_factory=tuple)

    @property
    def changed(self) -> tuple[Car, ...]:
        """Those that do not run as stable does."""
        return tuple(car for car in self.cars if car.changed)


def couple(standings: Sequence[Standing]) -> Train:
    """What each service needs; raises `Unreadable`."""
    return Train(cars=tuple(map(_car, standings)))


def problems(service: str, colour: str, aliases: Mapping[str, Alias]) -> list[Problem]:
    """What keeps a service from being deployed beside stable, of this colour."""
    stable = aliases.get(colour)
    return [
        Problem(path=f"{service}:{colour}", message=message)
        for message in (_unfit(service, stable) if stable else [_missing(service)])
    ]


def notes(car: Car, colour: str) -> Iterator[str]:
    """What a person should know of the idle alias before it moves."""
    idle = car.standing.idle
    if idle is None:
        yield f"{car.service} has no alias {colour} yet; it is made"
        return
    if idle.version == LATEST:
        yield f"{car.service}:{colour} was on $LATEST; it gets a version of its own"
    for version, share in sorted(idle.weights.items()):
        yield (
            f"{car.service}:{colour} sent {share:.0%} to version {version}; that "
            "weight is removed, since the router shares users out"
        )


def _car(standing: Standing) -> Car:
    changed = tuple(changes(standing.stable_runs, standing.latest))
    return Car(
        standing=standing,
        changed=changed,
        version=_published(standing) if changed else standing.stable.version,
    )


def _published(standing: Standing) -> str | None:
    """The idle alias's version, if it runs as `$LATEST` does."""
    idle, runs = standing.idle, standing.idle_runs
    if idle is None or runs is None or idle.version == LATEST:
        return None
    same = fingerprint(runs) == fingerprint(standing.latest)
    return idle.version if same else None


def _unfit(service: str, stable: Alias) -> Iterator[str]:
    if stable.version == LATEST:
        yield (
            "stable is on $LATEST, so every update of the code reaches everyone; "
            f"publish a version and give it to the alias: {_update(service, stable)} "
            "--function-version N"
        )
    if stable.weights:
        shares = ", ".join(f"{v}: {s:.0%}" for v, s in sorted(stable.weights.items()))
        yield (
            f"stable shares its users with other versions ({shares}); end what does "
            f"that, or take the weights away: {_update(service, stable)} "
            "--routing-config AdditionalVersionWeights={}"
        )


def _missing(service: str) -> str:
    return (
        "there is no such alias, so nothing is stable; publish a version of "
        f"{service} and make both aliases for it (docs/publishing.md)"
    )


def _update(service: str, alias: Alias) -> str:
    return f"aws lambda update-alias --function-name {service} --name {alias.name}"

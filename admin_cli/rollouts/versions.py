"""Compares aliases with the versions of a rollout before a person moves it.

Laws
1. Nobody is sent to another version than the record names: the move is refused, with
   both versions and what helps. An abort is never compared.
2. What the record doesn't tell is told as it is found, so that a person may judge it.
3. An alias with weights is looked at twice: Lambda sets them itself for a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from admin_cli import clock
from flags.errors import InvalidDocument, Problem
from flags.store.compiler import other
from rollouts.controller.aliases import Aliases, absent
from rollouts.machine.rollout import Body, Rollout
from rollouts.publishing import drift
from rollouts.publishing.alias import Alias
from rollouts.publishing.failures import LambdaUnavailable, asked

# Seconds between two looks at an alias with weights.
APART = 5.0
Roles = tuple[str, ...]
BOTH: Roles = ("stable", "canary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What was found: versions by role for a record, and what to tell."""

    versions: Mapping[str, str] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Of the release `name`; `client` is boto3's of Lambda.

    `remedy` follows on what differs: what a person can do instead.
    """

    name: str
    client: Any
    remedy: str

    def made(self, body: Body, rollout: Rollout, roles: Roles) -> Compared:
        """Compare; raises `InvalidDocument` for what differs.

        Raises `LambdaUnavailable` if the record can't be compared with anything.
        """
        services = body["release"]["services"]
        colours = {"stable": rollout.stable, "canary": rollout.canary}
        known = bool(rollout.versions)
        try:
            held = {role: self._settled(services, colours[role]) for role in roles}
        except LambdaUnavailable as error:
            if known:
                error.add_note("--skip-checks goes on without looking at the versions")
                raise
            return Compared(notes=(f"the aliases can't be looked at: {error}",))
        return self._judged(rollout, colours, held)

    def current(self, body: Body, stable: str) -> Compared:
        """The versions that the aliases name now, without a record to compare with.

        Raises `InvalidDocument` if the canary's alias is gone beside one of stable, or
        shares its users with another version.
        """
        services = body["release"]["services"]
        try:
            base = self._held(services, stable)
            held = self._settled(services, other(stable))
        except LambdaUnavailable as error:
            return Compared(notes=(f"the aliases can't be looked at: {error}",))
        here = {service: alias for service, alias in held.items() if base[service]}
        there = {service: alias for service, alias in here.items() if alias}
        self._expect_none(
            [f"{alias} is gone" for alias in absent(here, other(stable))]
            + list(drift.of(None, "canary", there).all)
        )
        if len(there) < len(services):
            return Compared()
        known = {service: alias for service, alias in base.items() if alias}
        return Compared(versions=drift.named({"stable": known, "canary": there}))

    def _expect_none(self, wrong: list[str]) -> None:
        if wrong:
            path = f"flags.{self.name}.rollout.versions"
            message = f"{', '.join(wrong)}; {self.remedy}"
            raise InvalidDocument([Problem(path=path, message=message)])

    def _judged(
        self,
        rollout: Rollout,
        colours: Mapping[str, str],
        held: Mapping[str, Mapping[str, Alias | None]],
    ) -> Compared:
        wrong, notes = [], []
        there: dict[str, dict[str, Alias]] = {}
        for role, found in held.items():
            there[role] = {name: alias for name, alias in found.items() if alias}
            gone = [f"{alias} is gone" for alias in absent(found, colours[role])]
            wrong += gone if rollout.versions else []
            wrong += drift.of(rollout.versions, role, there[role]).all
            notes += [
                f"{words}; the rollout's record has no version to compare it with"
                for words in drift.unpinned(rollout.versions, role, there[role])
            ]
        self._expect_none(wrong)
        whole = all(len(there[role]) == len(found) for role, found in held.items())
        versions = drift.named(there) if whole and {*there} == {*BOTH} else None
        return Compared(versions=versions, notes=tuple(notes))

    def _settled(self, services: list[str], colour: str) -> dict[str, Alias | None]:
        found = self._held(services, colour)
        if any(alias and any(alias.weights.values()) for alias in found.values()):
            clock.sleep(APART)
            found = self._held(services, colour)
        return found

    def _held(self, services: list[str], colour: str) -> dict[str, Alias | None]:
        aliases = Aliases(client=self.client, functions={s: s for s in services})
        with asked(f"the aliases {colour}"):
            return aliases.held(services, colour)

"""The aliases of a release, compared with the versions that its rollout is about.

Laws
1. Pure: aliases come in as they were seen, None for a role that could not be.
2. An alias that names another version than the record has been moved, for certain.
3. One that shares its users with another version is to be looked at twice: Lambda does
   that by itself for a moment (`confirmation`). Until then, and while aliases can't be
   seen, nobody goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rollouts.controller.aliases import absent
from rollouts.machine.rollout import Rollout
from rollouts.publishing import drift
from rollouts.publishing.alias import Alias

Held = Mapping[str, Alias | None]
# By role, in words.
Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasState:
    """What is missing, was moved, or is shared out; and whether a role is `unseen`.

    `versions` are those that the aliases name by role, None unless all are known.
    """

    missing: Words
    moved: Words
    shared: Words
    unseen: bool = False
    versions: Mapping[str, str] | None = None

    @property
    def unsettled(self) -> tuple[str, ...]:
        """What keeps everybody from going on until it is seen again."""
        words = [word for found in self.shared.values() for word in found]
        return (*words, "aliases that can't be seen") if self.unseen else tuple(words)

    def confirmed(self) -> AliasState:
        """What is shared out was seen twice, so it was moved."""
        moved = {
            role: (*words, *self.shared.get(role, ()))
            for role, words in self.moved.items()
        }
        return replace(self, moved=moved, shared={})


def state_of(
    rollout: Rollout, services: Sequence[str], held: Mapping[str, Held | None]
) -> AliasState:
    """The state of the aliases of both roles."""
    colours = {"stable": rollout.stable, "canary": rollout.canary}
    there = {role: _there(found) for role, found in held.items()}
    drifts = {
        role: drift.of(rollout.versions, role, found) for role, found in there.items()
    }
    return AliasState(
        missing={role: absent(it or {}, colours[role]) for role, it in held.items()},
        moved={role: found.moved for role, found in drifts.items()},
        shared={role: found.shared for role, found in drifts.items() if found.shared},
        unseen=any(found is None for found in held.values()),
        versions=drift.named(there) if _complete(there, services) else None,
    )


def _there(held: Held | None) -> dict[str, Alias]:
    return {service: alias for service, alias in (held or {}).items() if alias}


def _complete(
    there: Mapping[str, Mapping[str, Alias]], services: Sequence[str]
) -> bool:
    """Whether nothing is left out: a number alone would stand for all services."""
    return all(set(found) == set(services) for found in there.values())

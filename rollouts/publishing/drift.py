"""Whether aliases still name the versions that a rollout is about.

A rollout keeps the versions that it began with (`rollouts.publishing.named`). An alias
can be moved under it by hand, by another tool, or by a stack that is updated.

Laws
1. Pure: aliases come in as Lambda told them, words for people come out.
2. An alias that shares its users with another version runs what nobody judged, even
   where its own version is the right one. A share of nothing counts for nothing.
3. What the record doesn't tell is compared with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rollouts.publishing.alias import Alias
from rollouts.publishing.named import read, written

# Aliases of one role, by service.
Aliases = Mapping[str, Alias]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What is other than the record says, in words.

    `shared` may pass: Lambda gives an alias weights of its own accord for a moment when
    its version changes.
    """

    moved: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Both."""
        return (*self.moved, *self.shared)


def of(versions: object, role: str, aliases: Aliases) -> Drift:
    """How the aliases of a role differ from a rollout's `versions`."""
    moved, shared = [], []
    for service, alias in aliases.items():
        pinned = read(versions, service).get(role)
        if pinned is not None and alias.version != pinned:
            name = f"{service}:{alias.name}"
            moved.append(f"{name} names version {alias.version}, not {pinned}")
        shared += [
            f"{service}:{alias.name} sends {100 * share:g} % of its users to version "
            f"{version}"
            for version, share in sorted(alias.weights.items())
            if share
        ]
    return Drift(moved=tuple(moved), shared=tuple(shared))


def unpinned(versions: object, role: str, aliases: Aliases) -> list[str]:
    """What the aliases name where the record tells no version, in words."""
    return [
        f"{service}:{alias.name} names version {alias.version}"
        for service, alias in aliases.items()
        if role not in read(versions, service)
    ]


def named(by_role: Mapping[str, Aliases]) -> dict[str, str] | None:
    """The versions of all services by role, for a rollout's record.

    None unless each alias names one published version and no other.
    """
    versions: dict[str, dict[str, str]] = {}
    for role, aliases in by_role.items():
        for service, alias in aliases.items():
            if not alias.version.isdecimal() or any(alias.weights.values()):
                return None
            versions.setdefault(service, {})[role] = alias.version
    if any(len(roles) != len(by_role) for roles in versions.values()):
        return None
    return written(versions) or None

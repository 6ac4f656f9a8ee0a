"""Which published versions nothing names, so that they can go.

Laws
1. Pure. A version goes only if there is no reason to keep it, and every reason is
   told.
2. `$LATEST` is no published version, and never in question.
3. What an alias may send somebody to stays, and so does what a rollout names: both
   colours of every release, and with them stable's version and the one before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rollouts.publishing.alias import LATEST, Alias
from rollouts.publishing.named import kept, read

Config = Mapping[str, Any]
KEEP = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Whatever may name a version of one function, by kind.

    `rollouts` maps versions on the releases whose rollout names them, in words.
    """

    aliases: Mapping[str, Alias] = field(default_factory=dict)
    rollouts: Mapping[str, str] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()
    provisioned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A version, and why it stays; no reason means that it can go."""

    version: str
    reasons: tuple[str, ...] = ()

    @property
    def goes(self) -> bool:
        """Whether nothing names it."""
        return not self.reasons


def judge(versions: Iterable[str], naming: Naming, keep: int = KEEP) -> list[Verdict]:
    """What becomes of each version, the oldest first; `keep` of the latest stay."""
    published = sorted({v for v in versions if v != LATEST}, key=int)
    latest = set(published[-keep:] if keep else ())
    return [
        Verdict(version=version, reasons=tuple(_reasons(version, naming, latest, keep)))
        for version in published
    ]


def named_by(version: str, naming: Naming) -> list[str]:
    """What names a version, in words."""
    found = []
    for name, alias in sorted(naming.aliases.items()):
        if version == alias.version:
            found.append(f"alias {name}")
        elif version in alias.weights:
            found.append(f"alias {name} sends it {alias.weights[version]:.0%}")
    if release := naming.rollouts.get(version):
        found.append(release)
    for names, what in (
        (naming.sources, "an event source mapping"),
        (naming.urls, "a function URL"),
        (naming.provisioned, "provisioned concurrency"),
    ):
        if version in names:
            found.append(what)
    return found


def rollouts_of(
    service: str, documents: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """The versions of a service that releases' rollouts name, with these in words.

    `documents` are bodies by name. A rollout that has ended names them too, until
    the next begins: it may be undone or tried again.
    """
    found: dict[str, list[str]] = {}
    for name, body in sorted(documents.items()):
        if service not in (body.get("release") or {}).get("services", ()):
            continue
        rollout = kept(body)
        for role, version in read(rollout.get("versions"), service).items():
            told = f"{role} of {name}'s rollout ({rollout.get('phase')})"
            found.setdefault(version, []).append(told)
    return {version: ", ".join(told) for version, told in found.items()}


def _reasons(version: str, naming: Naming, latest: set[str], keep: int) -> list[str]:
    reasons = named_by(version, naming)
    if version in latest:
        reasons.append(f"one of the last {keep}")
    return reasons

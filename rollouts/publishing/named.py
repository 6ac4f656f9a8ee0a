"""The versions of a release's services, as its rollout keeps them: a text by role.

    written({"cart": {"stable": "12", "canary": "13"}, "mail": {...}})
    -> {"stable": "cart:12, mail:4", "canary": "cart:13, mail:4"}

Laws
1. Pure. What was written is read again, for every service.
2. One number is enough where all services have it, and then stands for all of them.
3. Text that is neither is nobody's version, and no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ROLES = ("stable", "canary")

# By service and role.
Versions = Mapping[str, Mapping[str, str]]


def written(versions: Versions) -> dict[str, str]:
    """The versions by role, for a rollout; empty if there are no services."""
    return {role: _text(versions, role) for role in ROLES} if versions else {}


def kept(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rollout in a release's body, read or not; empty if it is no record at all."""
    rollout = body.get("rollout")
    return rollout if isinstance(rollout, Mapping) else {}


def read(versions: object, service: str) -> dict[str, str]:
    """The versions of one service by role, as far as the rollout tells them."""
    told = versions if isinstance(versions, Mapping) else {}
    found = {role: _version(told.get(role), service) for role in ROLES}
    return {role: version for role, version in found.items() if version}


def _text(versions: Versions, role: str) -> str:
    return joined({service: by_role[role] for service, by_role in versions.items()})


def joined(numbers: Mapping[str, str]) -> str:
    """The versions of one role, by service, as one text."""
    if len(set(numbers.values())) == 1:
        return next(iter(numbers.values()))
    return ", ".join(f"{service}:{number}" for service, number in numbers.items())


def _version(text: Any, service: str) -> str | None:
    if not isinstance(text, str):
        return None
    if text.isdecimal():
        return text
    pairs = (part.strip().partition(":") for part in text.split(","))
    return {name: number for name, _, number in pairs}.get(service)

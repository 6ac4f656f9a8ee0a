"""The nouns that the engine, the router and the store share.

A `Flag` here is the compiled form: roles are already colours and weights are
already bucket ranges. The form that people write lives in `flags.store`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

Value: TypeAlias = bool | str | int | float | dict[str, Any] | list[Any]


class Reason(StrEnum):
    """Why a decision is what it is: OpenFeature's words first, then our own."""

    STATIC = "STATIC"
    TARGETING_MATCH = "TARGETING_MATCH"
    SPLIT = "SPLIT"
    DISABLED = "DISABLED"
    DEFAULT = "DEFAULT"
    ERROR = "ERROR"
    # Decided earlier on the call chain, and still in force.
    CARRIED = "CARRIED"
    # A carried decision whose rollout is over: the user is put on stable.
    HEALED = "HEALED"
    # A split needs a targeting key and the request has none.
    NO_IDENTITY = "NO_IDENTITY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Whom a decision is about.

    `key` is the targeting key, the identity that is hashed; None if unknown.
    """

    key: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One comparison: `attribute operator operand`, turned round by `negate`."""

    attribute: str
    operator: str
    operand: Any
    negate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Conditions joined by `all`, `any` or `none`."""

    join: str
    members: tuple[Condition, ...]


Condition: TypeAlias = Clause | Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Which buckets belong to which variant.

    `ends[i]` is the first bucket after range i, ascending; the last one is
    `bucketing.BUCKETS`. `variants[i]` owns range i. A variant may own several.
    """

    ends: tuple[int, ...]
    variants: tuple[str, ...]


Serve: TypeAlias = str | Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Serve this to everyone for whom the condition holds."""

    name: str
    when: Condition
    serve: Serve


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What makes a flag a canary: the services it covers and who plays what.

    `since` is the flag version at which the live rollout began; None when no
    rollout is live and everyone is on stable.
    """

    services: tuple[str, ...]
    stable: str
    canary: str
    since: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A flag as the engine reads it.

    `targets` maps a targeting key on a variant. `off` is served when the flag is
    disabled, and when a split meets a request without a targeting key.
    """

    name: str
    version: int
    enabled: bool
    variants: Mapping[str, Value]
    off: str
    salt: str
    targets: Mapping[str, str]
    rules: tuple[Rule, ...]
    serve: Serve
    release: Release | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An answer that explains itself.

    `rule` names what matched, `bucket` is set when a split decided, and
    `version` is the flag's: on the wire it is called the generation.
    """

    flag: str
    variant: str
    value: Value
    reason: Reason
    version: int
    rule: str | None = None
    bucket: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """All that a snapshot holds; `routing` is read by the router alone."""

    version: int
    flags: Mapping[str, Flag]
    routing: Mapping[str, Any] = field(default_factory=dict)

    def release_of(self, service: str) -> Flag | None:
        """The release that covers a service, or None."""
        for flag in self.flags.values():
            if flag.release is not None and service in flag.release.services:
                return flag
        return None

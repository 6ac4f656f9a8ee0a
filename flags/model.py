"""The nouns that the engine, the router and the store share.

A `Flag` here is the compiled form: roles are already colours and weights are
already bucket ranges. The form that people write lives in `flags.store`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from flags.hints import TYPE_CHECKING, Any, TypeAlias
from flags.record import Record

if TYPE_CHECKING:
    from flags.engine import Plans

Value: TypeAlias = bool | str | int | float | dict[str, Any] | list[Any]

# Served in a variant's place: the default that the caller gives. No variant can have
# this name.
CALLER_DEFAULT = "$default"

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Reason(StrEnum):
    """Why a decision is what it is: OpenFeature's words first, then our own."""

    STATIC = "STATIC"
    TARGETING_MATCH = "TARGETING_MATCH"
    SPLIT = "SPLIT"
    DISABLED = "DISABLED"
    DEFAULT = "DEFAULT"
    ERROR = "ERROR"
    # A tester's signed override, which the router has verified.
    OVERRIDE = "OVERRIDE"
    # Decided earlier on the call chain, and still in force.
    CARRIED = "CARRIED"
    # A carried decision whose rollout is over: the user is put on stable.
    HEALED = "HEALED"
    # A split needs a targeting key and the request has none.
    NO_IDENTITY = "NO_IDENTITY"
    # A flag that this one requires serves something else.
    PREREQUISITE = "PREREQUISITE"
    # Kept out by a holdout, or in another flag of an exclusive group.
    EXCLUDED = "EXCLUDED"
    # Outside of the flag's schedule, or before a ramp's first step.
    SCHEDULE = "SCHEDULE"
    # The rules may be old: the table can't be read.
    STALE = "STALE"


class ErrorCode(StrEnum):
    """What went wrong, in OpenFeature's words."""

    PROVIDER_NOT_READY = "PROVIDER_NOT_READY"
    FLAG_NOT_FOUND = "FLAG_NOT_FOUND"
    PARSE_ERROR = "PARSE_ERROR"
    TYPE_MISMATCH = "TYPE_MISMATCH"
    TARGETING_KEY_MISSING = "TARGETING_KEY_MISSING"
    INVALID_CONTEXT = "INVALID_CONTEXT"
    GENERAL = "GENERAL"


class Context(Record):
    """Whom a decision is about.

    `key` is the targeting key, the identity that is hashed; None if unknown. Other
    kinds of context (a tenant, a device) are attributes: a text, or an object with a
    `key` and attributes of its own, `{"tenant": {"key": "acme", "plan": "pro"}}`.
    """

    key: str | None = None
    attributes: Mapping[str, Any] = _NOTHING


class Clause(Record):
    """One comparison: `attribute operator operand`, turned round by `negate`.

    `attribute` is `key`, `now`, a name, or a path with dots. `zone` is the time zone
    of operators that look at a clock or a calendar. With `read_as` "number" a text is
    the number that it says, and with "text" texts are put in order.
    """

    attribute: str
    operator: str
    operand: Any
    negate: bool = False
    ignore_case: bool = False
    zone: str | None = None
    read_as: str | None = None


class Group(Record):
    """Conditions joined by `all`, `any` or `none`."""

    join: str
    members: tuple[Condition, ...]


class InSegment(Record):
    """Whether a named segment holds whom the decision is about."""

    segment: str
    negate: bool = False


class Draw(Record):
    """Whether a user is drawn: a share that a rule is for, while others go on.

    Buckets below `end` are drawn, with a salt of the draw's own. `by` names the
    attribute whose value is hashed, instead of the targeting key.
    """

    salt: str
    end: int
    by: str | None = None
    negate: bool = False


class Items(Record):
    """Whether a condition holds for any, or for all, items of an array.

    Inside of it the attribute `item` is the item.
    """

    attribute: str
    join: str
    when: Condition
    negate: bool = False


Condition: TypeAlias = Clause | Group | InSegment | Draw | Items


class Split(Record):
    """Which buckets belong to which variant.

    `ends[i]` is the first bucket after range i, ascending; the last one is
    `bucketing.BUCKETS`. `variants[i]` owns range i. A variant may own several.
    `by` names the attribute whose value is hashed, instead of the targeting key.
    """

    ends: tuple[int, ...]
    variants: tuple[str, ...]
    by: str | None = None


class Stage(Record):
    """What a ramp has come to at a moment, in seconds since the epoch."""

    at: float
    split: Split


class Ramp(Record):
    """Stages by ascending time; nothing is served before the first.

    A linear ramp moves between its stages user by user, the others at them.
    """

    stages: tuple[Stage, ...]
    linear: bool = False
    by: str | None = None


Serve: TypeAlias = str | Split | Ramp


class Rule(Record):
    """Serve this to everyone for whom the condition holds."""

    name: str
    when: Condition
    serve: Serve


class Requirement(Record):
    """Another flag that has to serve one of these variants."""

    flag: str
    variants: frozenset[str]


class Gate(Record):
    """Lets through only those who are in one of these slots of a group."""

    group: str
    slots: frozenset[str]


class Slots(Record):
    """A group of flags: its split's variants are slots, of one flag or of none."""

    name: str
    version: int
    salt: str
    split: Split


class Segment(Record):
    """Named identities: those included, without those excluded, and who fits a rule.

    `by` names the attribute whose value the ids are, instead of the targeting key.
    """

    name: str
    version: int
    included: frozenset[str]
    excluded: frozenset[str]
    rules: tuple[Condition, ...] = ()
    by: str | None = None


class Release(Record):
    """What makes a flag a canary: the services it covers and who plays what.

    `since` is the flag version at which the live rollout began; None when no
    rollout is live and everyone is on stable. `watch` is how routers judge the
    rollout while it is live, as `rollouts.judge` reads it; None if they don't.
    `rollout` is the id of the plan's run; None if a person moves the weight.
    """

    services: tuple[str, ...]
    stable: str
    canary: str
    since: int | None
    watch: Mapping[str, Any] | None = None
    rollout: str | None = None


class Flag(Record):
    """A flag as the engine reads it.

    `targets` maps a targeting key on a variant, `kinds` the same for other kinds of
    context. `off` is served when the flag is disabled, when one of its `requires`,
    `gates` or `active` doesn't hold, and when a split has nobody to hash.
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
    requires: tuple[Requirement, ...] = ()
    gates: tuple[Gate, ...] = ()
    active: Condition | None = None
    kinds: Mapping[str, Mapping[str, str]] = _NOTHING
    metadata: Mapping[str, Any] = _NOTHING


class Decision(Record):
    """An answer that explains itself.

    With the variant `CALLER_DEFAULT` there is no value: the caller has one.
    `rule` names what matched, `bucket` is set when a split decided, and
    `version` is the flag's: on the wire it is called the generation.
    """

    flag: str
    variant: str
    value: Value | None
    reason: Reason
    version: int
    rule: str | None = None
    bucket: int | None = None


class Details(Record):
    """What a client is told: a value, whatever happens, and where it is from.

    With an `error`, or without a `variant`, the value is the caller's default. `stale`
    says that the table can't be read, and that the rules are the last known good ones.
    `metadata` is what the flag says about itself.
    """

    flag: str
    value: Any
    reason: Reason
    variant: str | None = None
    error: ErrorCode | None = None
    message: str | None = None
    rule: str | None = None
    bucket: int | None = None
    version: int | None = None
    stale: bool = False
    metadata: Mapping[str, Any] = _NOTHING


class Ruleset(Record):
    """All that a snapshot holds; `routing` is read by the router alone.

    `lineage` is the table's (`flags.lineage`), 0 if it has none.
    `stable` is by service the colour made stable last, released or not.
    """

    __slots__ = ("__dict__",)  # for what is worked out once

    version: int
    flags: Mapping[str, Flag]
    segments: Mapping[str, Segment] = _NOTHING
    groups: Mapping[str, Slots] = _NOTHING
    routing: Mapping[str, Any] = _NOTHING
    lineage: int = 0
    stable: Mapping[str, str] = _NOTHING

    @cached_property
    def plans(self) -> Plans:
        """The flags ready to be evaluated, each made when it is first asked for."""
        from flags.engine import Plans  # noqa: PLC0415 - it imports these nouns

        return Plans(self)

    def release_of(self, service: str) -> Flag | None:
        """The release that covers a service, or None."""
        return self._releases.get(service)

    @cached_property
    def _releases(self) -> dict[str, Flag]:
        # The first that claims a service has it, as the checks see to.
        found: dict[str, Flag] = {}
        for flag in self.flags.values():
            for service in flag.release.services if flag.release else ():
                found.setdefault(service, flag)
        return found

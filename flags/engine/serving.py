"""What is served, as functions: a variant, a split of users, or a ramp over time.

Laws
1. Who has no identity is served the off variant, with the reason NO_IDENTITY.
2. Before a ramp begins the off variant is served, with the reason SCHEDULE.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from flags.bucketing import bucket, hasher, limits
from flags.engine.conditions import Attributes, identify
from flags.engine.ramping import owners
from flags.hints import TypeAlias
from flags.model import CALLER_DEFAULT, Flag, Ramp, Reason, Serve, Split, Value

Draw: TypeAlias = Callable[[str | None, Attributes], int | None]


class Outcome:
    """How a walk through a flag ends. Made beforehand, one for each possible end.

    `draw` gives the bucket again where one decided, for those who ask.
    """

    __slots__ = ("draw", "reason", "rule", "value", "variant")

    def __init__(
        self,
        flag: Flag,
        variant: str,
        reason: Reason,
        rule: str | None = None,
        draw: Draw | None = None,
    ) -> None:
        self.variant = variant
        # Of no type that a caller may ask for, so that each keeps the default.
        caller = variant == CALLER_DEFAULT
        self.value: Value | None = None if caller else flag.variants[variant]
        self.reason = reason
        self.rule = rule
        self.draw = draw


# Of the targeting key, the attributes and the time, in seconds since the epoch.
Chooser: TypeAlias = Callable[[str | None, Attributes, float], Outcome]


def always(outcome: Outcome) -> Chooser:
    """Serve the same to everyone."""
    return lambda _key, _attributes, _now: outcome


def chooser(flag: Flag, serve: Serve, reason: Reason, rule: str | None) -> Chooser:
    """What a flag or one of its rules serves; `reason` is that of a fixed variant."""
    if isinstance(serve, str):
        return always(Outcome(flag, serve, reason, rule))
    nobody = Outcome(flag, flag.off, Reason.NO_IDENTITY, rule)
    if isinstance(serve, Split):
        return _split(serve, _ends(flag, serve, rule), flag.salt, nobody)
    return _ramp(serve, flag, _ends(flag, serve, rule), nobody)


def _ends(flag: Flag, serve: Split | Ramp, rule: str | None) -> dict[str, Outcome]:
    """The outcomes that a split or a ramp may come to, by variant."""
    who, salt = identify(serve.by), flag.salt

    def draw(key: str | None, attributes: Attributes) -> int | None:
        identity = who(key, attributes)
        return None if identity is None else bucket(salt, identity)

    splits = [serve] if isinstance(serve, Split) else [s.split for s in serve.stages]
    return {
        variant: Outcome(flag, variant, Reason.SPLIT, rule, draw)
        for split in splits
        for variant in split.variants
    }


def _split(
    split: Split, ends: dict[str, Outcome], salt: str, nobody: Outcome
) -> Chooser:
    """Compare whole hashes: the ends are multiplied out beforehand."""
    direct, who, hash_of = split.by is None, identify(split.by), hasher(salt)
    bounds, outcomes = limits(split), [ends[name] for name in split.variants]
    if direct and len(outcomes) == 2:  # noqa: PLR2004 - on and off: most of all splits
        return _halves(bounds[0], outcomes, hash_of, nobody)

    def choose(key: str | None, attributes: Attributes, _now: float) -> Outcome:
        identity = key if direct and type(key) is str else who(key, attributes)
        if identity is None:
            return nobody
        return outcomes[bisect_right(bounds, hash_of(identity))]

    return choose


def _halves(
    bound: int,
    outcomes: list[Outcome],
    hash_of: Callable[[str], int],
    nobody: Outcome,
) -> Chooser:
    """The same with one comparison instead of a search."""
    below, above = outcomes

    def choose(key: str | None, _attributes: Attributes, _now: float) -> Outcome:
        if not isinstance(key, str):
            return nobody
        return below if hash_of(key) < bound else above

    return choose


def _ramp(ramp: Ramp, flag: Flag, ends: dict[str, Outcome], nobody: Outcome) -> Chooser:
    early = Outcome(flag, flag.off, Reason.SCHEDULE, nobody.rule)
    who, owner_at = identify(ramp.by), owners(ramp)

    def choose(key: str | None, attributes: Attributes, now: float) -> Outcome:
        identity = who(key, attributes)
        if identity is None:
            return nobody
        variant = owner_at(bucket(flag.salt, identity), now)
        return early if variant is None else ends[variant]

    return choose

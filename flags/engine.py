"""From a flag and a context to a decision.

Laws
1. Total and pure: no I/O, no clock, no randomness; a valid flag never raises.
2. The first thing that matches wins: off switch, named target, rules in order,
   then what is served to everyone else.
3. Without a targeting key a split serves the off variant, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from flags.bucketing import bucket, owner
from flags.conditions import describe, holds
from flags.model import Context, Decision, Flag, Reason, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the walk through a flag, for `canary explain`."""

    what: str
    matched: bool
    detail: str


def evaluate(flag: Flag, context: Context, trace: list[Step] | None = None) -> Decision:
    """Decide; with `trace`, note down every step of the way."""
    if not flag.enabled:
        _note(trace, "off switch", "the flag is disabled", matched=True)
        return _decision(flag, flag.off, Reason.DISABLED)
    if flag.targets:
        named = flag.targets.get(context.key) if context.key is not None else None
        _note(trace, "targets", "keys named one by one", matched=named is not None)
        if named is not None:
            return _decision(flag, named, Reason.TARGETING_MATCH, rule="targets")
    for rule in flag.rules:
        matched = holds(rule.when, context)
        if trace is not None:
            _note(trace, rule.name, describe(rule.when, context), matched=matched)
        if matched:
            return _serve(flag, rule, context, trace)
    return _serve(flag, None, context, trace)


def _serve(
    flag: Flag, rule: Rule | None, context: Context, trace: list[Step] | None
) -> Decision:
    """What a rule serves, or without one what everyone else is served."""
    name = rule.name if rule else None
    serve = rule.serve if rule else flag.serve
    if isinstance(serve, str):
        _note(trace, "serve", f"{serve} to everyone here", matched=True)
        reason = Reason.TARGETING_MATCH if rule else _default_reason(flag)
        return _decision(flag, serve, reason, rule=name)
    if context.key is None:
        _note(trace, "split", "no targeting key, so nothing to hash", matched=False)
        return _decision(flag, flag.off, Reason.NO_IDENTITY, rule=name)
    number = bucket(flag.salt, context.key)
    variant = owner(serve, number)
    if trace is not None:
        ranges = ", ".join(
            f"{name} up to {end}"
            for end, name in zip(serve.ends, serve.variants, strict=True)
        )
        _note(trace, "split", f"bucket {number}; ranges: {ranges}", matched=True)
    return _decision(flag, variant, Reason.SPLIT, rule=name, number=number)


def _default_reason(flag: Flag) -> Reason:
    return Reason.DEFAULT if flag.targets or flag.rules else Reason.STATIC


def _decision(
    flag: Flag,
    variant: str,
    reason: Reason,
    *,
    rule: str | None = None,
    number: int | None = None,
) -> Decision:
    return Decision(
        flag=flag.name,
        variant=variant,
        value=flag.variants[variant],
        reason=reason,
        version=flag.version,
        rule=rule,
        bucket=number,
    )


def _note(trace: list[Step] | None, what: str, detail: str, *, matched: bool) -> None:
    if trace is not None:
        trace.append(Step(what=what, matched=matched, detail=detail))

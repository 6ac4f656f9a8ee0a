"""Whom a choice counts for: those whom the split drew, as numbers.

Laws
1. Only who was drawn by lot is compared. Groups let in by name, overrides, targets and
   those without an identity are nobody here, and so is who fell back to stable.
2. A carried decision counts for whom the split would have drawn: testers may carry one.
3. A number is salted for one rollout, so nobody is known again in another one, and the
   identity can't be read from it.
"""

from __future__ import annotations

from hashlib import blake2b

from flags.engine import evaluate
from flags.engine.conditions import identify
from flags.model import Context, Decision, Flag, Reason, Ruleset, Split


def subject_of(
    rules: Ruleset, flag: Flag, context: Context, decision: Decision, now: float
) -> int | None:
    """The user of a decision for a watched release, 64 bits; None if none counts."""
    release = flag.release
    if release is None or release.since is None or not isinstance(flag.serve, Split):
        return None
    if decision.reason is Reason.CARRIED:
        decision = evaluate(rules, flag.name, context, now)
    # A rule with a split of its own draws in another lottery.
    if decision.reason is not Reason.SPLIT or decision.rule is not None:
        return None
    identity = identify(flag.serve.by)(context.key, context.attributes)
    return None if identity is None else salted(flag.salt, release.since, identity)


def salted(salt: str, since: int, identity: str) -> int:
    """The number of an identity in the rollout that began at this generation."""
    # JSON may hold a lone surrogate, which UTF-8 refuses.
    text = f"{salt}:{since}:{identity}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")

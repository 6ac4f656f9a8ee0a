"""Which colour a request gets: the flag's answer, or the one that it carries.

Laws
1. Precedence: off switch, override, carried decision, named user, rule, bucket, stable.
2. An override that comes here was verified by the router. It holds whether a rollout
   is live or not; one for a variant that the flag hasn't got counts as absent.
3. A carried decision for the canary is in force while its rollout is live: it was
   made at or after the rollout began. Any other one heals to stable. A carried
   decision for what is stable now always holds.
4. A decision newer than the rules at hand says that the rules are old: callers
   read them again (`is_newer`) before they decide. One that is newer than the latest
   rules is nobody's: they leave it out. Overrides say nothing of it.
5. A decision of another lineage (`flags.lineage`) is nobody's, and decided again.
"""

from __future__ import annotations

from flags.engine import evaluate
from flags.lineage import version_of
from flags.model import Context, Decision, Flag, Reason, Release, Ruleset
from flags.record import replace
from flags.token import Carried


def decide(
    rules: Ruleset, flag: Flag, context: Context, carried: Carried | None, now: float
) -> Decision:
    """Decide at `now` for a flag of the rules that is a release."""
    release, carried = flag.release, own(carried, rules.lineage)
    if carried is None or release is None or not flag.enabled:
        return evaluate(rules, flag.name, context, now)
    if carried.seal is not None:
        chosen = _overridden(flag, carried)
        return chosen or evaluate(rules, flag.name, context, now)
    if in_force(flag, release, carried):
        return Decision(
            flag=flag.name,
            variant=carried.variant,
            value=flag.variants[carried.variant],
            reason=Reason.CARRIED,
            version=carried.generation,
        )
    return Decision(
        flag=flag.name,
        variant=release.stable,
        value=flag.variants[release.stable],
        reason=Reason.HEALED,
        version=flag.version,
    )


def _overridden(flag: Flag, carried: Carried) -> Decision | None:
    if carried.variant not in flag.variants:
        return None
    return Decision(
        flag=flag.name,
        variant=carried.variant,
        value=flag.variants[carried.variant],
        reason=Reason.OVERRIDE,
        # It has no generation; what rests on it for others rests on these rules.
        version=flag.version,
    )


def in_force(flag: Flag, release: Release, carried: Carried) -> bool:
    """Whether a carried decision still holds."""
    if carried.variant == release.stable:
        return True
    live = release.since is not None and carried.generation >= release.since
    return live and carried.variant in flag.variants


def is_newer(flag: Flag, carried: Carried | None, lineage: int = 0) -> bool:
    """Whether whoever made the decision has read newer rules than these."""
    carried = own(carried, lineage)
    if carried is None or carried.seal is not None:
        return False
    return carried.generation > flag.version


def is_foreign(carried: Carried | None, lineage: int) -> bool:
    """Whether a decision was made in another lineage than this."""
    return carried is not None and own(carried, lineage) is None


def own(carried: Carried | None, lineage: int) -> Carried | None:
    """The decision with the version of this lineage; None if it is another's."""
    if carried is None or carried.seal is not None or not lineage:
        return carried
    version = version_of(carried.generation, lineage)
    return None if version is None else replace(carried, generation=version)

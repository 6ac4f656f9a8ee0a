"""What the evidence amounts to: one of three words, and why.

Laws
1. REGRESSED: E reached 1/alpha at any time since the start, with the hard floor's part.
2. PROVEN: else, every measure's proof stands at 1/beta or more now.
3. INCONCLUSIVE: else. It is never to be shown as healthy: nobody knows.
"""

from __future__ import annotations

from math import exp, floor, log

from flags.record import Record
from rollouts.judge import state as states
from rollouts.judge.state import State

REGRESSED = "REGRESSED"
PROVEN = "PROVEN"
INCONCLUSIVE = "INCONCLUSIVE"
# exp() of more overflows a float; nobody needs to be surer.
SUREST = 700.0


class Verdict(Record):
    """`evidence` and `proof` are E's as they stand now, beside what they need.

    `peak` is the greatest E that there was: what decides.
    """

    kind: str
    evidence: float
    peak: float
    evidence_needed: float
    proof: float
    proof_needed: float
    reason: str


def verdict(state: State) -> Verdict:
    """The judge's word on all that it has seen."""
    settings = state.settings
    kind, reason = _decided(state)
    return Verdict(
        kind=kind,
        reason=reason,
        evidence=_plain(states.evidence(state)),
        peak=_plain(state.peak),
        evidence_needed=1 / settings.alpha,
        proof=_plain(states.proof(state)),
        proof_needed=1 / settings.beta,
    )


def regressed(state: State) -> bool:
    """Law 1, without words: for whoever looks every few seconds."""
    return state.floor or state.peak >= -log(state.settings.alpha)


def proven(state: State) -> bool:
    """Law 2."""
    enough = states.proof(state) >= -log(state.settings.beta)
    return enough and not regressed(state)


def _decided(state: State) -> tuple[str, str]:
    settings = state.settings
    seen = _seen(state)
    if state.floor:
        share = f"{100 * settings.floor_share:g} %"
        reason = (
            f"more than {share} of the canary's users fail, and nobody is on stable"
        )
        return REGRESSED, f"{reason}: {seen}"
    if regressed(state):
        return REGRESSED, f"the canary fails more often than stable: {seen}"
    if proven(state):
        return PROVEN, f"the odds of failing are below {settings.margin:g}: {seen}"
    return INCONCLUSIVE, f"{_lacking(state)}: {seen}"


def _lacking(state: State) -> str:
    count = states.first(state.counted, state.settings)
    if not count.canary or not count.stable:
        return "nobody to compare, both versions need users"
    if not count.canary_failed and not count.stable_failed:
        return "no failures yet, so nothing to tell the versions apart"
    needed = 1 / state.settings.alpha
    # Rounded down: what isn't enough must not look like it.
    found = floor(100 * _plain(states.evidence(state))) / 100
    return f"no difference is proven yet: the evidence is {found:g} of {needed:g}"


def _seen(state: State) -> str:
    name = state.settings.names[0]
    count = states.first(state.counted, state.settings)
    return (
        f"{name} of {count.canary_failed} users in {count.canary} looks on the canary, "
        f"of {count.stable_failed} in {count.stable} on stable"
    )


def _plain(logarithm: float) -> float:
    return exp(min(logarithm, SUREST))

"""What the evidence says of a rollout, as data.

Laws
1. Who fails is counted once, by first failure; strata hold what may be compared.
2. The judge's three words are passed on as they are. Without evidence there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import TYPE_CHECKING, Any

from admin_cli.rollouts.times import iso
from rollouts.judge import process as processes
from rollouts.judge import share as shares
from rollouts.judge.tally import Count, together
from rollouts.judge.verdict import SUREST, verdict

if TYPE_CHECKING:
    from rollouts.evidence.look import Latency, Look
    from rollouts.judge.state import State

Data = dict[str, Any]

ROLES = ("canary", "stable")
_UNMEASURED = {"p50": None, "p99": None}


def sight(look: Look) -> Data:
    """Variants, the verdict, the share: keys are those of the command's JSON."""
    return {
        "containers": look.containers,
        "judged_at": None if look.judged_at is None else iso(look.judged_at),
        "variants": _variants(look),
        "weights": {
            weight: (users.canary, users.stable)
            for weight, users in look.weights.items()
        },
        "verdict": None if look.state is None else _verdict(look.state),
        "share": None if look.share is None else _share(look.share),
        "errors": dict(look.errors),
    }


def errors(counts: Mapping[str, int]) -> str:
    """The types of error, for people, the most frequent first."""
    told = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    return f"users who failed on the canary, by type of error: {told}"


def analysis(look: Look) -> list[Data]:
    """What was counted by measure and stratum, and what it amounts to."""
    if look.state is None:
        return []
    settings = look.state.settings
    return [
        {
            "measure": name,
            "evidence": _plain(processes.evidence(process)),
            "evidence_needed": 1 / settings.alpha,
            "proof": _plain(process.proof),
            "proof_needed": 1 / settings.beta,
            "windows": process.windows,
            "strata": [
                {"stratum": stratum} | _counted(count)
                for stratum, count in sorted(look.totals.counts.get(name, {}).items())
            ],
        }
        for name, process in zip(settings.names, look.state.processes, strict=True)
    ]


def _variants(look: Look) -> Data:
    failures = _counted(together(look.totals.counts.get("errors", {})))
    return {
        role: {
            # Who came at a lower weight was counted then, on stable.
            "users": max(users, failures[role]["failed"]),
            "failed": failures[role]["failed"],
            **_latency(look.latency, role),
        }
        for role, users in zip(ROLES, _users(look), strict=True)
    }


def _users(look: Look) -> tuple[int, int]:
    """Users who came by, each once, canary's first."""
    if look.share is None:
        return look.totals.users
    return look.share.canary, look.share.stable


def _latency(latency: Mapping[str, Latency], role: str) -> Data:
    """In milliseconds; None where nothing was measured."""
    found = latency.get(role)
    return {"p50": found.p50, "p99": found.p99} if found else dict(_UNMEASURED)


def _verdict(state: State) -> Data:
    found = verdict(state)
    return {
        "kind": found.kind,
        "reason": found.reason,
        "evidence": found.evidence,
        "peak": found.peak,
        "evidence_needed": found.evidence_needed,
        "proof": found.proof,
        "proof_needed": found.proof_needed,
    }


def _share(share: shares.Share) -> Data:
    return {
        "suspect": shares.suspect(share),
        "reason": shares.reason(share),
        "canary": share.canary,
        "users": share.canary + share.stable,
        "expected": share.expected,
    }


def _counted(count: Count) -> Data:
    return {
        "canary": {"failed": count.canary_failed, "of": count.canary},
        "stable": {"failed": count.stable_failed, "of": count.stable},
    }


def _plain(logarithm: float) -> float:
    return exp(min(logarithm, SUREST))

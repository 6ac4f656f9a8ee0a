"""The judge: is the canary worse than stable? Exact, at any traffic, at every look.

    state = begin(Settings())                         # when a rollout starts
    state = observe(state, totals, overdue=minute)    # at each look
    verdict(state).kind                               # REGRESSED, PROVEN, INCONCLUSIVE

Pure, of the standard library alone. `docs/judge.md` says what is counted and why.
"""

from __future__ import annotations

from rollouts.judge.errors import InvalidEvidence
from rollouts.judge.settings import Settings, settings_from
from rollouts.judge.state import State, advance, begin, observe, renewed
from rollouts.judge.stored import dumps, loads
from rollouts.judge.tally import Count, Tally
from rollouts.judge.verdict import (
    INCONCLUSIVE,
    PROVEN,
    REGRESSED,
    Verdict,
    proven,
    regressed,
    verdict,
)

__all__ = [
    "INCONCLUSIVE",
    "PROVEN",
    "REGRESSED",
    "Count",
    "InvalidEvidence",
    "Settings",
    "State",
    "Tally",
    "Verdict",
    "advance",
    "begin",
    "dumps",
    "loads",
    "observe",
    "proven",
    "regressed",
    "renewed",
    "settings_from",
    "verdict",
]

"""The phases of a rollout, and the one table of what leads from one to another.

Laws
1. What is not in the table is refused; nothing else changes a phase.
2. Every phase but the two terminal ones can be aborted, in one write.
3. Live is whatever still has a weight: the canary may have users.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PENDING: Final = "pending"
PROGRESSING: Final = "progressing"
BAKING: Final = "baking"
PAUSED: Final = "paused"
DRAINING: Final = "draining"
COMPLETED: Final = "completed"
ABORTED: Final = "aborted"

PHASES = (PENDING, PROGRESSING, BAKING, PAUSED, DRAINING, COMPLETED, ABORTED)
MOVING = frozenset({PENDING, PROGRESSING, BAKING})
LIVE = MOVING | {PAUSED}
TERMINAL = frozenset({COMPLETED, ABORTED})
# Where `resume` leads: to the phase in which the rollout was paused.
WHERE_IT_WAS: Final = "where it was"

# What people do.
START: Final = "start"
REPLACE: Final = "replace"
PAUSE: Final = "pause"
RESUME: Final = "resume"
APPROVE: Final = "approve"
PROMOTE: Final = "promote"
ABORT: Final = "abort"
RETRY: Final = "retry"
UNDO: Final = "undo"
# What automation does; it aborts too.
BEGIN: Final = "begin"
WATCH: Final = "watch"
ENTER: Final = "enter"
ADVANCE: Final = "advance"
EXTEND: Final = "extend"
GATE: Final = "gate"
HOLD: Final = "hold"
FINISH: Final = "finish"
COMPLETE: Final = "complete"

EVENTS: Mapping[str, str] = {
    START: "a person starts a plan",
    REPLACE: "a person starts a plan in place of the one that runs",
    BEGIN: "the controller has seen which alarms are in ALARM",
    WATCH: "an alarm that was in ALARM at the start is OK, and counts from now on",
    ENTER: "the checks before the step have passed: its users go to the canary",
    ADVANCE: "the bake is over and nothing is wrong",
    EXTEND: "the bake is over, undecided, and the plan says to bake on",
    GATE: "the step is a gate: a person must approve",
    APPROVE: "an approver opens the gate",
    PAUSE: "a person pauses",
    HOLD: "the controller pauses: a person must look",
    RESUME: "a person lets it go on",
    FINISH: "the bake of the last step, 100 %, is over and nothing is wrong",
    PROMOTE: "a person promotes with `--full`",
    COMPLETE: "the old version has had its time to drain",
    ABORT: "a person, a sentinel or the controller goes back to stable",
    RETRY: "a person runs the same plan again",
    UNDO: "a person goes back to the version before the promotion",
}

TABLE: Mapping[tuple[str, str], str] = {
    (PENDING, BEGIN): PROGRESSING,
    (PROGRESSING, ENTER): BAKING,
    (PROGRESSING, GATE): PAUSED,
    (BAKING, ADVANCE): PROGRESSING,
    (BAKING, EXTEND): BAKING,
    (BAKING, FINISH): DRAINING,
    (PAUSED, APPROVE): BAKING,
    (PAUSED, RESUME): WHERE_IT_WAS,
    (DRAINING, COMPLETE): COMPLETED,
    (DRAINING, UNDO): ABORTED,
    (COMPLETED, UNDO): ABORTED,
    (ABORTED, RETRY): PENDING,
    **{(phase, WATCH): phase for phase in (PROGRESSING, BAKING, PAUSED)},
    **{(phase, PAUSE): PAUSED for phase in (PENDING, PROGRESSING, BAKING)},
    **{(phase, HOLD): PAUSED for phase in (PENDING, PROGRESSING, BAKING)},
    **{(phase, PROMOTE): DRAINING for phase in (PENDING, PROGRESSING, BAKING, PAUSED)},
    **{(phase, ABORT): ABORTED for phase in PHASES if phase not in TERMINAL},
    **{(phase, REPLACE): PENDING for phase in PHASES if phase not in TERMINAL},
    **{(phase, START): PENDING for phase in (COMPLETED, ABORTED)},
}


def live(phase: str) -> bool:
    """Whether the canary may have users: a rollout in this phase has a weight."""
    return phase in LIVE


def terminal(phase: str) -> bool:
    """Whether it is over: nothing happens any more unless a person does it."""
    return phase in TERMINAL


def action(event: str) -> str:
    """What history calls a transition: `rollout-advance`."""
    return f"rollout-{event}"

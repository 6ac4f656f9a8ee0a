"""What a rollout has come to, and the exit code that says so.

Laws
1. A rollout that went through its plan was promoted, which is no word on its health:
   that is the judge's to say, and INCONCLUSIVE is not health.
2. An abort that the sentinels made counts at once: everyone is on stable already.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Rollout = Mapping[str, Any]

# Exit codes of a wait; those below 10 are the errors'.
CONFLICT, ROLLED_BACK, TIMED_OUT, NEEDS_PERSON = 4, 20, 21, 22


class Outcome(StrEnum):
    """As JSON has it."""

    RUNNING = "running"
    WAITING = "needs_person"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"


CODES = {
    Outcome.RUNNING: 0,
    Outcome.PROMOTED: 0,
    Outcome.ROLLED_BACK: ROLLED_BACK,
    Outcome.WAITING: NEEDS_PERSON,
}
_OUTCOMES = {
    "paused": Outcome.WAITING,
    "aborted": Outcome.ROLLED_BACK,
    "draining": Outcome.PROMOTED,
    "completed": Outcome.PROMOTED,
}


def outcome(rollout: Rollout, *, marked: bool = False) -> Outcome:
    """Of a rollout as its document has it; `marked` if the sentinels aborted it."""
    found = _OUTCOMES.get(rollout["phase"], Outcome.RUNNING)
    ended = found in {Outcome.PROMOTED, Outcome.ROLLED_BACK}
    return Outcome.ROLLED_BACK if marked and not ended else found


_BY_CAUSE = {
    "hand": ("resume",),
    "gate": ("approve", "abort"),
    "inconclusive": ("analysis", "resume", "abort"),
    "edited": ("history", "resume", "abort"),
    "check": ("resume", "abort"),
    "end": ("promote --full", "abort"),
}
_BY_PHASE = {"aborted": ("analysis", "retry"), "draining": ("undo",)}


def next_commands(name: str, rollout: Rollout, *, marked: bool = False) -> list[str]:
    """What a person can do now that goes on; nothing where nobody is needed."""
    if marked:
        verbs: tuple[str, ...] = ("analysis",)
    elif rollout["phase"] == "paused":
        cause = str((rollout.get("paused") or {}).get("cause"))
        verbs = _BY_CAUSE.get(cause, ("resume", "abort"))
    else:
        verbs = _BY_PHASE.get(rollout["phase"], ())
    return [_command(name, verb) for verb in verbs]


def abort(name: str) -> str:
    """What always helps."""
    return _command(name, "abort")


def _command(name: str, verb: str) -> str:
    word, *options = verb.split()
    return " ".join(["canary rollout", word, name, *options])

"""A rollout as it is kept in its release's document, under `rollout`.

Laws
1. `Rollout.of(body).data()` is what was stored, if the machine wrote it.
2. What can't be read is damage, never an error: everyone may go on to ask, and abort.
3. Times are whole seconds since the epoch here, ISO 8601 in UTC there. What must not
   end too early (`until`) is rounded up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor
from typing import Any

from flags.engine import times
from flags.store.plans.progress import RolloutDocument
from rollouts.machine import phases
from rollouts.machine.plan import UNREADABLE, Check, Exposure, Plan

Body = Mapping[str, Any]

# Seconds between two looks of the controller.
LOOK = 60
# Why it is paused.
HAND, GATE, INCONCLUSIVE = "hand", "gate", "inconclusive"
EDITED, CHECK, END = "edited", "check", "end"
CAUSES = (HAND, GATE, INCONCLUSIVE, EDITED, CHECK, END)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """`phase` is the one it resumes to; `left` are the seconds of bake left."""

    phase: str
    cause: str
    left: int | None = None

    def data(self) -> dict[str, Any]:
        """As it is stored."""
        left = {} if self.left is None else {"left": self.left}
        return {"from": self.phase, "cause": self.cause, **left}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who opened the gate at `step`, and when."""

    step: int
    by: str
    at: float

    def data(self) -> dict[str, Any]:
        """As it is stored."""
        return {"step": self.step, "by": self.by, "at": iso(self.at)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A plan under way. `step` counts from 0; `watched` and `ignored` are alarms.

    `colours` are those at the start by role. `services` are the release's at the start,
    `versions` the Lambda versions by role; both empty if they were not told.
    """

    id: str
    plan: Plan
    phase: str
    step: int
    began: float
    at: float
    why: str
    until: float | None = None
    paused: Pause | None = None
    extended: int = 0
    approvals: tuple[Approval, ...] = ()
    watched: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    stable: str = "blue"
    canary: str = "green"
    services: tuple[str, ...] = ()
    versions: Mapping[str, str] | None = None
    admitted: tuple[str, ...] = ()

    @classmethod
    def of(cls, body: Body) -> Rollout | None:
        """The rollout in a release's body; None if it has none, or a damaged one."""
        stored = body.get("rollout")
        try:
            return None if stored is None else _read(stored)
        except UNREADABLE:
            return None

    @property
    def live(self) -> bool:
        """Whether the canary may have users."""
        return phases.live(self.phase)

    @property
    def terminal(self) -> bool:
        """Whether it is over."""
        return phases.terminal(self.phase)

    @property
    def acting(self) -> str:
        """The phase, or the one that it was paused in."""
        return self.paused.phase if self.paused else self.phase

    @property
    def exposure(self) -> Exposure:
        """Who is on the canary now, as the plan says; nobody if it isn't live."""
        if not self.live:
            return self.plan.exposure(0)
        return self.plan.exposure(self.step + (self.acting == phases.BAKING))

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks that its phase is about."""
        step = self.plan.steps[self.step]
        by_phase = {phases.PROGRESSING: step.before, phases.BAKING: step.during}
        return by_phase.get(self.phase, ())

    def due(self, now: float) -> tuple[Check, ...]:
        """The checks to run at a look at `now`, if one is taken every minute.

        Those before a step at each look, until they pass; those of a bake as often as
        they say, and all of them at each look once its time is up.
        """
        if self.phase != phases.BAKING or (
            self.until is not None and now >= self.until
        ):
            return self.checks
        baked = now - self.at
        return tuple(
            check
            for check in self.checks
            if baked // check.every > (baked - LOOK) // check.every
        )

    @property
    def expires(self) -> float:
        """When the deadline is over, in seconds since the epoch."""
        return self.began + self.plan.deadline

    def data(self) -> dict[str, Any]:
        """As it is stored in the document."""
        until = {} if self.until is None else {"until": iso(self.until)}
        paused = {} if self.paused is None else {"paused": self.paused.data()}
        services = {"services": list(self.services)} if self.services else {}
        versions = {} if self.versions is None else {"versions": dict(self.versions)}
        return {
            "id": self.id,
            "plan": self.plan.source,
            "phase": self.phase,
            "step": self.step,
            "began": iso(self.began),
            "at": iso(self.at),
            **until,
            "why": self.why,
            **paused,
            "extended": self.extended,
            "approvals": [approval.data() for approval in self.approvals],
            "alarms": {"watched": list(self.watched), "ignored": list(self.ignored)},
            "colours": {"stable": self.stable, "canary": self.canary},
            **services,
            **versions,
            "admitted": list(self.admitted),
        }


def damaged(body: Body) -> bool:
    """Whether there is a rollout in the body that can't be read."""
    return body.get("rollout") is not None and Rollout.of(body) is None


def iso(moment: float) -> str:
    """A moment as it is stored: ISO 8601, UTC, whole seconds."""
    return datetime.fromtimestamp(floor(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def later(now: float, length: float) -> float:
    """The whole second, so many seconds from now, that is not too early."""
    return float(ceil(now + length))


def _moment(text: str) -> float:
    found = times.moment(text)
    if found is None:
        msg = f"{text} is no moment"
        raise ValueError(msg)
    return found


def _read(stored: Mapping[str, Any]) -> Rollout:
    # What couldn't be written again is damage too: nobody could abort it otherwise.
    RolloutDocument.model_validate(stored)
    plan, step = Plan.of(stored["plan"]), stored["step"]
    until, paused = stored.get("until"), stored.get("paused")
    made = Rollout(
        id=stored["id"],
        plan=plan,
        phase=stored["phase"],
        step=step,
        began=_moment(stored["began"]),
        at=_moment(stored["at"]),
        until=None if until is None else _moment(until),
        why=stored["why"],
        paused=None if paused is None else _pause(paused),
        extended=stored["extended"],
        approvals=tuple(_approval(item) for item in stored["approvals"]),
        watched=tuple(stored["alarms"]["watched"]),
        ignored=tuple(stored["alarms"]["ignored"]),
        stable=stored["colours"]["stable"],
        canary=stored["colours"]["canary"],
        services=tuple(stored.get("services") or ()),
        versions=stored.get("versions"),
        admitted=tuple(stored["admitted"]),
    )
    _check(made)
    return made


def _check(made: Rollout) -> None:
    """Raises ValueError if parts that are sound make no sense together."""
    sound = (
        made.step < len(made.plan.steps)
        and (made.phase == phases.PAUSED) == (made.paused is not None)
        and made.stable != made.canary
    )
    if not sound:
        msg = "the parts of the rollout contradict each other"
        raise ValueError(msg)


def _pause(stored: Mapping[str, Any]) -> Pause:
    return Pause(phase=stored["from"], cause=stored["cause"], left=stored.get("left"))


def _approval(stored: Mapping[str, Any]) -> Approval:
    return Approval(step=stored["step"], by=stored["by"], at=_moment(stored["at"]))

"""How a rollout of ours comes along, out of what the rules say look by look; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from examples.compare.sightings import Change
from rollouts.machine import phases
from rollouts.machine.rollout import Rollout


@dataclass(slots=True, kw_only=True)
class Progress:
    """Of the rollout that comes after the one named `former`.

    `stuck` says why it waits for a person, which it never should here.
    """

    former: str | None
    changes: list[Change] = field(default_factory=list)
    rolled_back: float | None = None
    promoted: float | None = None
    recorded: bool = False
    stuck: str = ""
    why: str = ""
    _looked: float = 0.0

    @property
    def weight(self) -> float:
        """What is in force."""
        return self.changes[-1].weight if self.changes else 0.0

    @property
    def settled(self) -> bool:
        """Whether it is over, by the rules too and not only by a router's mark."""
        return self.recorded or self.promoted is not None or bool(self.stuck)

    @property
    def state(self) -> str:
        """In words."""
        if self.rolled_back is not None:
            return "rolled back"
        if self.promoted is not None:
            return "promoted"
        return self.stuck or ("under way" if self.changes else "before")

    def take(self, body: Mapping[str, Any], *, marked: bool, at: float) -> None:
        """What a look at this time found: the release, and if a router marked it.

        A change is dated by the look before: it is no later than told.
        """
        rollout = Rollout.of(body)
        before, self._looked = self._looked, at
        if rollout is None or rollout.id == self.former:
            return
        if rollout.phase in {phases.DRAINING, phases.COMPLETED}:
            self._weigh(100.0, before)
            self.promoted = before if self.promoted is None else self.promoted
        elif marked or rollout.phase == phases.ABORTED:
            self._weigh(0.0, before)
            self.rolled_back = before if self.rolled_back is None else self.rolled_back
            self.recorded = rollout.phase == phases.ABORTED
        else:
            self._weigh(float(body.get("weight", 0)), before)
            if rollout.phase == phases.PAUSED:
                self.stuck = f"paused: {rollout.why}"
        self.why = rollout.why

    def _weigh(self, weight: float, at: float) -> None:
        if weight != self.weight:
            self.changes.append(Change(at=at, weight=weight))

"""Watches a rollout until it is over, needs a person, or the time is up.

Laws
1. Clock and sleep come in as arguments: nothing here waits by itself.
2. It ends with the code of the outcome; when the time is up, with `TIMED_OUT`; and with
   `CONFLICT` when another rollout took this one's place.
3. A table that can't be reached for a moment is no outcome: that is told, and the table
   asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from admin_cli.rollouts.outcome import CODES, CONFLICT, TIMED_OUT, Outcome
from admin_cli.rollouts.view import headline
from flags.errors import StoreUnavailable

View = Mapping[str, Any]

# Seconds between two looks, and how many in a row may fail.
EVERY = 3.0
PATIENCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """`draw` gets each view and whether it says anything new; `note` is for people."""

    look: Callable[[], View]
    draw: Callable[[View, bool], None]
    note: Callable[[str], None]
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def until(self, seconds: float) -> int:
        """Watch for so long at most; the answer is the exit code."""
        ends = self.clock() + seconds
        first, told = None, None
        while True:
            shown = self._patient()
            rollout = (shown["rollout"] or {}).get("id")
            first = first or rollout
            if rollout != first:
                self.note(f"rollout {rollout or 'none'} took the place of {first}")
                return CONFLICT
            head = headline(shown)
            self.draw(shown, head != told)
            told = head
            if shown["outcome"] != Outcome.RUNNING:
                return CODES[Outcome(shown["outcome"])]
            if self.clock() >= ends:
                self.note("the time is up, and the rollout still runs")
                return TIMED_OUT
            self.sleep(max(0.0, min(EVERY, ends - self.clock())))

    def _patient(self) -> View:
        for _ in range(PATIENCE - 1):
            try:
                return self.look()
            except StoreUnavailable as error:
                self.note(f"{error}; trying again")
                self.sleep(EVERY)
        return self.look()

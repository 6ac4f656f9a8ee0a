"""One release: look, let the machine decide, write, and look again.

Laws
1. Each transition is one transaction, conditional on the version that was looked at.
   Who comes second writes nothing, and leaves the rest to the next tick.
2. A tick makes no more than a few transitions: enough to begin, and to enter a step
   whose checks pass. One look enters one step at most.
3. Before a step is entered the judge closes its window. If that fails the step waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flags.errors import VersionConflict
from flags.store.changes import Edit, Signature, State
from flags.store.writer import Writer
from rollouts import adoption
from rollouts.controller.seeing import Eyes, Sight, Subject
from rollouts.judge.verdict import Verdict
from rollouts.machine import moves, phases
from rollouts.machine.rollout import Body
from rollouts.machine.seen import Seen
from rollouts.machine.tick import Change, tick

AUTHOR = "controller"
MOST_TRANSITIONS = 4
# What a log is told: a message, and more.
Say = Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a tick for one release; `problems` are for people.

    `astray` says, after a rollback, why stable is not what everyone gets.
    """

    name: str
    body: Body
    version: int
    events: tuple[str, ...] = ()
    verdict: Verdict | None = None
    problems: tuple[str, ...] = ()
    astray: tuple[str, ...] = ()

    @property
    def rollbacks(self) -> int:
        """How often automation went back to stable."""
        return self.events.count(phases.ABORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendant:
    """Attends to one release at a time; threads may share it."""

    eyes: Eyes
    writer: Writer
    say: Say
    most: int = field(default=MOST_TRANSITIONS)

    def attend(self, subject: Subject, version: int) -> Outcome:
        """Do all that is to be done now with a release of this version.

        Raises `FlagsError` or what boto3 raises if the table doesn't answer.
        """
        events: tuple[str, ...] = ()
        outcome = Outcome(name=subject.name, body=subject.body, version=version)
        for _ in range(self.most):
            sight = self.eyes.look(subject)
            outcome = _noted(outcome, sight)
            change = decided(subject, sight.seen)
            if change is None:
                break
            if change.event == phases.ENTER:
                self.eyes.renew(subject)
            if not self._written(subject, change, outcome.version):
                break
            self._tell(subject, change, sight)
            events = (*events, change.event)
            subject = replace(subject, body=change.body, marked=False)
            outcome = replace(
                outcome, body=change.body, version=outcome.version + 1, events=events
            )
        return outcome

    def adopt(self) -> None:
        """Adopt a table that is a copy of another; raises `FlagsError`."""
        signature = Signature(author=AUTHOR, reason=adoption.WHY)
        adoption.adopt(self.writer, signature, self.eyes.now())
        self.say("the table is adopted", why=adoption.WHY)

    def _written(self, subject: Subject, change: Change, version: int) -> bool:
        """Whether it was written; not if somebody changed the release meanwhile."""
        edit = Edit(
            name=subject.name, body=change.body, based_on=version, action=change.action
        )

        def edits(_: State) -> list[Edit]:
            return [edit]

        try:
            self.writer.write(edits, Signature(author=AUTHOR, reason=change.why))
        except VersionConflict as conflict:
            self.say("left to the next tick", release=subject.name, why=str(conflict))
            return False
        return True

    def _tell(self, subject: Subject, change: Change, sight: Sight) -> None:
        more: Mapping[str, Any] = {"failed": dict(sight.failed)} if sight.failed else {}
        self.say(
            "rollout", release=subject.name, event=change.event, why=change.why, **more
        )


def decided(subject: Subject, seen: Seen) -> Change | None:
    """What the machine says; a mark ends what isn't the machine's, too."""
    change = tick(subject.body, seen)
    if change is not None or not subject.marked:
        return change
    why = "a sentinel aborted"
    body = moves.abort(subject.name, subject.body, now=seen.now, why=why)
    if body == subject.body:
        return None
    action = phases.action(phases.ABORT)
    return Change(body=body, event=phases.ABORT, why=why, action=action)


def _noted(outcome: Outcome, sight: Sight) -> Outcome:
    """With what this look saw; problems of an earlier one are kept."""
    new = [it for it in sight.problems if it not in outcome.problems]
    return replace(
        outcome,
        verdict=sight.verdict or outcome.verdict,
        problems=(*outcome.problems, *new),
    )

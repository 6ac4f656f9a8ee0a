"""One tick: look at every release that has a rollout, or just had one.

Laws
1. Nothing is live, nothing was marked and nothing was written since: one read of the
   tiny item that routers poll, and done. A new container looks at everything once.
2. Releases are attended to side by side: one that waits for a check, or fails, leaves
   the others alone.
3. A mark is taken away after the rollout that it ended is aborted in the document, or
   if it is about no rollout that is live. Never before.
4. What can't be read in the table is told, each minute, and kept from nobody else:
   what routers may have written is mended, and marks on a release whose document can't
   be read stay.
5. Whoever was told to look at one release looks at that one only, and at nothing less.
6. The stack's parameter with the stable colours is the table's, or it is told.
7. An alarm about a rollback is raised only about the document that the rollback stands
   in: if a person has moved the release meanwhile, the next tick looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flags.aborts import mark
from flags.errors import InvalidDocument, NotFound, StoreUnavailable
from flags.lineage import stamped
from flags.snapshot import NO_MARKS
from flags.store.changes import State, Store, Stored
from flags.store.names import is_archived
from flags.store.stable import known_colours, stable_of
from flags.store.vetoes import damage
from rollouts.controller import measuring
from rollouts.controller.announcing import Announcer
from rollouts.controller.attending import Attendant, Outcome, Say
from rollouts.controller.inforce import WATCHED, InForce, Reads
from rollouts.controller.seeing import UNSEEN, Subject
from rollouts.controller.stable_parameter import StableParameter
from rollouts.machine import phases
from rollouts.machine.rollout import Rollout

# Side by side; each spends most of its time waiting.
_THREADS = 8
# Seconds after its time from which a tick is called late.
_LATE = 30.0
STABLE_NOT_IN_FORCE = "stable-not-in-force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a tick did; `idle` if there was nothing to look at."""

    idle: bool
    outcomes: tuple[Outcome, ...] = ()

    def data(self) -> dict[str, Any]:
        """As the function answers."""
        return {
            "idle": self.idle,
            "releases": {it.name: _data(it) for it in self.outcomes},
        }


@dataclass(slots=True, kw_only=True)
class Controller:
    """Ticks. One for the life of a container: it remembers when all was quiet."""

    name: str
    store: Store
    reader: Reads
    attendant: Attendant
    announcer: Announcer
    in_force: InForce
    now: Callable[[], float]
    say: Say
    complain: Say
    stable: StableParameter | None = None
    _quiet: int | None = field(default=None, init=False)

    def tick(
        self,
        only: str | None = None,
        *,
        due: float | None = None,
        left: Callable[[], float] = lambda: float("inf"),
    ) -> Report:
        """Do what is to be done now; of one release, if that is asked.

        `due` is when the tick should have begun, in seconds since the epoch; `left`
        gives the seconds that are left for it. Raises `FlagsError` if the table can't
        be read at all, `NotFound` for a release that there isn't.
        """
        late = due is not None and self.now() - due > _LATE
        if only is None and self._nothing_new():
            return Report(idle=True)
        state = self._loaded()
        subjects = self._subjects(state, only, left)
        outcomes = self._attended(state, subjects)
        settled = self._settle(state, outcomes)
        kept = self._colours_kept(state, outcomes)
        if only is None:
            going_on = any(self._goes_on(it) for it in outcomes)
            busy = state.damage() or going_on or not kept
            number = stamped(state.snapshot, state.lineage.number)
            self._quiet = number if settled and not busy else None
        if outcomes or state.damage() or not kept:
            damaged = len(state.damage())
            self._measure(outcomes, late=late, damaged=damaged, failed=not kept)
        return Report(idle=not outcomes, outcomes=outcomes)

    def _loaded(self) -> State:
        """All that the table holds; what can't be read is told, or mended."""
        state = self.store.load()
        for told in state.damage():
            self.complain("the table is damaged", damage=told)
        try:
            if state.flaws:
                self.store.mend()
            if state.lineage.copied:
                self.attendant.adopt()
                return replace(self.store.load(), flaws=state.damage())
        except UNSEEN as error:
            self.complain(f"the damage could not be mended: {error}")
        return state

    def _nothing_new(self) -> bool:
        try:
            version = self.reader.version(consistent=True)
        except StoreUnavailable as error:
            # The routers' reader has little patience; the store has more.
            self.say("the version can't be read", why=str(error))
            return False
        if version is None:
            return True
        unmarked = version.marks == NO_MARKS and version.sound
        return version.number == self._quiet and unmarked

    def _subjects(
        self, state: State, only: str | None, left: Callable[[], float]
    ) -> list[Subject]:
        """The releases with a rollout, live or not."""
        if only is not None and only in state.damaged:
            raise InvalidDocument([damage(state, only)])
        if only is not None and only not in state.documents:
            raise NotFound(only, sorted(state.documents))
        return [
            Subject(
                name=name,
                body=stored.body,
                compiled=_compiled(state, name),
                marked=_mark(state, name) in state.aborted,
                left=left,
            )
            for name, stored in state.documents.items()
            if only in (None, name) and _concerned(state, stored)
        ]

    def _attended(self, state: State, subjects: list[Subject]) -> tuple[Outcome, ...]:
        if not subjects:
            return ()

        def one(subject: Subject) -> Outcome:
            return self._one(subject, state.documents[subject.name])

        with ThreadPoolExecutor(min(_THREADS, len(subjects))) as pool:
            return tuple(pool.map(one, subjects))

    def _one(self, subject: Subject, stored: Stored) -> Outcome:
        """Everything about one release; whatever goes wrong is in the outcome."""
        outcome = Outcome(name=subject.name, body=stored.body, version=stored.version)
        try:
            outcome = self.attendant.attend(subject, stored.version)
        except Exception as error:  # noqa: BLE001 - law 2: of whatever kind
            outcome = _failed(outcome, error)
        for step in (self._read_back, self._announced):
            try:
                outcome = step(outcome)
            except Exception as error:  # noqa: BLE001 - as above
                outcome = _failed(outcome, error)
        for problem in outcome.problems:
            self.complain(problem, release=subject.name)
        return outcome

    def _read_back(self, outcome: Outcome) -> Outcome:
        """After a rollback: is stable what everyone gets?

        Not if a person has given the canary a weight since, without a plan.
        """
        rollout, by_hand = Rollout.of(outcome.body), "weight" in outcome.body
        if rollout is None or by_hand or not self._just_aborted(rollout):
            return outcome
        colour = stable_of(outcome.body)
        wrong = self.in_force.problems(outcome.name, colour)
        if not wrong or self._moved_on(outcome):
            return outcome
        self.complain("stable is not in force", release=outcome.name, wrong=wrong)
        outcome = replace(outcome, astray=tuple(wrong))
        told = self.announcer.alarm(outcome.name, STABLE_NOT_IN_FORCE, rollout, wrong)
        return replace(outcome, problems=(*outcome.problems, *told))

    def _moved_on(self, outcome: Outcome) -> bool:
        """Whether the release was changed after what was compared with the snapshot."""
        return self.store.load().version(outcome.name) != outcome.version

    def _announced(self, outcome: Outcome) -> Outcome:
        stored = Stored(name=outcome.name, version=outcome.version, body=outcome.body)
        problems = self.announcer.announce(outcome.name, stored)
        return replace(outcome, problems=(*outcome.problems, *problems))

    def _settle(self, state: State, outcomes: tuple[Outcome, ...]) -> bool:
        """Take away the marks that are done with; whether none is left."""
        bodies = {name: it.body for name, it in state.documents.items()}
        bodies |= {it.name: it.body for it in outcomes}
        alive = {
            _mark(state, name)
            for name, body in bodies.items()
            if "weight" in body and not is_archived(body)
        }
        alive |= {_mark(state, name) for name in state.damaged}
        done = state.aborted - alive
        try:
            self.store.settle(done)
        except UNSEEN as error:
            self.complain(f"marks could not be taken away: {error}")
            return False
        return done == state.aborted

    def _colours_kept(self, state: State, outcomes: tuple[Outcome, ...]) -> bool:
        """Whether the stack's parameter has the table's stable colours by now."""
        if self.stable is None:
            return True
        moved = (
            (service, stable_of(it.body))
            for it in outcomes
            for service in it.body["release"]["services"]
        )
        problem = self.stable.reconcile({**known_colours(state), **dict(moved)})
        if problem:
            self.complain(problem)
        return problem is None

    def _goes_on(self, outcome: Outcome) -> bool:
        """Whether the next tick has to look again though nothing is written."""
        rollout = Rollout.of(outcome.body)
        if outcome.problems or outcome.astray or outcome.events:
            return True
        if rollout is None:
            return "weight" in outcome.body
        return not rollout.terminal or self._just_aborted(rollout)

    def _just_aborted(self, rollout: Rollout) -> bool:
        since = self.now() - rollout.at
        return rollout.phase == phases.ABORTED and abs(since) < WATCHED

    def _measure(
        self,
        outcomes: tuple[Outcome, ...],
        *,
        late: bool,
        damaged: int,
        failed: bool,
    ) -> None:
        own = {
            "ControllerErrors": sum(bool(it.problems) for it in outcomes) + failed,
            "StableNotInForce": sum(bool(it.astray) for it in outcomes),
            "TicksLate": int(late),
            "DamagedRows": damaged,
        }
        measuring.write(self.name, own, outcomes)


def moment(text: object) -> float | None:
    """A scheduled event's time in seconds since the epoch; None if it is none."""
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return None


def _concerned(state: State, stored: Stored) -> bool:
    if "release" not in stored.body or is_archived(stored.body):
        return False
    marked = _mark(state, stored.name) in state.aborted
    return stored.body.get("rollout") is not None or marked


def _mark(state: State, name: str) -> str:
    """The mark that would end the release's live rollout."""
    since = _compiled(state, name).get("since")
    return "" if since is None else mark(name, since)


def _compiled(state: State, name: str) -> Mapping[str, Any]:
    release = state.compiled.get(name, {}).get("release")
    return release if isinstance(release, dict) else {}


def _failed(outcome: Outcome, error: Exception) -> Outcome:
    problem = f"{type(error).__name__}: {error}"
    return replace(outcome, problems=(*outcome.problems, problem))


def _data(outcome: Outcome) -> dict[str, Any]:
    rollout = Rollout.of(outcome.body)
    return {
        "version": outcome.version,
        "phase": rollout.phase if rollout else None,
        "step": rollout.step if rollout else None,
        "weight": outcome.body.get("weight"),
        "events": list(outcome.events),
        "problems": [*outcome.problems, *outcome.astray],
    }

"""One look at a release that has a rollout: everything that the machine wants to know.

Laws
1. What can't be seen is told to the machine as such, and to people as a problem; it
   never keeps the rest from being seen.
2. Who is marked by a sentinel is aborted whatever else there is to see, so nothing
   slow is asked then.
3. Checks may take minutes, so they come first, and all else is of the time after them.
   A bake that ends while they run isn't over yet: they are to run once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from flags.errors import FlagsError
from rollouts.controller.alarms import Alarms
from rollouts.controller.alias_state import AliasState, Held, state_of
from rollouts.controller.aliases import Aliases
from rollouts.controller.checks import Checks, failures
from rollouts.controller.confirmation import Confirmation
from rollouts.controller.invoking import Answer
from rollouts.evidence.table import Evidence
from rollouts.judge import share as shares
from rollouts.judge.errors import InvalidEvidence
from rollouts.judge.settings import settings_from
from rollouts.judge.state import State, first
from rollouts.judge.verdict import Verdict, verdict
from rollouts.machine import phases
from rollouts.machine.rollout import Body, Rollout
from rollouts.machine.seen import FAILED, Seen
from rollouts.machine.transitions import over

# What those who are asked may raise.
UNSEEN = (FlagsError, InvalidEvidence, BotoCoreError, ClientError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A look: what the machine is told, the judge's figures, and what went wrong.

    `failed` says of each failed check why.
    """

    seen: Seen
    verdict: Verdict | None = None
    problems: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A release to look at. `compiled` is its `release` in the snapshot.

    `left` gives the seconds that this invocation still has.
    """

    name: str
    body: Body
    compiled: Mapping[str, Any]
    marked: bool
    left: Callable[[], float] = lambda: float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Whom to ask; `now` gives seconds since the epoch."""

    evidence: Evidence
    alarms: Alarms
    aliases: Aliases
    checks: Checks
    now: Callable[[], float]

    def look(self, subject: Subject) -> Sight:
        """See all that there is to see of one release."""
        began = self.now()
        rollout = Rollout.of(subject.body)
        if rollout is None or not rollout.live or subject.marked:
            return Sight(seen=Seen(now=began, marked=subject.marked))
        problems: list[str] = []
        checks = self._checks(subject, rollout, problems)
        now = self._moment(rollout, began)
        judged, counted, suspect = self._judged(subject, rollout, now, problems)
        aliases = self._alias_state(subject, rollout, problems)
        seen = Seen(
            now=now,
            verdict=judged.kind if judged else None,
            words=judged.reason if judged else "",
            counted=counted,
            suspect=suspect,
            alarms=self._alarms(rollout, problems),
            checks={key: answer.status for key, answer in checks.items()},
            stable_missing=aliases.missing["stable"],
            canary_missing=aliases.missing["canary"],
            stable_moved=aliases.moved["stable"],
            canary_moved=aliases.moved["canary"],
            unsettled=aliases.unsettled,
            versions=aliases.versions,
        )
        failed = failures(checks, {FAILED})
        return Sight(seen=seen, verdict=judged, problems=tuple(problems), failed=failed)

    def renew(self, subject: Subject) -> None:
        """Before a step is entered: its health is to be proven anew.

        The open window is closed, since the weight changes. Done twice it is the same.
        """
        watch, since = subject.compiled.get("watch"), subject.compiled.get("since")
        if watch is None or since is None:
            return
        settings = settings_from(watch)
        now = self.now()
        self.evidence.judge(
            subject.name, since, settings, now=now, overdue=True, renew=True
        )

    def _moment(self, rollout: Rollout, began: float) -> float:
        """The time of a look that began then, once its checks have run."""
        now = self.now()
        ended = rollout.phase == phases.BAKING and began < over(rollout) <= now
        return began if ended else now

    def _judged(
        self, subject: Subject, rollout: Rollout, now: float, problems: list[str]
    ) -> tuple[Verdict | None, tuple[int, int] | None, str | None]:
        """The judge's word, on how many, and the share check's if it is suspicious."""
        watch, since = subject.compiled.get("watch"), subject.compiled.get("since")
        if watch is None or since is None:
            return None, None, None
        with _telling("the evidence", problems):
            # A decision is due: what came in since the last window counts in it.
            due = rollout.phase == phases.BAKING and now >= over(rollout)
            look = self.evidence.judge(
                subject.name, since, settings_from(watch), now=now, overdue=due
            )
            share = look.share
            suspicious = share is not None and shares.suspect(share)
            words = shares.reason(share) if share and suspicious else None
            if look.state is None:
                return None, None, words
            return verdict(look.state), _counted(look.state), words
        return None, None, None

    def _checks(
        self, subject: Subject, rollout: Rollout, problems: list[str]
    ) -> Mapping[str, Answer]:
        with _telling("the checks", problems):
            return self.checks.results(subject.name, rollout, subject.left())
        return {}

    def _alias_state(
        self, subject: Subject, rollout: Rollout, problems: list[str]
    ) -> AliasState:
        """What the aliases name; nobody goes on while that can't be seen."""
        services = subject.body["release"]["services"]
        colours = {"stable": rollout.stable, "canary": rollout.canary}
        held = {
            role: self._held(services, colour, problems)
            for role, colour in colours.items()
        }
        seen = state_of(rollout, services, held)
        if not seen.shared:
            return seen
        notes = Confirmation(
            client=self.checks.client, table=self.checks.table, now=self.now
        )
        with _telling("what the aliases were before", problems):
            if notes.seen_before(subject.name, rollout.id, "; ".join(seen.unsettled)):
                return seen.confirmed()
        return seen

    def _held(
        self, services: list[str], colour: str, problems: list[str]
    ) -> Held | None:
        with _telling(f"the aliases {colour}", problems):
            return self.aliases.held(services, colour)
        return None

    def _alarms(
        self, rollout: Rollout, problems: list[str]
    ) -> Mapping[str, str] | None:
        pending = rollout.phase == phases.PENDING
        begun = (*rollout.watched, *rollout.ignored)
        names = rollout.plan.alarms if pending else begun
        if not names:
            return {}
        with _telling("the alarms", problems):
            return self.alarms.states(names)
        return None


def _counted(state: State) -> tuple[int, int]:
    count = first(state.counted, state.settings)
    return count.canary, count.stable


@contextmanager
def _telling(what: str, problems: list[str]) -> Iterator[None]:
    """Note that something could not be seen, and go on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - law 1: of whatever kind
        said = error if isinstance(error, UNSEEN) else repr(error)
        problems.append(f"{what} can't be seen: {said}")

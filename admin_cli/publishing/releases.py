"""Which release covers the services that a person names, and whether it is free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from admin_cli.finding import find, unburied
from flags.errors import FlagsError, InvalidDocument, Problem
from flags.store.changes import State, Stored
from flags.store.compiler import other
from flags.store.names import is_archived
from flags.store.shares import nearest
from flags.store.stable import stable_of
from flags.store.values import epoch
from rollouts.machine import phases
from rollouts.publishing.named import kept

Body = Mapping[str, Any]
# What history calls an abort, with a plan and without.
_ABORTS = {phases.action(phases.ABORT), "abort"}


class NoRelease(FlagsError):
    """No release covers a service of this name."""

    exit_code = 3


class Running(FlagsError):
    """A rollout of the release is under way."""

    exit_code = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The release that a deployment is for, as it was read."""

    stored: Stored

    @property
    def name(self) -> str:
        """The release's name."""
        return self.stored.name

    @property
    def services(self) -> tuple[str, ...]:
        """All functions of the release: they roll together."""
        return tuple(self.stored.body["release"]["services"])

    @property
    def stable(self) -> str:
        """The colour that is stable: the alias that is never touched."""
        return stable_of(self.stored.body)

    @property
    def idle(self) -> str:
        """The other colour: the alias that gets the new version."""
        return other(self.stable)

    @property
    def live(self) -> bool:
        """Whether the idle colour may have users."""
        phase = str(self._rollout.get("phase"))
        return "weight" in self.stored.body or phases.live(phase)

    @property
    def draining(self) -> bool:
        """Whether the idle colour keeps the version before, for `undo`."""
        return self._rollout.get("phase") == phases.DRAINING

    @property
    def rolled_back(self) -> tuple[str, Mapping[str, Any]] | None:
        """Why the last rollout was aborted, and the versions that it had."""
        if self._rollout.get("phase") != phases.ABORTED:
            return None
        return str(self._rollout.get("why", "")), self._rollout.get("versions") or {}

    @property
    def before(self) -> Mapping[str, str]:
        """The versions of the last rollout, if it was promoted and can be undone."""
        undoable = self._rollout.get("phase") in {phases.DRAINING, phases.COMPLETED}
        colours = self._rollout.get("colours") or {}
        if not undoable or colours.get("stable") != self.idle:
            return {}
        return self._rollout.get("versions") or {}

    def leaving(self, now: float, settle: float) -> float:
        """The seconds of `settle` that routers still have since the last abort."""
        last = self.stored.changed
        if self.live or last is None or last.action not in _ABORTS:
            return settle if self.live else 0.0
        return min(settle, max(0.0, epoch(last.at) + settle - now))

    @property
    def _rollout(self) -> Body:
        return kept(self.stored.body)

    def expect_free(self) -> None:
        """Raises `Running` if a rollout is live or drains."""
        if self.live:
            weight = self.stored.body.get("weight", 0)
            told = f"{self._rollout.get('phase', 'set by hand')}, at {weight} %"
            raise Running(
                f"{self.name} has a rollout under way ({told}), and {self.idle} may "
                "have users: wait for its end, end it with `canary rollout abort "
                f"{self.name}`, or put this in its place with --replace"
            )
        if self.draining:
            raise Running(
                f"{self.name} was just promoted, and {self.idle} keeps the version "
                f"before for `canary rollout undo {self.name}`: wait until it has "
                f"drained ({self._rollout.get('until', 'soon')}), or give that up "
                "with --replace"
            )


def target(state: State, services: Sequence[str], release: str | None) -> Target:
    """The release of these services; raises `NoRelease` or `InvalidDocument`."""
    covered = {
        service: name
        for name, stored in sorted(state.documents.items())
        if not is_archived(stored.body)
        for service in (stored.body.get("release") or {}).get("services", ())
    }
    if lost := [service for service in services if service not in covered]:
        raise NoRelease("\n".join(_lost(service, list(covered)) for service in lost))
    wanted = release or covered[services[0]]
    stored = unburied(find(state, wanted))
    strangers = [service for service in services if covered[service] != wanted]
    if strangers:
        raise InvalidDocument([_stranger(s, covered[s], wanted) for s in strangers])
    return Target(stored=stored)


def _lost(service: str, covered: list[str]) -> str:
    meant = nearest(service, covered)
    guess = f"; did you mean {meant}?" if meant else ";"
    known = ", ".join(sorted(covered)) or "nothing yet"
    return f"no release covers {service!r}{guess} Releases cover {known}"


def _stranger(service: str, owner: str, wanted: str) -> Problem:
    message = (
        f"belongs to the release {owner}, not to {wanted}; deploy the services of one "
        "release at a time"
    )
    return Problem(path=service, message=message)

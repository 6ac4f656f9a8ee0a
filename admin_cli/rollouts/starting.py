"""Starts a rollout: what is looked at before, what is written, what is said of it.

Laws
1. The same plan with the same versions, while it runs, changes nothing. With
   `--replace` versions that nobody knows count as new ones.
2. Another rollout that runs is never ended by accident: it takes `--replace`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from admin_cli import clock
from admin_cli.changing import Body, Move, Moved, salt
from admin_cli.rollouts import beforehand, planning
from admin_cli.rollouts.choosing import Chosen
from flags.errors import FlagsError, InvalidDocument, Problem
from flags.store.compiler import other
from flags.store.stable import stable_of
from rollouts.machine import moves, phases, refusals
from rollouts.machine.rollout import Rollout

Versions = Mapping[str, str]
ROLES = ("stable", "canary")


class AnotherRuns(FlagsError):
    """Another rollout of the release runs, and was not to be replaced."""

    exit_code = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A rollout to be started; `versions` are Lambda's by role, None if unknown."""

    name: str
    chosen: Chosen
    versions: Versions | None
    by: str
    replace: bool = False

    def move(self, if_version: int | None) -> Move:
        """What is done to the release's document."""
        event = phases.REPLACE if self.replace else phases.START
        return Move(
            name=self.name,
            action=phases.action(event),
            change=self._change,
            if_version=if_version,
        )

    def looked(self, body: Body, client: Callable[[str], Any]) -> tuple[Start, Notes]:
        """The same after a look at AWS, which tells the versions, and what was found.

        Raises `InvalidDocument` for what isn't there.
        """
        stable = stable_of(body)
        found = beforehand.look(
            self.chosen.plan,
            body["release"]["services"],
            {"stable": stable, "canary": other(stable)},
            client,
        )
        return replace(self, versions=self.versions or found.versions), found.notes

    def words(self, moved: Moved) -> Iterator[str]:
        """What there is to say of it."""
        rollout = Rollout.of(moved.body)
        if not moved.entries and rollout:
            where = refusals.where(rollout)
            yield f"{self.name} runs this plan already, {where}; nothing changed"
            return
        yield f"{self.chosen.origin}: {planning.summary(self.chosen.plan)}"
        if not moved.body.get("enabled", True):
            yield f"{self.name} is disabled, so everyone stays on stable"
        yield f"look on with `canary rollout status {self.name} --watch`"

    def _change(self, body: Body) -> Body:
        running = Rollout.of(body)
        if running and not running.terminal and self._same(running):
            return body
        try:
            refusals.busy(self.name, body, replace=self.replace)
        except InvalidDocument as error:
            raise AnotherRuns(str(error)) from error
        return moves.start(
            self.name,
            body,
            self.chosen.plan,
            id=salt(),
            now=clock.now().timestamp(),
            by=self.by,
            versions=self.versions,
            replace=self.replace,
        )

    def _same(self, running: Rollout) -> bool:
        """Whether it would be the same; versions that nobody knows may be new ones."""
        if self.versions is None:
            known = not self.replace
        else:
            known = running.versions == self.versions
        return known and running.plan.source == self.chosen.plan


Notes = tuple[str, ...]


def versions(stable: str | None, canary: str | None) -> Versions | None:
    """Those that were typed, both or none; raises `InvalidDocument`."""
    given = dict(zip(ROLES, (stable, canary), strict=True))
    problems = [
        Problem(
            path=f"--version-{role}",
            message=f"{text!r} is no number of a Lambda version, such as 12"
            if text
            else "missing; give both versions, or none and they are looked up",
        )
        for role, text in given.items()
        if (stable or canary) and not (text and text.isdecimal() and text.isascii())
    ]
    if problems:
        raise InvalidDocument(problems)
    return {role: text for role, text in given.items() if text} or None

"""What a deployment writes to the table: one rollout ended, another begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from admin_cli import changing, clock
from admin_cli.finding import find
from admin_cli.publishing.releases import Target
from admin_cli.rollouts.choosing import Chosen
from flags.store.changes import Entry, Signature, Store
from flags.store.stable import stable_of
from rollouts.machine import moves, phases
from rollouts.publishing.failures import Conflict
from rollouts.publishing.named import Versions, written

Body = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Table:
    """The release's document through one deployment: each write builds on the last."""

    store: Store
    signature: Signature
    target: Target
    chosen: Chosen
    _version: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._version = self.target.stored.version

    def halt(self) -> None:
        """End the rollout under way, whatever its step, if it hasn't ended already.

        Raises `Conflict` if it was promoted meanwhile: the colours have swapped.
        """
        move = changing.Move(
            name=self.target.name,
            action=phases.action(phases.ABORT),
            change=self._halted,
        )
        changing.insist(partial(changing.carry_out, self.store, self.signature, move))
        stored = find(self.store.load(), self.target.name)
        self._expect_colour(stored.body)
        self._version = stored.version

    def expect_same(self) -> None:
        """Raises `VersionConflict` if somebody changed the release meanwhile."""
        changing.expect(find(self.store.load(), self.target.name), self._version)

    def start(self, versions: Versions) -> tuple[Entry, ...]:
        """Begin a rollout of these versions; raises `VersionConflict`."""
        event = phases.REPLACE if self.target.draining else phases.START
        move = changing.Move(
            name=self.target.name,
            action=phases.action(event),
            change=partial(self._started, versions),
            if_version=self._version,
        )
        return changing.carry_out(self.store, self.signature, move).entries

    def rehearse(self, *, replace: bool) -> None:
        """Raises what `start` would raise of this release and plan; writes nothing."""
        self._begun(self.target.stored.body, None, replace=replace)

    def _halted(self, body: Body) -> Body:
        self._expect_colour(body)
        return moves.abort(
            self.target.name,
            body,
            now=clock.now().timestamp(),
            why=f"{self.signature.author} deploys another version in its place",
        )

    def _expect_colour(self, body: Body) -> None:
        if stable_of(body) != self.target.stable:
            raise Conflict(
                f"{self.target.name} has {self.target.idle} for stable now; look at "
                "it, then deploy again"
            )

    def _started(self, versions: Versions, body: Body) -> Body:
        return self._begun(body, written(versions), replace=self.target.draining)

    def _begun(
        self, body: Body, versions: Mapping[str, str] | None, *, replace: bool
    ) -> Body:
        return moves.start(
            self.target.name,
            body,
            self.chosen.plan,
            id=changing.salt(),
            now=clock.now().timestamp(),
            by=self.signature.author,
            versions=versions,
            replace=replace,
        )

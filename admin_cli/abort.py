"""Aborts, whatever else the table holds, and looks whether readers have it.

Laws
1. An abort that can't be written into its document is a mark: everyone is on stable,
   and whoever aborted is told what is left to do.
2. Nobody's word is taken for it: what is in force is read as routers read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from admin_cli.changing import Moved
from flags.aborts import mark
from flags.errors import FlagsError, InvalidDocument, NotInForce
from flags.store.changes import Store
from flags.store.shares import mapping
from rollouts.controller.inforce import Reads, wrong
from rollouts.moves import stable


@dataclass(frozen=True, slots=True, kw_only=True)
class Abort:
    """The abort of one release; `reader` reads what routers read.

    Without a reader, as in a dry run, nothing is read back.
    """

    store: Store
    reader: Reads | None
    name: str

    def carry_out(self, attempt: Callable[[], Moved]) -> Moved:
        """Write it; raises `NotInForce` if a document or readers differ from it."""
        try:
            moved = attempt()
        except InvalidDocument as error:
            raise self._marked(error) from error
        self._verify(stable(moved.body))
        return moved

    def _marked(self, error: InvalidDocument) -> FlagsError:
        """Abort as a router does; what is to be told then."""
        compiled = mapping(self.store.load().compiled.get(self.name))
        release = mapping(compiled.get("release"))
        since = release.get("since")
        if not isinstance(since, int):
            return error
        self.store.mark(mark(self.name, since))
        colour = str(release.get("stable"))
        self._verify(colour)
        return NotInForce(
            f"{self.name} is aborted by a mark, and everyone is on {colour}; its "
            f"document could not be changed: {error}"
        )

    def _verify(self, colour: str) -> None:
        if self.reader is None:
            return
        try:
            found = list(wrong(self.reader, self.name, colour))
        except FlagsError as error:
            found = [str(error)]
        if found:
            raise NotInForce(
                f"{self.name} was aborted, but readers don't have it: "
                f"{'; '.join(found)}; `canary repair` mends what it can"
            )

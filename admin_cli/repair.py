"""Repairs of what in the table can't be read.

Laws
1. A damaged document is written again as its history last had it, or from a file, as a
   new version: one transaction for all, with a row of history each.
2. What was compiled of it is what users stay by, so that nobody is drawn anew.
3. What can't be repaired is left as it is, and named with what is left to do.
4. A table that is a copy of another is adopted (`rollouts.adoption`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from admin_cli import clock
from admin_cli.changing import salt
from flags.errors import DamageLeft
from flags.store.changes import Commit, Edit, Entry, Signature, State, Store, Stored
from flags.store.planning import plan
from flags.store.writer import Writer
from rollouts import adoption

Body = Mapping[str, Any]
ACTION = "repair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A repair of these documents, or of all that are damaged.

    `bodies` are those that a file gives.
    """

    store: Store
    signature: Signature
    names: frozenset[str] = frozenset()
    bodies: Mapping[str, Body] = field(default_factory=dict)
    _last: dict[str, Stored] = field(default_factory=dict, init=False)

    def carry_out(self) -> tuple[Entry, ...]:
        """Write what can be repaired; `left` says what can't."""
        self.store.mend()
        writer = Writer(store=self.store, timestamp=clock.timestamp, salt=salt)
        repaired = replace(writer, plan=self._plan).write(self._edits, self.signature)
        signature = replace(
            self.signature, reason=self.signature.reason or adoption.WHY
        )
        return repaired + adoption.adopt(writer, signature, clock.now().timestamp())

    def check(self) -> None:
        """Raises `DamageLeft` if something is still damaged."""
        state = self.store.load()
        left = [*self._left(state.damaged), *state.flaws]
        if left:
            raise DamageLeft("\n".join(left))

    def _left(self, damaged: Mapping[str, str]) -> Iterable[str]:
        for name, problem in damaged.items():
            if not self.names or name in self.names:
                yield (
                    f"{name} is still damaged: {problem}; its history has no version "
                    "that can be read: give it with -f, or delete the row in DynamoDB "
                    "if it was never a document"
                )

    def _edits(self, state: State) -> list[Edit]:
        self._last.clear()
        wanted = [n for n in state.damaged if not self.names or n in self.names]
        for name in wanted:
            if (stored := self._stored(name)) is not None:
                self._last[name] = stored
        return [
            Edit(
                name=name,
                body=self.bodies.get(name, stored.body),
                based_on=stored.version,
                action=ACTION,
            )
            for name, stored in self._last.items()
        ]

    def _stored(self, name: str) -> Stored | None:
        """The document as its history last had it, or as the file gives it."""
        rows = self.store.history(name, 1)
        body = rows[0].after if rows else self.bodies.get(name)
        if body is None:
            return None
        return Stored(name=name, version=self.store.latest(name), body=body)

    def _plan(
        self,
        state: State,
        edits: list[Edit],
        signature: Signature,
        *,
        at: str,
        salt: str,
    ) -> Commit:
        """A commit as if the documents were there as their history has them."""
        sound = replace(
            state,
            documents={**state.documents, **self._last},
            damaged={n: p for n, p in state.damaged.items() if n not in self._last},
        )
        made = plan(sound, edits, signature, at=at, salt=salt)
        return replace(made, repaired=frozenset(self._last))

"""Invokes the aliases that an event's units were decided for, each once.

Laws
1. One invocation for each alias, with the units decided for it.
2. All are under way before the first answer is waited for; `meanwhile` runs then.
3. An alias that turns out to be gone did not run: its units go to stable instead,
   once. Nothing else is ever invoked a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flags.record import Record
from router import targets
from router.choice import Choice, fall_back
from router.errors import NotDeployed
from router.sources.source import Event, Outcome, Part, Source


class Chosen(Record):
    """A unit of the event with its choice."""

    unit: Any
    choice: Choice


class Settled(Record):
    """What became of a group, and the choices by which it ran in the end."""

    group: Sequence[Chosen]
    outcome: Outcome


class Invocations(Record):
    """All invocations that one event leads to. `aliases` maps names on ARNs."""

    begin: targets.Begin
    service: str
    aliases: Mapping[str, str]
    source: Source
    event: Event
    context: Any

    def run(
        self, chosen: Sequence[Chosen], meanwhile: Callable[[], None]
    ) -> list[Settled]:
        """Invoke, and wait; what went wrong is in the outcomes."""
        groups: dict[str, list[Chosen]] = {}
        for item in chosen:
            groups.setdefault(item.choice.alias, []).append(item)
        under_way = [(group, self._start(group)) for group in groups.values()]
        meanwhile()
        return [self._finish(group, pending) for group, pending in under_way]

    def _start(self, group: list[Chosen]) -> targets.Pending | Exception:
        parts, alias = _parts(group), group[0].choice.alias
        try:
            if alias not in self.aliases:
                name = f"{self.service}:{alias}"
                return NotDeployed(name, self.aliases.values())
            call = targets.Call(
                arn=self.aliases[alias],
                event=self.source.carry(self.event, parts),
                client_context=self.source.client_context(parts, self.context),
                timeout=targets.seconds_left(self.context),
            )
            return targets.start(self.begin, call)
        except Exception as error:  # noqa: BLE001 - it is merged with the others
            return error

    def _finish(
        self, group: list[Chosen], pending: targets.Pending | Exception
    ) -> Settled:
        choice = group[0].choice
        try:
            if isinstance(pending, Exception):
                return _settled(group, error=pending)
            return _settled(group, answer=targets.finish(pending))
        except targets.AliasGone as gone:
            if choice.alias == choice.stable:
                return _settled(group, error=gone)
            healed = [
                Chosen(unit=item.unit, choice=fall_back(item.choice)) for item in group
            ]
            return self._finish(healed, self._start(healed))
        except Exception as error:  # noqa: BLE001 - it is merged with the others
            return _settled(group, error=error)


def _settled(
    group: list[Chosen], *, answer: Any = None, error: Exception | None = None
) -> Settled:
    outcome = Outcome(parts=_parts(group), answer=answer, error=error)
    return Settled(group=group, outcome=outcome)


def _parts(group: list[Chosen]) -> list[Part]:
    return [Part(unit=item.unit, token=item.choice.token) for item in group]

"""Invokes the aliases that an event's units were decided for, each once.

Laws
1. One invocation for each alias, with the units decided for it.
2. All are under way before the first answer is waited for; `meanwhile` runs then.
3. An alias that turns out to be gone did not run: its units go to stable instead,
   once. Nothing else is ever invoked a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from router import targets
from router.choice import Choice, fall_back
from router.sources.source import Event, Outcome, Part, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A unit of the event with its choice."""

    unit: Any
    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocations:
    """All invocations that one event leads to. `aliases` maps names on ARNs."""

    begin: targets.Begin
    aliases: Mapping[str, str]
    source: Source
    event: Event
    context: Any

    def run(
        self, chosen: Sequence[Chosen], meanwhile: Callable[[], None]
    ) -> list[Outcome]:
        """Invoke, and wait; what went wrong is in the outcomes."""
        groups: dict[str, list[Chosen]] = {}
        for item in chosen:
            groups.setdefault(item.choice.alias, []).append(item)
        under_way = [(group, self._start(group)) for group in groups.values()]
        meanwhile()
        return [self._finish(group, pending) for group, pending in under_way]

    def _start(self, group: list[Chosen]) -> targets.Pending | Exception:
        parts = _parts(group)
        try:
            call = targets.Call(
                arn=self.aliases[group[0].choice.alias],
                event=self.source.carry(self.event, parts),
                client_context=self.source.client_context(parts, self.context),
                timeout=targets.seconds_left(self.context),
            )
            return targets.start(self.begin, call)
        except Exception as error:  # noqa: BLE001 - it is merged with the others
            return error

    def _finish(
        self, group: list[Chosen], pending: targets.Pending | Exception
    ) -> Outcome:
        parts = _parts(group)
        try:
            if isinstance(pending, Exception):
                return Outcome(parts=parts, error=pending)
            return Outcome(parts=parts, answer=targets.finish(pending))
        except targets.AliasGone as gone:
            choice = group[0].choice
            if choice.alias == choice.stable or choice.stable not in self.aliases:
                return Outcome(parts=parts, error=gone)
            healed = [
                Chosen(unit=item.unit, choice=fall_back(item.choice)) for item in group
            ]
            return self._finish(healed, self._start(healed))
        except Exception as error:  # noqa: BLE001 - it is merged with the others
            return Outcome(parts=parts, error=error)


def _parts(group: list[Chosen]) -> list[Part]:
    return [Part(unit=item.unit, token=item.choice.token) for item in group]

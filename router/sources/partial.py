"""Partial batch responses: which records failed, out of the answers of all groups.

Laws
1. A record is never acknowledged because an error was swallowed: a group that fails
   reports all its records as failed, and one that was not reached does too.
2. An answer is read as Lambda itself reads it: what names no record of the group, or
   is no list, means that all its records failed.
3. A single answer is handed back as it came. If every group failed, so does the event.
4. Where order counts, records behind a failed one come again whatever became of them:
   they neither failed nor succeeded.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Sequence

from flags.hints import Any
from router.document import Node
from router.sources.records import Records
from router.sources.source import NotReached, Outcome
from router.sources.values import dig


class PartialBatch(Records):
    """Records of which some may fail, if the target names them."""

    @abstractmethod
    def identifier(self, unit: Node) -> Any:
        """A record's `itemIdentifier`."""

    def failed(self, outcome: Outcome) -> bool:
        """Whether any of its records failed."""
        listed = self._listed(outcome)
        return bool(outcome.parts) if listed is None else bool(listed)

    def first_failed(self, outcome: Outcome) -> Node | None:
        """The first of its records that failed; None if none did."""
        listed = self._listed(outcome)
        named = None if listed is None else set(map(_named, listed))
        for part in outcome.parts:
            if named is None or _hashable(self.identifier(part.unit)) in named:
                return part.unit
        return None

    def failures(self, outcome: Outcome, *, whole: bool) -> tuple[bool | None, ...]:
        """The records that the answer names; None for those behind one in its lane."""
        if whole or outcome.error is not None:
            return super().failures(outcome, whole=whole)
        listed = self._listed(outcome)
        if not listed:
            return (listed is None,) * len(outcome.parts)
        named, stopped = set(map(_named, listed)), set[str]()
        found: list[bool | None] = []
        for part in outcome.parts:
            lane = self.lane(part.unit)
            if lane in stopped:
                found.append(None)
                continue
            found.append(_hashable(self.identifier(part.unit)) in named)
            if found[-1] and lane is not None:
                stopped.add(lane)
        return tuple(found)

    def merge(
        self,
        event: Node,  # noqa: ARG002
        outcomes: Sequence[Outcome],
        *,
        whole: bool,
    ) -> bytes:
        """One answer with all failed records; raises if every group failed.

        With `whole` nobody would read a list of ours: any error fails the event.
        """
        if len(outcomes) == 1 and outcomes[0].error is None:
            return outcomes[0].answer
        errors = [outcome.error is not None for outcome in outcomes]
        if all(errors) or (whole and any(errors)):
            raise _first_error(outcomes)
        return self.answer(outcomes)

    def answer(self, outcomes: Sequence[Outcome]) -> bytes:
        """An answer that names the failed records of all these groups."""
        failed = [item for outcome in outcomes for item in self._entries(outcome)]
        return json.dumps({"batchItemFailures": failed}, separators=(",", ":")).encode()

    def _entries(self, outcome: Outcome) -> list[Any]:
        """The failed records of a group, as entries of `batchItemFailures`."""
        listed = self._listed(outcome)
        if listed is not None:
            return listed
        return [{"itemIdentifier": one} for one in self._identifiers(outcome)]

    def _listed(self, outcome: Outcome) -> list[Any] | None:
        """The entries that a target wrote; None if all records failed."""
        if outcome.error is not None:
            return None
        try:
            answer = json.loads(outcome.answer or b"null")
        except (ValueError, RecursionError):
            return None
        listed = dig(answer, "batchItemFailures")
        if listed is None or listed == []:
            return []
        if not isinstance(listed, list):
            return None
        known = set(map(_hashable, self._identifiers(outcome)))
        return listed if all(_named(item) in known for item in listed) else None

    def _identifiers(self, outcome: Outcome) -> list[Any]:
        return [self.identifier(part.unit) for part in outcome.parts]


def _first_error(outcomes: Sequence[Outcome]) -> Exception:
    """The first error of a group that was reached, else the first of any."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    reached = [error for error in errors if not isinstance(error, NotReached)]
    return (reached or errors)[0]


def _named(item: Any) -> str:
    return _hashable(dig(item, "itemIdentifier"))


def _hashable(identifier: Any) -> str:
    return json.dumps(identifier, sort_keys=True)

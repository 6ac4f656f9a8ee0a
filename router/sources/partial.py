"""Partial batch responses: which records failed, out of the answers of all groups.

Laws
1. A record is never acknowledged because an error was swallowed: a group that fails
   reports all its records as failed, and one that was not reached does too.
2. An answer is read as Lambda itself reads it: what names no record of the group, or
   is no list, means that all its records failed.
3. A single answer is handed back as it came. If every group failed, so does the event.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from flags.hints import Any
from router.document import Node
from router.sources.source import NotReached, Outcome
from router.sources.values import dig

# A record's `itemIdentifier`.
Identify = Callable[[Node], Any]


def merge(outcomes: Sequence[Outcome], identify: Identify, *, whole: bool) -> bytes:
    """One answer with all failed records; raises if every group failed.

    With `whole` nobody would read a list of ours: any error fails the event.
    """
    if len(outcomes) == 1 and outcomes[0].error is None:
        return outcomes[0].answer
    errors = [outcome.error is not None for outcome in outcomes]
    if all(errors) or (whole and any(errors)):
        raise first_error(outcomes)
    failed = [item for outcome in outcomes for item in failures(outcome, identify)]
    answer = json.dumps({"batchItemFailures": failed}, separators=(",", ":"))
    return answer.encode()


def first_error(outcomes: Sequence[Outcome]) -> Exception:
    """The first error of a group that was reached, else the first of any."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    reached = [error for error in errors if not isinstance(error, NotReached)]
    return (reached or errors)[0]


def failures(outcome: Outcome, identify: Identify) -> list[Any]:
    """The failed records of a group, as entries of `batchItemFailures`."""
    ours = [identify(part.unit) for part in outcome.parts]
    if outcome.error is None:
        try:
            answer = json.loads(outcome.answer or b"null")
        except (ValueError, RecursionError):
            answer = {"batchItemFailures": "unread"}
        if answer in (None, "", {}):
            return []
        listed = dig(answer, "batchItemFailures")
        if listed is None or _valid(listed, ours):
            return listed or []
    return [{"itemIdentifier": one} for one in ours]


def _valid(listed: Any, ours: Sequence[Any]) -> bool:
    items = listed if isinstance(listed, list) else [None]
    known = set(map(_hashable, ours))
    return all(_hashable(dig(item, "itemIdentifier")) in known for item in items)


def _hashable(identifier: Any) -> str:
    return json.dumps(identifier, sort_keys=True)

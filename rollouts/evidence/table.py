"""Evidence over boto3, for the controller and the command line.

Laws
1. Looking is free of effects; judging writes the state, over the one that it was made
   from or not at all.
2. Who is overtaken looks again, with a break that grows, and gives up in the end: the
   one who overtook has judged. To renew is nobody else's business: that raises then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from random import random
from typing import Any

from flags.errors import StoreUnavailable
from flags.store.failures import translated
from rollouts.evidence import counting, judging, layout
from rollouts.evidence.judging import Judged
from rollouts.evidence.layout import Change, Item, Key
from rollouts.evidence.look import Look
from rollouts.judge.settings import Settings

TRIES = 6
FIRST_BREAK = 0.05


class Evidence:
    """The evidence in a table; `client` is boto3's client of DynamoDB.

    `StoreUnavailable` says that the table can't be reached, `InvalidEvidence` that
    what stands there can't be, so that nobody may be judged by it.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def look(self, release: str, since: int) -> Look:
        """What stands in the table now."""
        before, items = self._read(release, since)
        return _look(before, items)

    def judge(  # noqa: PLR0913 - what a look needs
        self,
        release: str,
        since: int,
        settings: Settings,
        *,
        now: float,
        overdue: bool = False,
        renew: bool = False,
    ) -> Look:
        """Judge what stands there, at `now` in seconds since the epoch.

        `overdue` closes the open window: before the weight changes. `renew` is for a
        new step, in which health is to be proven anew. `settings` are those that a
        first look begins with.
        """
        expires = int(now) + layout.KEPT_SECONDS
        for tried in range(TRIES):
            before, items = self._read(release, since)
            made = judging.judged(
                before,
                settings,
                counting.totals(items),
                now,
                overdue=overdue,
                renew=renew,
            )
            if made is None:
                return _look(before, items)
            if self._write(judging.writing(release, since, made, expires)):
                return _look(made, items)
            self._sleep(FIRST_BREAK * 2**tried * (0.5 + random()))  # noqa: S311 - no secret
        if renew:
            # To enter a step all the same would take the last one's proof for its own.
            msg = f"the judge's state of {release} changes all the time; look again"
            raise StoreUnavailable(msg)
        return self.look(release, since)

    def _read(self, release: str, since: int) -> tuple[Judged | None, list[Item]]:
        """State first, totals after it: `rollouts.evidence.judging`, law 1."""
        found = self._items([layout.judge_key(release, since)])
        before = judging.read(found[0] if found else None)
        return before, self._items(layout.all_totals(release, since))

    def _items(self, keys: Sequence[Key]) -> list[Item]:
        """Items strongly consistent, in no order; without those that there aren't."""
        found: list[Item] = []
        asked: Any = {
            self._table: {
                "Keys": [
                    {name: {"S": text} for name, text in key.items()} for key in keys
                ],
                "ConsistentRead": True,
            }
        }
        for tried in range(TRIES):
            with translated(self._table):
                answer = self._client.batch_get_item(RequestItems=asked)
            found += answer["Responses"].get(self._table, [])
            asked = answer.get("UnprocessedKeys")
            if not asked:
                return found
            self._sleep(FIRST_BREAK * 2**tried * (0.5 + random()))  # noqa: S311 - no secret
        msg = f"the table {self._table} is too busy to be read; look again in a minute"
        raise StoreUnavailable(msg)

    def _write(self, change: Change) -> bool:
        """Whether the change was made; not if somebody was faster."""
        with translated(self._table):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key={name: {"S": text} for name, text in change.key.items()},
                    UpdateExpression=change.expression,
                    ConditionExpression=change.condition,
                    ExpressionAttributeNames=dict(change.names),
                    ExpressionAttributeValues=dict(change.values),
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True


def _look(before: Judged | None, items: Iterable[Item]) -> Look:
    items = list(items)
    return Look(
        state=before.state if before else None,
        totals=counting.totals(items),
        share=counting.share(items),
        latency=counting.latency(items),
        weights=counting.weights(items),
        containers=sum(len(layout.stamps(item)) for item in items),
        judged_at=before.judged_at if before else None,
        errors=counting.errors(items),
    )

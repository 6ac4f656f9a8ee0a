"""The table as a sentinel uses it: changes under a condition, and items to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flags.aws.batchgetitem import batch_get_item
from flags.aws.client import AwsClient
from flags.aws.errors import AwsError
from flags.aws.updateitem import REFUSED, update_item
from rollouts.evidence.layout import Change, Item, Key

# A call needs some; with less left it would most likely be lost, and isn't begun.
LEAST_SECONDS = 0.02


class Budget:
    """Seconds that all of one report may take."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._until = clock() + seconds

    def left(self, kept_back: float = 0.0) -> float:
        """What is left, without some that others will need; 0 if it is too little."""
        left = self._until - kept_back - self._clock()
        return left if left >= LEAST_SECONDS else 0.0


class Table:
    """Every method raises `AwsCallError` as the lean client does."""

    def __init__(self, client: AwsClient, table: str) -> None:
        self._client = client
        self._table = table

    def change(
        self, change: Change, timeout: float, *, returned: bool = False
    ) -> Item | None:
        """The item after the change if it is to be `returned`, else an empty one.

        None if the condition doesn't hold, and nothing was changed.
        """
        try:
            return update_item(
                self._client,
                self._table,
                change.key,
                change.expression,
                names=change.names,
                values=change.values,
                condition=change.condition,
                returned="ALL_NEW" if returned else "",
                timeout=timeout,
            )
        except AwsError as error:
            if error.code == REFUSED:
                return None
            raise

    def items(self, keys: Sequence[Key], timeout: float) -> Sequence[Item]:
        """The items, strongly consistent, without those that there aren't."""
        return batch_get_item(
            self._client, self._table, keys, consistent=True, timeout=timeout
        )

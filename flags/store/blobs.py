"""What is too big for an item, in slices: items of one partition, numbered from 0.

Laws
1. A slice is never changed. Who puts one again puts the same.
2. What one call asks for and DynamoDB leaves undone is asked for again, with pauses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from flags.errors import StoreUnavailable
from flags.parts import binary, cut

Item = dict[str, Any]

# DynamoDB's limits for one call.
_GETS = 100
_WRITES = 25
_TRIES = 10


def key(pk: str, sk: str) -> Item:
    """An item's key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


class Blobs:
    """Puts, gets and deletes slices; raises what boto3 does."""

    def __init__(
        self, client: Any, table: str, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._pause = pause

    def put(self, pk: str, packed: bytes) -> None:
        """Put all slices, the last one last."""
        for number, data in enumerate(cut(packed)):
            item = key(pk, f"{number:04}") | {"data": {"B": data}}
            self._client.put_item(TableName=self._table, Item=item)

    def there(self, pk: str, packed: bytes) -> bool:
        """Whether all slices are there: the last one is put last."""
        last = key(pk, f"{len(cut(packed)) - 1:04}")
        found = self._client.get_item(
            TableName=self._table,
            Key=last,
            ConsistentRead=True,
            ProjectionExpression="pk",
        )
        return "Item" in found

    def get(self, wanted: Mapping[str, int]) -> dict[str, list[bytes]]:
        """The slices of each partition, of which so many are wanted; or fewer."""
        keys = [
            key(pk, f"{n:04}") for pk, count in wanted.items() for n in range(count)
        ]
        found: dict[str, dict[str, bytes]] = {pk: {} for pk in wanted}
        for batch in _batches(keys, _GETS):
            for item in self._got(batch):
                # A damaged slice is as good as a lost one: its text has gone.
                with suppress(KeyError, TypeError, ValueError):
                    data = binary(item["data"])
                    found[item["pk"]["S"]][item["sk"]["S"]] = data
        return {pk: [some[sk] for sk in sorted(some)] for pk, some in found.items()}

    def delete(self, gone: Mapping[str, int]) -> None:
        """Delete partitions that have so many slices."""
        keys = [key(pk, f"{n:04}") for pk, count in gone.items() for n in range(count)]
        for batch in _batches(keys, _WRITES):
            left = [{"DeleteRequest": {"Key": one}} for one in batch]
            for _ in self._tries():
                answer = self._client.batch_write_item(RequestItems={self._table: left})
                left = answer.get("UnprocessedItems", {}).get(self._table)
                if not left:
                    break

    def _got(self, keys: Sequence[Item]) -> Iterator[Item]:
        left: Any = {"Keys": keys, "ConsistentRead": True}
        for _ in self._tries():
            answer = self._client.batch_get_item(RequestItems={self._table: left})
            yield from answer["Responses"].get(self._table, ())
            left = answer.get("UnprocessedKeys", {}).get(self._table)
            if not left:
                return

    def _tries(self) -> Iterator[None]:
        for number in range(_TRIES):
            yield
            self._pause(0.05 * 2**number)
        msg = f"DynamoDB is too busy for the table {self._table}; try again"
        raise StoreUnavailable(msg)


def _batches(keys: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(keys)
    while batch := list(islice(rest, size)):
        yield batch

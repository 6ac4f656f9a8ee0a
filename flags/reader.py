"""Reads snapshots from DynamoDB through the lean client: no boto3."""

from __future__ import annotations

from collections.abc import Mapping

from flags.aws.client import AwsClient
from flags.aws.errors import AwsCallError
from flags.aws.getitem import Item, get_item
from flags.errors import StoreUnavailable

# The tiny item answers in a few milliseconds. A slow table must not slow requests.
VERSION_TIMEOUT = 0.25
BODY_TIMEOUT = 1.0


class TableReader:
    """Implements `flags.snapshot.Reader` for a table."""

    def __init__(self, client: AwsClient, table: str) -> None:
        self._client = client
        self._table = table

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], table: str) -> TableReader:
        """A reader as the environment describes it."""
        return cls(AwsClient.from_environ("dynamodb", environ), table)

    def version(self, *, consistent: bool = False) -> int | None:
        """The snapshot's version: half a read unit, or a whole one if consistent."""
        item = self._get("version", VERSION_TIMEOUT, consistent=consistent)
        return None if item is None else _number(item)

    def body(self, *, consistent: bool = False) -> tuple[int, str] | None:
        """The snapshot with its own version."""
        item = self._get("body", BODY_TIMEOUT, consistent=consistent)
        return None if item is None else (_number(item), _text(item))

    def _get(self, sk: str, timeout: float, *, consistent: bool) -> Item | None:
        try:
            return get_item(
                self._client,
                self._table,
                {"pk": "snapshot", "sk": sk},
                consistent=consistent,
                timeout=timeout,
            )
        except AwsCallError as error:
            msg = f"the table {self._table} can't be read: {error}"
            raise StoreUnavailable(msg) from error


def _number(item: Item) -> int:
    try:
        return int(item["version"]["N"])
    except (KeyError, TypeError, ValueError) as error:
        msg = "the snapshot's version is not a number"
        raise StoreUnavailable(msg) from error


def _text(item: Item) -> str:
    try:
        return str(item["body"]["S"])
    except (KeyError, TypeError) as error:
        msg = "the snapshot has no body"
        raise StoreUnavailable(msg) from error

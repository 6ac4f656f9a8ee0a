"""What routers read, read by the same code with boto3's credentials and patience.

For people's tools, which say what is in force and not what was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flags.aws.getitem import Item
from flags.reader import TableReader
from flags.store.blobs import key
from flags.store.failures import translated

if TYPE_CHECKING:
    from flags.aws.client import AwsClient


class ReadBack(TableReader):
    """Implements `flags.snapshot.Reader` over a boto3 DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        super().__init__(cast("AwsClient", client), table)
        self._boto3 = client

    def reset(self) -> None:
        """boto3 keeps its own connections."""

    def _get(
        self,
        pk: str,
        sk: str,
        timeout: float,  # noqa: ARG002 - a person waits longer than a request
        *,
        consistent: bool,
    ) -> Item | None:
        with translated(self._table):
            found: Item | None = self._boto3.get_item(
                TableName=self._table, Key=key(pk, sk), ConsistentRead=consistent
            ).get("Item")
        return found

"""Which flags were evaluated, day by day, as functions report it to the table.

A day is one item: `pk` is `usage`, `sk` the day, `flags` the set of names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flags.store.failures import translated

_PK = {"S": "usage"}


class Usage:
    """Reads the reports over a boto3 DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def usage(self, since: date) -> Mapping[str, frozenset[str]]:
        """The flags by day, from a day on; raises `StoreUnavailable`."""
        with translated(self._table):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk >= :since",
                ExpressionAttributeValues={
                    ":pk": _PK,
                    ":since": {"S": since.isoformat()},
                },
            )
            items = [item for page in pages for item in page["Items"]]
        return {
            item["sk"]["S"]: frozenset(item.get("flags", {}).get("SS", ()))
            for item in items
        }

    def first(self) -> date | None:
        """The first day of which there is a report; raises `StoreUnavailable`."""
        with translated(self._table):
            rows = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": _PK},
                Limit=1,
            )["Items"]
        return date.fromisoformat(rows[0]["sk"]["S"]) if rows else None

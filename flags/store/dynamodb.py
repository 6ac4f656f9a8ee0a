"""The store in a DynamoDB table. One item a document; every change one transaction.

| pk | sk | holds |
|---|---|---|
| flags | the flag's name | version, document |
| routing | routing | version, document |
| history#NAME | the version, ten digits | at, author, reason, action, before, after |
| snapshot | version | version: the tiny item that readers poll |
| snapshot | body | version, body: what readers fetch when it moved |
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
)

from flags.errors import StoreUnavailable, VersionConflict
from flags.store.changes import Commit, Entry, SnapshotMoved, State, Stored, dumps
from flags.store.checks import ROUTING

Item = dict[str, Any]

# Why a transaction may be cancelled and yet go through when tried again.
_PASSING = {
    "None",
    "ConditionalCheckFailed",
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
}


class DynamoStore:
    """Implements `Store` over a boto3 DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def load(self) -> State:
        """All documents, strongly consistent; raises `StoreUnavailable`."""
        with translated(self._table):
            # The snapshot first: documents that are newer than it make the commit
            # fail and start over. The other way round, the old documents would be
            # compiled over the new snapshot.
            version = self._snapshot("version")
            body = self._snapshot("body")
            items = [*self._query("flags"), *self._query(ROUTING)]
        documents = {
            item["sk"]["S"]: Stored(
                name=item["sk"]["S"],
                version=int(item["version"]["N"]),
                body=json.loads(item["document"]["S"]),
            )
            for item in items
        }
        return State(
            documents=documents,
            snapshot=int(version["version"]["N"]) if version else 0,
            compiled=_compiled(body),
        )

    def commit(self, commit: Commit) -> None:
        """Write it whole, or raise `VersionConflict` or `SnapshotMoved`."""
        puts = [_document_put(entry) for entry in commit.entries]
        puts += [_history_put(entry) for entry in commit.entries]
        puts += _snapshot_puts(commit)
        items = [{"Put": put | {"TableName": self._table}} for put in puts]
        try:
            with translated(self._table):
                self._client.transact_write_items(TransactItems=items)
        except self._client.exceptions.TransactionCanceledException as error:
            _explain(commit, error.response.get("CancellationReasons", []))
            raise SnapshotMoved from error

    def history(self, name: str, limit: int = 50) -> list[Entry]:
        """A document's changes, the latest first."""
        with translated(self._table):
            found = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"history#{name}"}},
                ScanIndexForward=False,
                ConsistentRead=True,
                Limit=limit,
            )
        return [_entry(name, item) for item in found["Items"]]

    def _snapshot(self, sk: str) -> Item | None:
        found: Item | None = self._client.get_item(
            TableName=self._table, Key=_key("snapshot", sk), ConsistentRead=True
        ).get("Item")
        return found

    def _query(self, pk: str) -> Iterator[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]


def _compiled(body: Item | None) -> dict[str, Any]:
    """The compiled flags; none if the snapshot is missing or damaged."""
    try:
        flags = json.loads(body["body"]["S"])["flags"] if body else {}
    except (KeyError, TypeError, ValueError):
        return {}
    return flags if isinstance(flags, dict) else {}


def _key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _conditioned(item: Item, based_on: int) -> Item:
    """A put that goes through only if the item is still at version `based_on`."""
    put: Item = {"Item": item, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if based_on == 0:
        return put | {"ConditionExpression": "attribute_not_exists(pk)"}
    return put | {
        "ConditionExpression": "#version = :based_on",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":based_on": {"N": str(based_on)}},
    }


def _document_put(entry: Entry) -> Item:
    pk = ROUTING if entry.name == ROUTING else "flags"
    item = _key(pk, entry.name) | {
        "version": {"N": str(entry.version)},
        "document": {"S": dumps(entry.after)},
    }
    return _conditioned(item, entry.version - 1)


def _history_put(entry: Entry) -> Item:
    item = _key(f"history#{entry.name}", f"{entry.version:010}") | {
        "version": {"N": str(entry.version)},
        "at": {"S": entry.at},
        "author": {"S": entry.author},
        "reason": {"S": entry.reason},
        "action": {"S": entry.action},
        "after": {"S": dumps(entry.after)},
    }
    if entry.before is not None:
        item["before"] = {"S": dumps(entry.before)}
    return _conditioned(item, 0)


def _snapshot_puts(commit: Commit) -> list[Item]:
    version = {"version": {"N": str(commit.snapshot)}}
    body = _key("snapshot", "body") | version | {"body": {"S": commit.body}}
    return [
        _conditioned(_key("snapshot", "version") | version, commit.based_on),
        # Its condition is the other's: a body that was lost can be written anew.
        {"Item": body},
    ]


def _entry(name: str, item: Item) -> Entry:
    before = item.get("before")
    return Entry(
        name=name,
        version=int(item["version"]["N"]),
        at=item["at"]["S"],
        author=item["author"]["S"],
        reason=item["reason"]["S"],
        action=item["action"]["S"],
        before=json.loads(before["S"]) if before else None,
        after=json.loads(item["after"]["S"]),
    )


def _explain(commit: Commit, reasons: list[Item]) -> None:
    """Raise what stopped a transaction, unless it is worth trying again."""
    for entry, reason in zip(commit.entries, reasons, strict=False):
        if reason.get("Code") == "ConditionalCheckFailed":
            actual = int(reason.get("Item", {}).get("version", {}).get("N", 0))
            raise VersionConflict(entry.name, entry.version - 1, actual)
    for reason in reasons:
        code = reason.get("Code", "None")
        if code not in _PASSING:
            msg = f"DynamoDB refuses the change: {code}: {reason.get('Message', '')}"
            raise StoreUnavailable(msg)


@contextmanager
def translated(table: str) -> Iterator[None]:
    """Turn what boto3 raises into one line that says what to do."""
    try:
        yield
    except NoCredentialsError as error:
        msg = "no AWS credentials: run `aws configure sso`, or name a --profile"
        raise StoreUnavailable(msg) from error
    except NoRegionError as error:
        msg = "no AWS region: give --region, or set AWS_REGION"
        raise StoreUnavailable(msg) from error
    except BotoCoreError as error:
        msg = f"AWS can't be reached: {error}; check the network, region and profile"
        raise StoreUnavailable(msg) from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "TransactionCanceledException":
            raise
        raise StoreUnavailable(_remedy(code, table, error)) from error


def _remedy(code: str, table: str, error: ClientError) -> str:
    if code == "ResourceNotFoundException":
        return f"there is no table {table}: deploy the stack, or check --region"
    if code in {"AccessDeniedException", "AccessDenied"}:
        return f"access to {table} is denied: {error}; use a role that may write it"
    if code in {"ExpiredTokenException", "UnrecognizedClientException"}:
        return f"AWS refuses the credentials ({code}): sign in again"
    return f"DynamoDB answered {code}: {error}; try again"

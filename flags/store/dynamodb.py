"""The store in a DynamoDB table. One item a document; every change one transaction.

`flags.store.items` has the layout of the table.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from flags.errors import (
    CommitUnknown,
    DamagedRow,
    RevisionNotFound,
    StoreUnavailable,
    VersionConflict,
)
from flags.parts import Manifest, cut, expand
from flags.store import contents, items, version_item
from flags.store.assembly import Assembly, Base, assemble, partition
from flags.store.blobs import Blobs, Item, key
from flags.store.changes import Commit, Entry, SnapshotMoved, State
from flags.store.damage import UNREADABLE, Unreadable
from flags.store.failures import CONDITION_FAILED, transacted, translated
from flags.store.items import Retired
from flags.store.lineage import home_of
from flags.store.names import PREFIXES, place

# A table under this name may be another one by then.
_DESCRIBED_SECONDS = 30.0
_MANIFEST = key("snapshot", "body")
_PARTS_ONLY = {
    "ProjectionExpression": "#a,#b,#c,#d,#e,#f",
    "ExpressionAttributeNames": {
        "#a": "version",
        "#b": "id",
        "#c": "slices",
        "#d": "bytes",
        "#e": "lists",
        "#f": "retired",
    },
}


class DynamoStore:
    """Implements `Store` over a boto3 DynamoDB client; threads may share it."""

    def __init__(
        self,
        client: Any,
        table: str,
        now: Callable[[], float] = time.time,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`tell` hears what in the table can't be read, as often as it is read."""
        self._client = client
        self._table = table
        self._now = now
        self._blobs = Blobs(client, table)
        self._tell = tell
        self._flawed = False
        self._described, self._own = float("-inf"), ""
        self._doubted: set[str] = set()

    def load(self) -> State:
        """All documents, strongly consistent; raises `StoreUnavailable`."""
        with translated(self._table):
            # The snapshot first: documents that are newer than it make the commit
            # fail and start over. The other way round, the old documents would be
            # compiled over the new snapshot.
            tiny, body = self._item(version_item.VERSION), self._item(_MANIFEST)
            snapshot = self._snapshot(items.manifest(body))
            rows = [row for pk in PREFIXES for row in self._query(pk)]
            found = self._blobs.get(items.blobs_of(rows))
        state = contents.state(tiny, body, snapshot, rows, found, home=self._home())
        self._flawed = bool(state.flaws)
        for told in state.damage():
            self._tell(told)
        return state

    def commit(self, commit: Commit) -> None:
        """Write it whole, or raise `VersionConflict` or `SnapshotMoved`."""
        commit = commit if commit.id else replace(commit, id=secrets.token_hex(16))
        if self._flawed:
            self.mend()
        with translated(self._table):
            base = self._base(commit)
        now = self._now()
        base = self._tidied(base, base.due(now))
        made = assemble(commit, base, now=int(now))
        try:
            self._prepare(made)
            self._transact(commit, made)
        except CommitUnknown:
            # If it was written, or still is on its way, its parts are in use.
            self._doubted.add(commit.id)
            raise
        except (SnapshotMoved, VersionConflict, StoreUnavailable):
            # boto3 sends again by itself: the refusal may come of the first time.
            if self._came_through(commit):
                return
            if commit.id not in self._doubted:
                self._delete({pk: len(cut(data)) for pk, data in made.parts.items()})
            raise

    def committed(self, commit: Commit) -> bool:
        """Whether the history has a row of this very commit."""
        if not commit.entries:
            return False
        first = commit.entries[0]
        with translated(self._table):
            found = self._item(items.history_key(first.name, first.version))
        return bool(found and found.get("change", {}).get("S") == commit.id)

    def history(
        self, name: str, limit: int = 50, before: int | None = None
    ) -> list[Entry]:
        """A document's changes, the latest first; those older than `before`."""
        with translated(self._table):
            rows = list(self._rows(name, limit, before))
            found = self._blobs.get(items.blobs_of(rows))
        return list(self._entries(name, rows, found))

    def latest(self, name: str) -> int:
        """The version of the last row of history, readable or not; 0 without any."""
        with translated(self._table):
            rows = [row["sk"]["S"] for row in self._rows(name, 1, None)]
        return int(rows[0]) if rows and rows[0].isdecimal() else 0

    def revision(self, name: str, version: int) -> Entry:
        """The change that made this version; raises `RevisionNotFound`.

        `DamagedRow` if it is there and can't be read.
        """
        with translated(self._table):
            row = self._item(items.history_key(name, version))
            found = self._blobs.get(items.blobs_of([row] if row else []))
        if row is None:
            last = self.history(name, 1)
            raise RevisionNotFound(name, version, last[0].version if last else 0)
        try:
            return items.entry(name, row, found)
        except Unreadable as error:
            raise DamagedRow(name, version, str(error)) from None

    def _entries(
        self, name: str, rows: list[Item], found: Mapping[str, list[bytes]]
    ) -> Iterator[Entry]:
        for row in rows:
            try:
                yield items.entry(name, row, found)
            except Unreadable as error:
                self._tell(f"history of {name}, row {row['sk']['S']}: {error}")

    def _base(self, commit: Commit) -> Base:
        """The manifest that the commit is based on, without its text."""
        item = self._item(_MANIFEST, **_PARTS_ONLY)
        if item is None:
            return Base()
        # A manifest of parts only: whatever the text is, it is not read here.
        manifest = items.manifest(item if "id" in item else item | {"body": {"S": ""}})
        if manifest and manifest.version > commit.based_on:
            # Refused by now, before slices are written in vain.
            self._check_documents(commit)
            raise SnapshotMoved
        return Base(manifest=manifest, retired=items.retired(item))

    def _check_documents(self, commit: Commit) -> None:
        for entry in commit.entries:
            actual = version_item.number(self._item(key(*place(entry.name))))
            if actual is not None and actual != entry.version - 1:
                raise VersionConflict(entry.name, entry.version - 1, actual)

    def _prepare(self, made: Assembly) -> None:
        with translated(self._table):
            for pk, packed in made.blobs.items():
                if not self._blobs.there(pk, packed):
                    self._blobs.put(pk, packed)
            for pk, packed in made.parts.items():
                self._blobs.put(pk, packed)

    def settle(self, marks: Iterable[str]) -> None:
        """Take abort marks away; raises `StoreUnavailable`."""
        if gone := frozenset(marks):
            self._update(version_item.settlement(gone))

    def mark(self, mark: str) -> None:
        """Abort a rollout as a router does; raises `StoreUnavailable`."""
        self.mend()
        self._update(version_item.addition(mark))

    def mend(self) -> None:
        """Make the version's item sound again; raises `StoreUnavailable`."""
        with translated(self._table):
            tiny = self._item(version_item.VERSION)
            manifest = items.manifest(self._item(_MANIFEST))
        for update in version_item.mendings(tiny, manifest.version if manifest else 0):
            self._update(update)
        self._flawed = False

    def _update(self, update: Item) -> None:
        """Change the version's item, unless its condition doesn't hold."""
        with translated(self._table):
            try:
                self._client.update_item(TableName=self._table, **update)
            except ClientError as error:
                if error.response["Error"]["Code"] != CONDITION_FAILED:
                    raise

    def _transact(self, commit: Commit, made: Assembly) -> None:
        of = {"TableName": self._table}
        with transacted(self._table, commit):
            self._client.transact_write_items(
                TransactItems=[
                    *({"Put": put | of} for put in made.puts),
                    {"Update": made.update | of},
                ],
                ClientRequestToken=commit.id,
            )

    def _came_through(self, commit: Commit) -> bool:
        try:
            return self.committed(commit)
        except StoreUnavailable as error:
            raise CommitUnknown(str(error)) from error

    def _tidied(self, base: Base, due: tuple[Retired, ...]) -> Base:
        """What is based on when parts that nobody needs are gone."""
        done = self._delete({partition(one.id): one.slices for one in due})
        return base.without(due) if done else base

    def _delete(self, gone: Mapping[str, int]) -> bool:
        """Whether the slices are gone; a change must not fail for those of another."""
        try:
            with translated(self._table):
                self._blobs.delete(gone)
        except StoreUnavailable:
            return False
        return True

    def _snapshot(self, manifest: Manifest | None) -> Any:
        """The snapshot, parsed; None if it is missing or damaged."""
        if manifest is None:
            return None
        text: str | bytes | None = manifest.plain
        try:
            if manifest.part is not None:
                pk = partition(manifest.part.id)
                slices = self._blobs.get({pk: manifest.part.slices})[pk]
                text = expand(slices, manifest.part.size)
            elif text is None:
                text = expand([manifest.packed], manifest.size)
            return json.loads(text)
        except UNREADABLE:
            return None

    def _home(self) -> str:
        """Which table this is; what DynamoDB won't say stays unknown."""
        if not 0 <= self._now() - self._described < _DESCRIBED_SECONDS:
            try:
                described = self._client.describe_table(TableName=self._table)
            except (BotoCoreError, ClientError):
                described = None
            self._described, self._own = self._now(), home_of(self._table, described)
        return self._own

    def _item(self, at: Item, **more: Any) -> Item | None:
        found: Item | None = self._client.get_item(
            TableName=self._table, Key=at, ConsistentRead=True, **more
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

    def _rows(self, name: str, limit: int, before: int | None) -> Iterator[Item]:
        """Rows of history, the latest first; a page of them holds 1 MB."""
        condition, values = "pk = :pk", {":pk": {"S": f"history#{name}"}}
        if before is not None:
            condition += " AND sk < :sk"
            values[":sk"] = {"S": items.row(before)}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=limit,
        )
        yield from islice((row for page in pages for row in page["Items"]), limit)

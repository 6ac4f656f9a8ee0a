"""What a commit writes: slices first, then one transaction.

Laws
1. Pure: the manifest before and the time come in as arguments.
2. Parts are new or carried over, never changed: a list that the manifest before names
   is not written again, so that no reader reads it again.
3. A part that is no longer named is kept for an hour, for those who read an old
   manifest; then it is due.
4. What DynamoDB would refuse for its size is refused before anything is written.
5. The version's item is changed, not put anew: a commit drops no abort mark.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from flags.errors import InvalidDocument, Problem
from flags.parts import (
    MAX_LISTS,
    MAX_LISTS_BYTES,
    SLICE_BYTES,
    Manifest,
    Part,
    cut,
    digest,
    list_text,
    pack,
)
from flags.store.blobs import Item, key
from flags.store.changes import MAX_EDITS, Commit
from flags.store.items import (
    Retired,
    Texts,
    document_put,
    history_put,
)
from flags.store.version_item import version_update

# A small snapshot stays legible in the console.
PLAIN_BYTES = 8_192
KEPT_SECONDS = 3_600
# A commit deletes no more slices than these, so that none takes long.
MOST_DELETED = 100
# Beyond these, parts are due before their hour: the manifest is an item, too.
MOST_RETIRED = 1_000
_ITEM_BYTES = 400_000
_TRANSACTION_BYTES = 4_000_000

Attributes = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What the table holds before the commit."""

    manifest: Manifest | None = None
    retired: tuple[Retired, ...] = ()

    def due(self, now: float) -> tuple[Retired, ...]:
        """The retired that nobody needs any more; as many as fit into one commit."""
        found, room = [], MOST_DELETED
        for number, one in enumerate(self.retired):
            early = len(self.retired) - number > MOST_RETIRED
            aged = one.at <= now - KEPT_SECONDS and one.slices <= room
            if early or aged:
                room -= one.slices
                found.append(one)
        return tuple(found)

    def without(self, deleted: Iterable[Retired]) -> Base:
        """The same after some of the retired were deleted."""
        gone = set(deleted)
        kept = tuple(one for one in self.retired if one not in gone)
        return replace(self, retired=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """All that a commit writes: slices by partition, and the transaction.

    The transaction is the `puts`, documents first, and the `update` of the version.
    """

    parts: Mapping[str, bytes]
    blobs: Mapping[str, bytes]
    puts: list[Item]
    update: Item


def assemble(commit: Commit, base: Base, *, now: int) -> Assembly:
    """Put a commit in DynamoDB's words; raises `InvalidDocument` if it is too big."""
    _check_entries(commit)
    texts, parts = Texts.of(len(commit.entries)), _Parts(commit)
    lists = _lists(commit, base.manifest, parts)
    _check_lists(lists)
    gone = tuple(_gone(base.manifest, lists, now))
    named = {
        **_json("lists", {sha: part.data() for sha, part in lists.items()}),
        **_json(
            "retired", [(one.id, one.slices, one.at) for one in (*base.retired, *gone)]
        ),
    }
    puts = [
        document_put(entry, texts, anew=entry.name in commit.repaired)
        for entry in commit.entries
    ]
    puts += [history_put(entry, texts, commit.id) for entry in commit.entries]
    version = {"version": {"N": str(commit.snapshot)}}
    if lineage := commit.lineage.number:
        version["lineage"] = {"N": str(lineage)}
    body = key("snapshot", "body") | version | parts.body(named)
    # Its condition is the update's: a body that was lost can be written anew.
    puts.append({"Item": body})
    _check_sizes(puts)
    return Assembly(
        parts=parts.written,
        blobs=texts.blobs,
        puts=puts,
        update=version_update(
            commit.snapshot, commit.based_on, commit.unmarked, commit.lineage
        ),
    )


class _Parts:
    """The parts that a commit writes."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self.written: dict[str, bytes] = {}

    def body(self, named: Attributes) -> Attributes:
        """The snapshot's text: itself, compressed, or the part that holds it."""
        text = self._commit.body.encode()
        if len(text) <= PLAIN_BYTES:
            return {"body": {"S": self._commit.body}, **named}
        packed = pack(text)
        size = {"bytes": {"N": str(len(text))}}
        if len(packed) + sum(map(_weight, named.values())) <= SLICE_BYTES:
            return {"data": {"B": packed}, **size, **named}
        part = self._part(self._commit.id, packed, len(text))
        slices = {"N": str(part.slices)}
        return {"id": {"S": part.id}, "slices": slices, **size, **named}

    def list(self, sha: str) -> Part:
        """The part of a list of ids."""
        text = list_text(self._commit.lists[sha]).encode()
        if digest(text) != sha:
            msg = f"the list {sha} is named after other content"
            raise ValueError(msg)
        name = f"{sha[:16]}-{self._commit.id}"
        return self._part(name, pack(text), len(text))

    def _part(self, name: str, packed: bytes, size: int) -> Part:
        self.written[partition(name)] = packed
        return Part(id=name, slices=len(cut(packed)), size=size)


def partition(name: str) -> str:
    """Where the slices of a part are."""
    return f"snapshot#{name}"


def _lists(commit: Commit, base: Manifest | None, parts: _Parts) -> dict[str, Part]:
    carried = base.lists if base else {}
    named = sorted(commit.named_lists())
    lost = [sha for sha in named if sha not in carried and sha not in commit.lists]
    if lost:
        msg = f"the snapshot names lists that nobody has: {', '.join(lost)}"
        raise ValueError(msg)
    return {sha: carried[sha] if sha in carried else parts.list(sha) for sha in named}


def _gone(
    base: Manifest | None, lists: Mapping[str, Part], now: int
) -> Iterator[Retired]:
    """The parts of the manifest before that the new one doesn't name."""
    if base is None:
        return
    if base.part is not None:
        yield Retired(id=base.part.id, slices=base.part.slices, at=now)
    for sha, part in base.lists.items():
        if sha not in lists:
            yield Retired(id=part.id, slices=part.slices, at=now)


def _json(name: str, data: Any) -> Attributes:
    text = json.dumps(data, separators=(",", ":"))
    return {name: {"S": text}} if data else {}


def _check_entries(commit: Commit) -> None:
    if len(commit.entries) > MAX_EDITS:
        number = len(commit.entries)
        _refuse(f"{number} documents change; apply at most {MAX_EDITS} at a time")


def _check_lists(lists: Mapping[str, Part]) -> None:
    """What no reader would take is not written."""
    size = sum(part.size for part in lists.values())
    if len(lists) > MAX_LISTS or size > MAX_LISTS_BYTES:
        _refuse(
            f"{len(lists)} long lists of ids with {size} bytes are over the limit of "
            f"{MAX_LISTS} with {MAX_LISTS_BYTES}; use fewer or shorter segments"
        )


def _check_sizes(puts: list[Item]) -> None:
    sizes = [sum(len(k) + _weight(v) for k, v in p["Item"].items()) for p in puts]
    if max(sizes) > _ITEM_BYTES:
        _refuse(
            f"an item of {max(sizes)} bytes is over DynamoDB's limit of {_ITEM_BYTES}; "
            "give a shorter reason"
        )
    if sum(sizes) > _TRANSACTION_BYTES:
        _refuse(
            f"a change of {sum(sizes)} bytes is over DynamoDB's limit of "
            f"{_TRANSACTION_BYTES}; change fewer documents at a time"
        )


def _refuse(message: str) -> NoReturn:
    raise InvalidDocument([Problem(path="", message=message)])


def _weight(attribute: Attributes) -> int:
    """About what DynamoDB counts."""
    ((kind, value),) = attribute.items()
    if kind == "M":
        return sum(len(name) + _weight(one) for name, one in value.items())
    return len(value if isinstance(value, bytes) else value.encode())

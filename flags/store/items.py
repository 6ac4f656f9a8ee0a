"""The items of the table, as DynamoDB writes them, and what they mean.

| pk | sk | holds |
|---|---|---|
| flags, segments, groups | the name | version, document, changed, drawn |
| routing | routing | version, document, changed |
| history#NAME | the version, ten digits | at, author, ..., before, after, change |
| snapshot | version | version, aborted: the tiny item that readers poll |
| snapshot | body | the manifest (`flags.parts`), and `retired` |
| snapshot#ID | 0000, 0001, ... | a slice of a big snapshot, or of a list of ids |
| blob#DIGEST | 0000, 0001, ... | a slice of a big document; never deleted |

`document`, `before` and `after` are text, or name the blob that holds it. `change` is
the id of the commit. `changed` is the last change's at, author and action, `drawn` how
users were drawn (`flags.store.drawing`); documents of earlier versions have neither.
`retired` names parts that the snapshot held before. The version's item is
`flags.store.version_item`'s. What can't be read is `flags.store.damage`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from flags.parts import MAX_SLICES, Manifest, cut, pack, version_in
from flags.store.blobs import Item, key
from flags.store.changes import Changed, Entry, Stored, dumps
from flags.store.damage import UNREADABLE, Found, Unreadable, body_in
from flags.store.names import name_of, place

# DynamoDB: 400 KB an item, 4 MB a transaction; a change writes its document thrice.
INLINE_BYTES = 64_000
_INLINE_IN_ALL = 3_000_000

Attribute = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Turns documents into attributes; what is long goes to `blobs`, by partition."""

    inline: int
    blobs: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, edits: int) -> Texts:
        """For a transaction of so many edits."""
        return cls(inline=min(INLINE_BYTES, _INLINE_IN_ALL // (3 * max(1, edits))))

    def attribute(self, body: Mapping[str, Any]) -> Attribute:
        """The document, or where it is."""
        text = dumps(body)
        encoded = text.encode()
        if len(encoded) <= self.inline:
            return {"S": text}
        packed = pack(encoded)
        # Of the compressed bytes: another zlib may compress the text otherwise.
        name = f"blob#{sha256(packed).hexdigest()}"
        self.blobs[name] = packed
        return {
            "M": {
                "blob": {"S": name},
                "slices": {"N": str(len(cut(packed)))},
                "bytes": {"N": str(len(encoded))},
            }
        }


def document_put(entry: Entry, texts: Texts, *, anew: bool = False) -> Item:
    """The document after a change; `anew` writes over whatever stands there."""
    item = key(*place(entry.name)) | {
        "version": {"N": str(entry.version)},
        "document": texts.attribute(entry.after),
        "changed": {"M": {k: {"S": v} for k, v in asdict(Changed.by(entry)).items()}},
    }
    if entry.drawn is not None:
        item["drawn"] = texts.attribute(entry.drawn)
    return {"Item": item} if anew else conditioned(item, entry.version - 1)


def history_key(name: str, version: int) -> Item:
    """The key of a row of history."""
    return key(f"history#{name}", row(version))


def row(version: int) -> str:
    """What rows of history are sorted by."""
    return f"{version:010}"


def history_put(entry: Entry, texts: Texts, change: str) -> Item:
    """The row of history of a change."""
    item = history_key(entry.name, entry.version) | {
        "version": {"N": str(entry.version)},
        "at": {"S": entry.at},
        "author": {"S": entry.author},
        "reason": {"S": entry.reason},
        "action": {"S": entry.action},
        "after": texts.attribute(entry.after),
        "change": {"S": change},
    }
    if entry.before is not None:
        item["before"] = texts.attribute(entry.before)
    return conditioned(item, 0)


def conditioned(item: Item, based_on: int) -> Item:
    """A put that goes through only if the item is still at version `based_on`."""
    put: Item = {"Item": item, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if based_on == 0:
        return put | {"ConditionExpression": "attribute_not_exists(pk)"}
    return put | {
        "ConditionExpression": "#version = :based_on",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":based_on": {"N": str(based_on)}},
    }


def blobs_of(items: Iterable[Item]) -> dict[str, int]:
    """The blobs that items name, with the number of their slices."""
    attributes = (
        item.get(name) for item in items for name in ("document", "before", "after")
    )
    return dict(blob for blob in map(_blob, attributes) if blob is not None)


def _blob(attribute: Any) -> tuple[str, int] | None:
    try:
        named = attribute["M"]
        slices = int(named["slices"]["N"])
        return (str(named["blob"]["S"]), slices) if slices <= MAX_SLICES else None
    except UNREADABLE:
        return None


def name_in(item: Item) -> str:
    """The document that an item is of: its key is sound, whatever else is in it."""
    return name_of(item["pk"]["S"], item["sk"]["S"])


def stored(item: Item, found: Found) -> Stored:
    """A document out of its item; raises `Unreadable`."""
    return Stored(
        name=name_in(item),
        version=_version(item),
        body=body_in(item, "document", found),
        changed=_changed(item),
        drawn=_drawn(item, found),
    )


def _drawn(item: Item, found: Found) -> Mapping[str, Any] | None:
    try:
        return body_in(item, "drawn", found) if "drawn" in item else None
    except Unreadable:
        return None  # the document is what counts


def _changed(item: Item) -> Changed | None:
    try:
        last = item["changed"]["M"]
        return Changed(**{k: str(last[k]["S"]) for k in ("at", "author", "action")})
    except UNREADABLE:
        return None


def entry(name: str, item: Item, found: Found) -> Entry:
    """A change out of its row of history; raises `Unreadable`."""
    return Entry(
        name=name,
        version=_version(item),
        at=_text(item, "at"),
        author=_text(item, "author"),
        reason=_text(item, "reason"),
        action=_text(item, "action"),
        before=body_in(item, "before", found) if "before" in item else None,
        after=body_in(item, "after", found),
    )


def _version(item: Item) -> int:
    try:
        return version_in(item)
    except UNREADABLE:
        msg = "its version is not a number above 0"
        raise Unreadable(msg) from None


def _text(item: Item, name: str) -> str:
    text = (item.get(name) or {}).get("S")
    if not isinstance(text, str):
        msg = f"its {name} is not a text"
        raise Unreadable(msg)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """A part that no snapshot names any more, and since when."""

    id: str
    slices: int
    at: int


def retired(item: Item) -> tuple[Retired, ...]:
    """The parts that a manifest's predecessors named."""
    try:
        rows = json.loads(item["retired"]["S"])
        return tuple(Retired(id=i, slices=n, at=at) for i, n, at in rows)
    except UNREADABLE:
        return ()


def manifest(item: Item | None) -> Manifest | None:
    """What the item says; None if it is missing or damaged."""
    try:
        return Manifest.read(item) if item else None
    except UNREADABLE:
        return None

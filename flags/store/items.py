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
`retired` names parts that the snapshot held before. `aborted` is a set of marks
(`flags.aborts`), which routers add to: whoever writes the version leaves it alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from flags.errors import StoreUnavailable
from flags.parts import Manifest, cut, expand, pack
from flags.store.blobs import Item, key
from flags.store.changes import Changed, Entry, Stored, dumps
from flags.store.names import name_of, place

# DynamoDB: 400 KB an item, 4 MB a transaction; a change writes its document thrice.
INLINE_BYTES = 64_000
_INLINE_IN_ALL = 3_000_000

Attribute = dict[str, Any]
Found = Mapping[str, list[bytes]]


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


def document_put(entry: Entry, texts: Texts) -> Item:
    """The document after a change."""
    item = key(*place(entry.name)) | {
        "version": {"N": str(entry.version)},
        "document": texts.attribute(entry.after),
        "changed": {"M": {k: {"S": v} for k, v in asdict(Changed.by(entry)).items()}},
    }
    if entry.drawn is not None:
        item["drawn"] = texts.attribute(entry.drawn)
    return conditioned(item, entry.version - 1)


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


VERSION = key("snapshot", "version")


def version_update(version: int, based_on: int, unmarked: Iterable[str] = ()) -> Item:
    """Raises the snapshot's version if it still is `based_on`; its marks stay.

    And if none of the `unmarked` is among them.
    """
    conditions = ["#version = :based_on" if based_on else "attribute_not_exists(pk)"]
    values = {":version": version} | ({":based_on": based_on} if based_on else {})
    numbers = {name: {"N": str(value)} for name, value in values.items()}
    marks = {f":mark{n}": {"S": mark} for n, mark in enumerate(sorted(unmarked))}
    conditions += [f"NOT contains(#aborted, {name})" for name in marks]
    names = {"#version": "version"} | ({"#aborted": "aborted"} if marks else {})
    return {
        "Key": VERSION,
        "UpdateExpression": "SET #version = :version",
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": numbers | marks,
    }


def settlement(marks: Iterable[str]) -> Item:
    """Takes marks off the version's item; never makes one."""
    return {
        "Key": VERSION,
        "UpdateExpression": "DELETE #aborted :marks",
        "ConditionExpression": "attribute_exists(pk)",
        "ExpressionAttributeNames": {"#aborted": "aborted"},
        "ExpressionAttributeValues": {":marks": {"SS": sorted(marks)}},
    }


def aborted(item: Item | None) -> frozenset[str]:
    """The marks beside the version."""
    return frozenset((item or {}).get("aborted", {}).get("SS", ()))


def blobs_of(items: Iterable[Item]) -> dict[str, int]:
    """The blobs that items name, with the number of their slices."""
    return {
        attribute["M"]["blob"]["S"]: int(attribute["M"]["slices"]["N"])
        for item in items
        for name in ("document", "before", "after")
        if "M" in (attribute := item.get(name, {}))
    }


def stored(item: Item, found: Found) -> Stored:
    """A document out of its item."""
    name = name_of(item["pk"]["S"], item["sk"]["S"])
    return Stored(
        name=name,
        version=int(item["version"]["N"]),
        body=_body(name, item["document"], found),
        changed=_changed(item),
        drawn=_drawn(name, item, found),
    )


def _drawn(name: str, item: Item, found: Found) -> Mapping[str, Any] | None:
    try:
        return _body(name, item["drawn"], found) if "drawn" in item else None
    except StoreUnavailable:
        return None  # the document is what counts


def _changed(item: Item) -> Changed | None:
    try:
        last = item["changed"]["M"]
        return Changed(**{k: last[k]["S"] for k in ("at", "author", "action")})
    except (KeyError, TypeError):
        return None


def entry(name: str, item: Item, found: Found) -> Entry:
    """A change out of its row of history."""
    before = item.get("before")
    return Entry(
        name=name,
        version=int(item["version"]["N"]),
        at=item["at"]["S"],
        author=item["author"]["S"],
        reason=item["reason"]["S"],
        action=item["action"]["S"],
        before=_body(name, before, found) if before else None,
        after=_body(name, item["after"], found),
    )


def _body(name: str, attribute: Attribute, found: Found) -> Any:
    if "S" in attribute:
        return json.loads(attribute["S"])
    slices = found[attribute["M"]["blob"]["S"]]
    try:
        return json.loads(expand(slices, int(attribute["M"]["bytes"]["N"])))
    except ValueError as error:
        msg = f"{name} is damaged in the table: {error}; restore the table"
        raise StoreUnavailable(msg) from error


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
    except (KeyError, TypeError, ValueError):
        return ()


def manifest(item: Item | None) -> Manifest | None:
    """What the item says; None if it is missing or damaged."""
    try:
        return Manifest.read(item) if item else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None

"""What a table holds, out of its items: a state, and what in it can't be read.

Laws
1. Whatever one item holds, the rest is there: damage is named, and never raised.
2. A document that can't be read is in no one's way, and in nobody's hands: what was
   compiled of it stays in force as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flags.parts import Manifest
from flags.store import items, version_item
from flags.store.blobs import Item
from flags.store.changes import State, Stored
from flags.store.damage import Found, Unreadable
from flags.store.documents import COLOURS
from flags.store.lineage import lineage_of


def state(  # noqa: PLR0913 - what a table holds
    tiny: Item | None,
    body: Item | None,
    snapshot: Any,
    rows: Iterable[Item],
    found: Found,
    *,
    home: str,
) -> State:
    """The state out of the version's item, the manifest, its text, and documents."""
    documents, damaged = _documents(rows, found)
    manifest = items.manifest(body)
    return State(
        documents=documents,
        snapshot=version_item.number(tiny) or (manifest.version if manifest else 0),
        compiled=_mapping(snapshot, "flags"),
        segments=_mapping(snapshot, "segments"),
        groups=_mapping(snapshot, "groups"),
        routing=snapshot.get("routing") if isinstance(snapshot, dict) else None,
        stable=colours_in(snapshot),
        lists=frozenset(manifest.lists if manifest else ()),
        aborted=version_item.aborted(tiny),
        damaged=damaged,
        lineage=lineage_of(tiny, home),
        flaws=(*version_item.flaws(tiny), *_flaws(tiny, manifest, body, snapshot)),
    )


def colours_in(snapshot: Any) -> dict[str, str]:
    """The services' stable colours out of a snapshot, as far as they can be read."""
    found = snapshot.get("stable") if isinstance(snapshot, dict) else None
    entries = found.items() if isinstance(found, dict) else ()
    return {service: colour for service, colour in entries if colour in COLOURS}


def _documents(
    rows: Iterable[Item], found: Found
) -> tuple[dict[str, Stored], dict[str, str]]:
    documents: dict[str, Stored] = {}
    damaged: dict[str, str] = {}
    for row in rows:
        name = items.name_in(row)
        try:
            documents[name] = items.stored(row, found)
        except Unreadable as error:
            damaged[name] = str(error)
    return documents, damaged


def _flaws(
    tiny: Item | None, manifest: Manifest | None, body: Item | None, snapshot: Any
) -> Iterator[str]:
    if body is not None and "version" in body and not isinstance(snapshot, dict):
        yield "snapshot/body: it can't be read; the next change compiles it anew"
    if manifest is not None and version_item.number(tiny) == 0:
        yield "snapshot/version: it is missing"


def _mapping(snapshot: Any, name: str) -> dict[str, Any]:
    """A part of the snapshot, without what is not ours."""
    found: Mapping[str, Any] | Any = (
        snapshot.get(name) if isinstance(snapshot, dict) else None
    )
    entries = found.items() if isinstance(found, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, dict)}

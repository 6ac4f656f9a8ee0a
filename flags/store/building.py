"""The compiled parts of a snapshot after a change, put together from those before.

Laws
1. What a change doesn't name stays as it is, to the byte; but the gates of a flag
   follow the groups that it is in.
2. What the snapshot has lost, or holds damaged, is compiled anew from its document.
   What can't be compiled any more is left out, with all that leans on it: it must not
   stand in the way of another's abort.
3. What is archived is not in a snapshot.
4. What nobody can read stays as it was compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flags.codec import Lists, flag_from, segment_from, slots_from
from flags.errors import InvalidDocument
from flags.store.changes import State
from flags.store.checks import AnyDocument, read_document
from flags.store.clauses import compile_segment
from flags.store.compiler import (
    Compiled,
    Making,
    compile_flag,
    compile_group,
    compile_snapshot,
)
from flags.store.documents import FlagDocument
from flags.store.drawing import Drawn, flag_of, slots_of
from flags.store.groups import GroupDocument
from flags.store.links import Bodies, gates, needs
from flags.store.names import ROUTING, name_of, place
from flags.store.segments import SegmentDocument
from flags.store.shares import mapping, sequence

_BROKEN = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a snapshot is made of, and the lists of ids that are new in it.

    `stable` is by service the colour made stable last.
    """

    flags: dict[str, Compiled] = field(default_factory=dict)
    segments: dict[str, Compiled] = field(default_factory=dict)
    groups: dict[str, Compiled] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stable: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> tuple[dict[str, Compiled], str]:
        """Where a document of the table stands, and under which name."""
        part, short = place(name)
        found = {"segments": self.segments, "groups": self.groups}
        return found.get(part, self.flags), short

    def names(self) -> set[str]:
        """The documents of the table that have a part here."""
        parts = (
            ("flags", self.flags),
            ("segments", self.segments),
            ("groups", self.groups),
        )
        return {name_of(part, name) for part, found in parts for name in found}

    def data(self, routing: Mapping[str, Any]) -> dict[str, Any]:
        """What the text says beside its version."""
        return {
            "flags": self.flags,
            "segments": self.segments,
            "groups": self.groups,
            "routing": routing,
        }

    def text(self, version: int, routing: Mapping[str, Any], lineage: int = 0) -> str:
        """The snapshot's body."""
        return compile_snapshot(
            version,
            self.flags,
            routing,
            segments=self.segments,
            groups=self.groups,
            lineage=lineage,
            stable=self.stable,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as it is compiled: checked documents, and all bodies after it.

    `damaged` are the documents whose bodies nobody can read.
    """

    documents: Mapping[str, AnyDocument]
    bodies: Bodies
    salt: str
    now: float
    drawn: Mapping[str, Drawn] = field(default_factory=dict)
    damaged: frozenset[str] = frozenset()
    stable: Mapping[str, str] = field(default_factory=dict)

    def making(self, number: int, version: int) -> Making:
        """The word of a commit is drawn once: each document gets its own of it."""
        salt = f"{self.salt}-{number}" if number else self.salt
        return Making(version=version, salt=salt, now=self.now)


def held(state: State) -> Parts:
    """The parts of the snapshot that is in the table."""
    return Parts(
        flags=dict(state.compiled),
        segments=dict(state.segments),
        groups=dict(state.groups),
    )


def built(state: State, before: Parts, change: Change) -> Parts:
    """The parts after a change."""
    parts = replace(
        before,
        stable=change.stable,
        flags=dict(before.flags),
        segments=dict(before.segments),
        groups=dict(before.groups),
        lists={},
    )
    live = {n for n, body in change.bodies.items() if not body.get("archived")}
    for name in parts.names() & ({*change.bodies} - live):
        found, short = parts.of(name)
        del found[short]
    lost = sorted(live - parts.names() - {*change.documents, ROUTING})
    changed = [name for name in change.documents if name in live]
    for number, name in enumerate([*changed, *lost]):
        document = change.documents.get(name) or _read(name, change.bodies[name])
        if document is not None:
            version = state.version(name) + (name in change.documents)
            making = change.making(number, version)
            _compile(parts, name, document, making, change.drawn.get(name))
    _set_gates(parts, change)
    return parts


def sound(state: State, parts: Parts) -> Parts:
    """The parts that can be read, one by one."""
    lists: Lists = dict.fromkeys(state.lists, frozenset())
    return Parts(
        flags=_readable(parts.flags, flag_from),
        segments=_readable(parts.segments, lambda n, d: segment_from(n, d, lists)),
        groups=_readable(parts.groups, slots_from),
    )


def standing(parts: Parts, bodies: Bodies) -> Parts:
    """The parts without those that lean on what isn't there."""
    leaning = dict(needs(bodies))
    kept = parts.names()
    while True:
        fallen = {name for name in kept if not leaning.get(name, set()) <= kept}
        if not fallen:
            break
        kept -= fallen
    return Parts(
        flags={n: part for n, part in parts.flags.items() if n in kept},
        segments={
            n: part
            for n, part in parts.segments.items()
            if name_of("segments", n) in kept
        },
        groups=parts.groups,
        lists=parts.lists,
        stable=parts.stable,
    )


def _readable(
    parts: Mapping[str, Compiled], read: Callable[[str, Compiled], object]
) -> dict[str, Compiled]:
    def good() -> Iterator[tuple[str, Compiled]]:
        for name, part in parts.items():
            try:
                read(name, part)
            except _BROKEN:
                continue
            yield name, part

    return dict(good())


def _read(name: str, body: Mapping[str, Any]) -> AnyDocument | None:
    try:
        return read_document(name, body)
    except InvalidDocument:
        return None


def _compile(
    parts: Parts,
    name: str,
    document: AnyDocument,
    making: Making,
    kept: Drawn | None,
) -> None:
    found, short = parts.of(name)
    if isinstance(document, FlagDocument):
        flag = _previous(found, short, flag_from) or flag_of(short, kept)
        found[short] = compile_flag(document, flag, making)
    elif isinstance(document, SegmentDocument):
        found[short], lists = compile_segment(
            document, making.version, f"segment:{short}"
        )
        parts.lists.update(lists)
    elif isinstance(document, GroupDocument):
        slots = _previous(found, short, slots_from) or slots_of(short, kept)
        found[short] = compile_group(document, slots, making)


def _previous(found: Mapping[str, Compiled], name: str, read: Any) -> Any:
    try:
        return read(name, found[name])
    except _BROKEN:
        return None


def _set_gates(parts: Parts, change: Change) -> None:
    """Give each flag the gates of the groups that it is in now.

    Whom a group lets through stays as it is while the group can't be read.
    """
    wanted, unread = gates(change.bodies), _unread_groups(change)
    for name, part in parts.flags.items():
        before = part.get("gates", [])
        found = [it for it in sequence(before) if mapping(it).get("group") in unread]
        found += [
            {"group": group, "slots": [slot]}
            for group, slot in wanted.get(name, ())
            if group in parts.groups
        ]
        if found != before:
            kept = {key: value for key, value in part.items() if key != "gates"}
            parts.flags[name] = kept | ({"gates": found} if found else {})


def _unread_groups(change: Change) -> list[str]:
    """Those that are damaged, or of a grammar that is not today's."""
    odd = {
        name
        for name, body in change.bodies.items()
        if place(name)[0] == "groups"
        and name not in change.documents
        and not body.get("archived")
        and _read(name, body) is None
    }
    places = map(place, change.damaged | odd)
    return [short for part, short in places if part == "groups"]

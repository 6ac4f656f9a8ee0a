"""Earlier versions of a document: what changed between two, and going back to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from admin_cli.archiving import archive, restore
from admin_cli.changing import expect
from admin_cli.conflicts import annotate
from admin_cli.differences import Difference, differences, same
from admin_cli.files import normal, unchanged
from admin_cli.finding import find
from admin_cli.traffic import brought_back, kept_traffic, written
from flags.errors import InvalidDocument, Problem, VersionConflict
from flags.store.changes import Edit, Entry, State, Store, Stored
from flags.store.links import located
from flags.store.names import is_archived
from flags.store.plans import running

Body = Mapping[str, Any]
_TRAFFIC = "weight and stable colour stay as they are; --with-traffic moves them, too"
_RUNNING = (
    "a rollout decides about its traffic; abort it first, or undo without "
    "--with-traffic"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two states of one document; None is the version of a file, or of nothing."""

    name: str
    old: int | None
    new: int | None
    change: str
    fields: tuple[Difference, ...]

    def data(self) -> dict[str, Any]:
        """As JSON shows it."""
        return {
            "name": self.name,
            "change": self.change,
            "from": self.old,
            "to": self.new,
            "fields": [field.data() for field in self.fields],
        }

    def texts(self) -> list[str]:
        """As people read it."""
        if self.old is None:
            head = "new"
        elif self.new is None:
            head = f"version {self.old} -> the file"
        else:
            head = f"version {self.old} -> {self.new}"
        told = "" if self.change != "archived" else ", archived"
        return [f"{self.name}: {head}{told}", *(f"  {field}" for field in self.fields)]


def compare(
    store: Store, stored: Stored, old: int | None, new: int | None
) -> list[Comparison]:
    """What differs between two versions; by default the last change.

    Raises `RevisionNotFound`.
    """
    new = stored.version if new is None else new
    old = new - 1 if old is None else old
    before, after = _body(store, stored, old), _body(store, stored, new)
    fields = tuple(differences(before, after or {}))
    if not fields:
        return []
    return [
        Comparison(
            name=stored.name,
            old=old or None,
            new=new,
            change=_change(before, after or {}),
            fields=fields,
        )
    ]


def planned(entry: Entry) -> Comparison:
    """What a change would do, without the version that it would have."""
    return Comparison(
        name=entry.name,
        old=entry.version - 1 or None,
        new=None,
        change=_change(entry.before, entry.after),
        fields=tuple(differences(entry.before, entry.after)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The way back to a version: edits, or none if it is as it was then."""

    version: int
    edits: tuple[Edit, ...]
    notes: tuple[str, ...] = ()


def undo(
    store: Store, state: State, stored: Stored, to: int | None, *, traffic: bool
) -> Undone:
    """Go back to a version, by default the one before the last.

    Without `traffic` the weight and the stable colour stay; the state of a rollout
    always does. Going back to before the first version archives. Raises
    `RevisionNotFound` or `InvalidDocument`.
    """
    version = stored.version - 1 if to is None else to
    body = _body(store, stored, version)
    if body is None or is_archived(body):
        return Undone(version=version, edits=tuple(archive(state, [stored.name])))
    if traffic and running(stored.body):
        raise InvalidDocument([Problem(path=located(stored.name), message=_RUNNING)])
    mixed = brought_back if traffic else kept_traffic
    kept = mixed(body, stored.body)
    notes = () if traffic or same(written(kept), written(body)) else (_TRAFFIC,)
    if is_archived(stored.body):
        tombstone = Stored(name=stored.name, version=stored.version, body=kept)
        return Undone(version=version, edits=(restore(tombstone),), notes=notes)
    kept = dict(normal(stored.name, kept))
    if unchanged(stored.name, kept, stored.body):
        return Undone(version=version, edits=(), notes=notes)
    edit = Edit(name=stored.name, body=kept, based_on=stored.version, action="undo")
    return Undone(version=version, edits=(edit,), notes=notes)


def way_back(
    store: Store, name: str, to: int | None, if_version: int | None, *, traffic: bool
) -> Undone:
    """The same for a name, and for a person who counts on a version."""
    state = store.load()
    stored = find(state, name)
    try:
        expect(stored, if_version)
    except VersionConflict as error:
        raise annotate(error, store) from None
    return undo(store, state, stored, to, traffic=traffic)


def _body(store: Store, stored: Stored, version: int) -> Body | None:
    """The body of a version; before the first there is none."""
    if version == stored.version:
        return stored.body
    return store.revision(stored.name, version).after if version else None


def _change(before: Body | None, after: Body) -> str:
    if before is None:
        return "new"
    if is_archived(after) and not is_archived(before):
        return "archived"
    if is_archived(before) and not is_archived(after):
        return "restored"
    return "changed"

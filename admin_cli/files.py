"""Files of documents: what applying one changes, and what exporting one holds.

Laws
1. Pure: a file and the table's state in, edits out.
2. A file's fields are the whole document; but traffic belongs to the operator. An
   absent `weight` keeps the stored one, an absent `stable` the stored colour.
3. While a rollout runs, traffic belongs to it: weight and stable colour stay, whatever
   a file says. Its state is in no file, and no file changes it.
4. Nothing that is the same in normal form becomes an edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from admin_cli.differences import same
from admin_cli.finding import find_all
from admin_cli.traffic import merge, written
from flags.codec import MAX_BYTES, Lists, decode
from flags.errors import InvalidDocument, Problem, VersionConflict
from flags.model import Ruleset
from flags.store import drawing
from flags.store.changes import Edit, State
from flags.store.checks import DRAWN, AnyDocument, File, read_document
from flags.store.compiler import compile_snapshot
from flags.store.documents import FlagDocument
from flags.store.links import located
from flags.store.names import ROUTING, SEGMENT, is_archived, place
from flags.store.ownership import disputed, foreign, routed
from flags.store.stable import known_colours
from flags.store.strict import Document

Body = Mapping[str, Any]
D = TypeVar("D", bound=Document)


def edits(
    file: File,
    state: State,
    if_version: int | None = None,
    *,
    force: bool = False,
    move_stable: bool = False,
) -> list[Edit]:
    """What the file changes; raises `VersionConflict` or `InvalidDocument`.

    With `force` an archived document's name may be used again, and with `move_stable` a
    release may put its services on another stable colour.
    """
    found = list(bodies(file, state))
    if problems := [*_taken(file, state)]:
        raise InvalidDocument(problems)
    if if_version is not None and len(found) != 1:
        message = f"the file holds {len(found)} documents; give each its `version`"
        raise InvalidDocument([Problem(path="--if-version", message=message)])
    return [
        Edit(
            name=name,
            body=body,
            based_on=state.version(name),
            action="reuse" if force and _buried(state, name) else "apply",
            drawn=file.drawn.get(name),
            moves_stable=move_stable,
        )
        for name, version, body in found
        if _moved(state, name, if_version, version, body)
    ]


def redrawn(file: File, state: State) -> list[str]:
    """Flags and groups that come from another table, and draw their users anew."""
    return [
        name
        for name, document in file.documents().items()
        if document.version
        and name not in state.documents
        and name not in file.drawn
        and _draws(name, document)
    ]


def _draws(name: str, document: AnyDocument) -> bool:
    """Whether users are drawn by it; not by a release without a rollout."""
    if isinstance(document, FlagDocument) and document.release is not None:
        return document.weight is not None
    return place(name)[0] in {"flags", "groups"}


def unversioned(file: File) -> File:
    """The file without the versions that its documents were made from."""
    routing = file.routing

    def parts(documents: Mapping[str, D]) -> dict[str, D]:
        return {name: _unversioned(found) for name, found in documents.items()}

    return replace(
        file,
        flags=parts(file.flags),
        segments=parts(file.segments),
        groups=parts(file.groups),
        routing=_unversioned(routing) if routing else None,
    )


def _unversioned(document: D) -> D:
    return document.model_copy(update={"version": None})


def export(
    state: State,
    names: Sequence[str],
    *,
    tombstones: bool = False,
    salts: bool = False,
) -> dict[str, Any]:
    """A file of these documents, or of all; raises `Unknown`.

    Of a rollout that runs it holds nothing: neither its state nor the weight. With
    `salts` it says how users were drawn, for a table to which the documents are new.
    """
    find_all(state, names)
    buried = [name for name in names if _buried(state, name)]
    if buried and not tombstones:
        message = "archived; add --archived to look at it, or restore it"
        raise InvalidDocument([Problem(path=name, message=message) for name in buried])
    exported: dict[str, Any] = {"flags": {}, "segments": {}, "groups": {}, ROUTING: {}}
    for name, stored in sorted(state.documents.items()):
        hidden = is_archived(stored.body) and not tombstones
        if hidden or (names and name not in names):
            continue
        part, short = place(name)
        body = {"version": stored.version, **written(stored.body)}
        exported[part] |= body if part == ROUTING else {short: body}
        if salts and (kept := _drawn(state, name)):
            exported.setdefault(DRAWN, {})[name] = kept
    return {part: held for part, held in exported.items() if held or part == "flags"}


def _drawn(state: State, name: str) -> dict[str, Any] | None:
    part, short = place(name)
    compiled = state.groups if part == "groups" else state.compiled
    return drawing.exported(name, compiled.get(short))


def count_ids(exported: Mapping[str, Any]) -> int:
    """How many ids the segments of a file hold."""
    return sum(
        len(segment.get(key, ()))
        for segment in exported.get("segments", {}).values()
        for key in ("included", "excluded")
    )


def snapshot(state: State) -> str:
    """The compiled snapshot that routers read from this table, with all its lists.

    Raises `InvalidDocument` if no router would take so much in one piece.
    """
    segments = {
        name: {key: _ids(state, name, key, part) for key, part in compiled.items()}
        for name, compiled in state.segments.items()
    }
    text = _compiled(state, segments)
    if (size := len(text.encode())) > MAX_BYTES:
        message = f"{size} bytes, and readers take {MAX_BYTES}; use fewer ids"
        raise InvalidDocument([Problem(path="--snapshot", message=message)])
    return text


def ruleset(state: State) -> Ruleset:
    """The rules of this table, as routers hold them; raises `InvalidSnapshot`."""
    return decode(*compiled(state))


def compiled(state: State) -> tuple[str, Lists]:
    """The snapshot's text as it is in the table, and its long lists beside it."""
    lists = {
        part["list"]: frozenset(_ids(state, name, key, part))
        for name, compiled in state.segments.items()
        for key, part in compiled.items()
        if isinstance(part, dict)
    }
    return _compiled(state, state.segments), lists


def _compiled(state: State, segments: Mapping[str, Any]) -> str:
    stored = state.documents.get(ROUTING)
    routing = stored.body if stored else {}
    return compile_snapshot(
        state.snapshot,
        state.compiled,
        routing,
        segments,
        state.groups,
        lineage=state.lineage.number,
        stable=known_colours(state),
    )


def _ids(state: State, name: str, key: str, part: Any) -> Any:
    """The ids of a list that stands beside the snapshot: the document has them."""
    stored = state.documents.get(SEGMENT + name)
    return stored.body.get(key, []) if isinstance(part, dict) and stored else part


def live(state: State) -> list[str]:
    """The releases with a live rollout."""
    documents = state.documents.items()
    return sorted(name for name, stored in documents if "weight" in stored.body)


def normal(name: str, body: Body) -> Body:
    """A stored body as this version of the grammar writes it; raises as reading does.

    A tombstone stays as it is.
    """
    if is_archived(body):
        return body
    return dict(read_document(name, body).body())


def unchanged(name: str, made: Body, stored: Body) -> bool:
    """Whether a body in normal form says the same as a stored one.

    What can't be read any more is another body: it must not stand in an abort's way.
    """
    try:
        return same(made, normal(name, stored))
    except InvalidDocument:
        return False


def bodies(file: File, state: State) -> Iterator[tuple[str, int | None, Body]]:
    """By name the version that the file gives, and the body that would be written."""
    for name, document in file.documents().items():
        stored = state.documents.get(name)
        if isinstance(document, FlagDocument):
            body = merge(document, stored.body if stored else None)
        elif name == ROUTING:
            before = stored.body if stored else None
            body = dict(routed(document.body(), before, file.owners))
        else:
            body = document.body()
        yield name, document.version, body


def _taken(file: File, state: State) -> Iterator[Problem]:
    """What other teams have, and the file would take from them."""
    for name, document in file.documents().items():
        stored = state.documents.get(name)
        body = stored.body if stored else None
        if name == ROUTING:
            yield from disputed(document.body(), body, file.owners)
        elif team := foreign(body, file.owners):
            message = f"belongs to the team {team}, and this file does not"
            yield Problem(path=f"{located(name)}.owner", message=message)


def _buried(state: State, name: str) -> bool:
    stored = state.documents.get(name)
    return stored is not None and is_archived(stored.body)


def _moved(
    state: State, name: str, if_version: int | None, version: int | None, body: Body
) -> bool:
    stored = state.documents.get(name)
    # What isn't there yet has the version of another table, if any.
    own = version if stored is not None else None
    for expected in (if_version, own):
        if expected is not None and expected != state.version(name):
            raise VersionConflict(name, expected, state.version(name))
    return stored is None or not unchanged(name, body, stored.body)

"""From edits to one commit: pure, documents in and a `Commit` out.

Laws
1. Only what changes is checked by today's grammar, and between documents only what a
   change touches or causes is held against it: a document of yesterday's must not
   stand in the way of another's abort.
2. What no reader would accept is not written: the snapshot is read back first.
3. Some edits are refused whatever they say (`flags.store.vetoes`).
4. What can't be read in the table (`State.damaged`) stays in the snapshot as it was,
   and is in the way of nothing but its own edits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flags.codec import MAX_BYTES, decode
from flags.errors import InvalidDocument, InvalidSnapshot, Problem, VersionConflict
from flags.model import Ruleset
from flags.parts import MAX_LISTS
from flags.store.building import Change, Parts, built, held, sound, standing
from flags.store.changes import (
    MAX_DOCUMENT_BYTES,
    Commit,
    Edit,
    Entry,
    Signature,
    State,
    dumps,
    lists_of,
)
from flags.store.checks import AnyDocument, read_document
from flags.store.drawing import Drawn, drawn
from flags.store.links import Bodies, faults, located
from flags.store.names import ROUTING, place
from flags.store.stable import colours_after, contradictions, with_colours
from flags.store.values import epoch
from flags.store.vetoes import marks_against, vetoes

_BIGGEST = 3


def plan(  # noqa: PLR0913 - as `Plan` has it, and an option
    state: State,
    edits: list[Edit],
    signature: Signature,
    *,
    at: str,
    salt: str,
    reads_back: bool = True,
) -> Commit:
    """Compile the edits; raises `VersionConflict` or `InvalidDocument`.

    How many may be written at once is not asked here, but where they are written.
    Without `reads_back` the snapshot is not read as readers will, most of the work:
    for a commit that is only rehearsed.
    """
    _check_versions(state, edits)
    edits = with_colours(state, edits)
    change = _change(state, edits, at=at, salt=salt)
    text, parts = _snapshot(state, change, reads_back=reads_back)
    return Commit(
        entries=tuple(
            _entry(state, edit, signature, at, _drawing(edit, parts, change))
            for edit in edits
        ),
        based_on=state.snapshot,
        snapshot=state.snapshot + 1,
        body=text,
        data=parts.data(_routing(state, change)),
        lists={k: ids for k, ids in parts.lists.items() if k not in state.lists},
        unmarked=frozenset(marks_against(state, edits)),
        lineage=state.lineage,
    )


def _change(state: State, edits: list[Edit], *, at: str, salt: str) -> Change:
    """The edits as they are compiled; raises `InvalidDocument` with all problems."""
    documents = _read(edits)
    before = {name: stored.body for name, stored in state.documents.items()}
    bodies = before | {edit.name: edit.body for edit in edits}
    named = {edit.name for edit in edits}
    problems = [
        *_oversized(edits),
        *vetoes(state, edits),
        *contradictions(state, edits),
        *between(before, bodies, named, state.damaged.__contains__),
    ]
    if problems:
        raise InvalidDocument(problems)
    return Change(
        documents=documents,
        bodies=bodies,
        salt=salt,
        now=_second(at),
        drawn=_drawn(state, edits),
        damaged=frozenset(state.damaged),
        stable=colours_after(state, edits),
    )


def _check_versions(state: State, edits: list[Edit]) -> None:
    for edit in edits:
        actual = state.version(edit.name)
        if edit.based_on != actual:
            raise VersionConflict(edit.name, edit.based_on, actual)
    if len({edit.name for edit in edits}) < len(edits):
        msg = "a change names a document twice"
        raise ValueError(msg)


def _read(edits: list[Edit]) -> dict[str, AnyDocument]:
    problems: list[Problem] = []
    documents: dict[str, AnyDocument] = {}
    for edit in edits:
        try:
            documents[edit.name] = read_document(edit.name, edit.body)
        except InvalidDocument as error:
            problems += error.problems
    if problems:
        raise InvalidDocument(problems)
    return documents


def _oversized(edits: list[Edit]) -> Iterator[Problem]:
    for edit in edits:
        size = len(dumps(edit.body).encode())
        if size > MAX_DOCUMENT_BYTES:
            message = f"{size} bytes are over the limit of {MAX_DOCUMENT_BYTES}"
            yield Problem(path=located(edit.name), message=message)


def between(
    before: Bodies,
    bodies: Bodies,
    edited: set[str],
    unread: Callable[[str], bool] = lambda _: False,
) -> Iterator[Problem]:
    """Problems between documents that the edits touch or cause.

    Nobody is told that an `unread` document is missing: it will be there.
    """
    found = [f for f in faults(bodies) if not (f.missing and unread(f.missing))]
    if any(not fault.owners & edited for fault in found):
        known = {fault.problem for fault in faults(before)}
        found = [f for f in found if f.owners & edited or f.problem not in known]
    leaving = {name for name in edited if bodies[name].get("archived")}
    users: dict[str, set[str]] = {}
    for fault in found:
        if fault.missing in leaving and not fault.owners & edited:
            users.setdefault(str(fault.missing), set()).update(fault.owners)
        else:
            yield fault.problem
    for name, owners in users.items():
        listed = ", ".join(located(owner) for owner in sorted(owners))
        message = f"in use by {listed}; take it out of there before it is archived"
        yield Problem(path=located(name), message=message)


def _second(at: str) -> float:
    try:
        return epoch(at)
    except ValueError:
        # An author of tests may sign with any text; ramps haven't begun then.
        return 0.0


def _routing(state: State, change: Change) -> Mapping[str, Any]:
    """The routing after the change; damaged, it stays as it was."""
    if state.routing is None or ROUTING in change.documents:
        return change.bodies.get(ROUTING, {})
    return state.routing


def _snapshot(state: State, change: Change, *, reads_back: bool) -> tuple[str, Parts]:
    before, routing = held(state), _routing(state, change)
    parts = built(state, before, change)
    if not reads_back:
        text = parts.text(state.snapshot + 1, routing, state.lineage.number)
        return text, parts
    try:
        text, ruleset = _written(state, parts, routing)
    except InvalidSnapshot:
        # Something was damaged before, or the change is no good: leave out the former.
        parts = built(state, sound(state, before), change)
        parts = standing(parts, change.bodies)
        try:
            text, ruleset = _written(state, parts, routing)
        except InvalidSnapshot as error:
            problem = Problem(path="", message=f"no reader would take this: {error}")
            raise InvalidDocument([problem]) from error
    _check_plans(ruleset, change)
    return text, parts


def _written(
    state: State, parts: Parts, routing: Mapping[str, Any]
) -> tuple[str, Ruleset]:
    text = parts.text(state.snapshot + 1, routing, state.lineage.number)
    size = len(text.encode())
    if size > MAX_BYTES:
        sizes = {name: len(dumps(part).encode()) for name, part in parts.flags.items()}
        biggest = sorted(sizes, key=lambda name: -sizes[name])[:_BIGGEST]
        listed = ", ".join(f"{name} ({sizes[name]} bytes)" for name in biggest)
        message = (
            f"the snapshot would be {size} bytes; the limit is {MAX_BYTES}; "
            f"the biggest: {listed}"
        )
        raise InvalidDocument([Problem(path="flags", message=message)])
    named = {sha for part in parts.segments.values() for sha in lists_of(part)}
    if len(named) > MAX_LISTS:
        message = f"{len(named)} long lists of ids; the limit is {MAX_LISTS}"
        raise InvalidDocument([Problem(path="segments", message=message)])
    lists = dict.fromkeys(state.lists, frozenset[str]())
    lists |= {name: frozenset(ids) for name, ids in parts.lists.items()}
    return text, decode(text, lists)


def _check_plans(ruleset: Ruleset, change: Change) -> None:
    """Make what changed ready to be evaluated, as every reader will."""
    problems = []
    for name in change.documents:
        if place(name)[0] == "flags" and name in ruleset.flags:
            try:
                _ = ruleset.plans[name]
            except (LookupError, TypeError, ValueError) as error:
                problems.append(Problem(path=located(name), message=str(error)))
    if problems:
        raise InvalidDocument(problems)


def _drawn(state: State, edits: list[Edit]) -> dict[str, Drawn]:
    """How users were drawn; of a name that is used anew nobody's."""
    kept = {name: stored.drawn for name, stored in state.documents.items()}
    for edit in edits:
        kind, short = place(edit.name)
        parts = state.groups if kind == "groups" else state.compiled
        # The snapshot knows best, but for what was archived, or got lost there.
        kept[edit.name] = drawn(edit.name, parts.get(short)) or kept.get(edit.name)
        if edit.action == "reuse":
            kept[edit.name] = None
        elif edit.based_on == 0:
            kept[edit.name] = edit.drawn
    return {name: part for name, part in kept.items() if part is not None}


def _drawing(edit: Edit, parts: Parts, change: Change) -> Drawn | None:
    """How users are drawn after an edit; what is archived remembers how they were."""
    found, short = parts.of(edit.name)
    if short in found and edit.name != ROUTING:
        return drawn(edit.name, found[short])
    return change.drawn.get(edit.name)


def _entry(
    state: State, edit: Edit, signature: Signature, at: str, kept: Drawn | None
) -> Entry:
    stored = state.documents.get(edit.name)
    return Entry(
        name=edit.name,
        version=edit.based_on + 1,
        at=at,
        author=signature.author,
        reason=signature.reason,
        action=edit.action,
        before=stored.body if stored else None,
        after=edit.body,
        drawn=kept,
    )

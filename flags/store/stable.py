"""The stable colour of each service, which outlives the releases that covered it.

Laws
1. Pure. A service is on the colour that its release made stable last, also when that
   release is archived, renamed, or covers it no more: nobody is moved by that.
2. A release without a colour takes that of its services. One that contradicts them is
   refused, unless somebody says that people are to be moved: an old export would do it
   silently, and so would a file of another stage.
3. The moves of an operator (promote, undo, a rollout's end) set the colour: they are
   not held against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from flags.errors import Problem
from flags.store.changes import Edit, State
from flags.store.documents import COLOURS
from flags.store.links import located
from flags.store.shares import mapping, sequence

Body = Mapping[str, Any]
# What writes a release out of a file.
_WRITTEN = frozenset({"apply", "reuse"})


def colour_of(body: Body) -> str | None:
    """The stable colour that a body of a release says, or None."""
    colour = mapping(body.get("release")).get("stable")
    return colour if colour in COLOURS else None


def stable_of(body: Body) -> str:
    """The stable colour of a stored release; blue if it says none."""
    return colour_of(body) or COLOURS[0]


def known_colours(state: State) -> dict[str, str]:
    """By service the colour on which it is now; what was never released isn't here."""
    bodies = [stored.body for stored in state.documents.values()]
    buried = _colours(body for body in bodies if body.get("archived"))
    live = _colours(body for body in bodies if not body.get("archived"))
    return buried | dict(state.stable) | live | _colours(state.compiled.values())


def colours_after(state: State, edits: Iterable[Edit]) -> dict[str, str]:
    """The same once these edits are written."""
    bodies = (edit.body for edit in edits if not edit.body.get("archived"))
    return known_colours(state) | _colours(bodies)


def with_colours(state: State, edits: list[Edit]) -> list[Edit]:
    """The edits, in which releases without a colour take that of their services.

    What comes back from an archive takes it too: meanwhile it may have changed.
    """
    known = known_colours(state)
    return [_with_colour(edit, known) for edit in edits]


def contradictions(state: State, edits: Iterable[Edit]) -> Iterator[Problem]:
    """Where a release would move people whom nobody asked to move."""
    known = known_colours(state)
    for edit in edits:
        if edit.moves_stable or edit.action not in {*_WRITTEN, "restore"}:
            continue
        if "release" not in edit.body or edit.body.get("archived"):
            continue
        wanted = stable_of(edit.body)
        moved = [s for s in _services(edit.body) if known.get(s, wanted) != wanted]
        if moved:
            message = (
                f"{' and '.join(moved)} {'is' if len(moved) == 1 else 'are'} on "
                f"{known[moved[0]]}, and {wanted} is to be stable: everybody there "
                "would be moved; remove `stable`, leave these services out, or say "
                "--move-stable"
            )
            yield Problem(path=f"{located(edit.name)}.release.stable", message=message)


def _with_colour(edit: Edit, known: Mapping[str, str]) -> Edit:
    body = edit.body
    if "release" not in body or body.get("archived"):
        return edit
    said = colour_of(body)
    if said is not None and edit.action != "restore":
        return edit
    found = {known[service] for service in _services(body) if service in known}
    colour = found.pop() if len(found) == 1 else said
    if colour is None and edit.action in _WRITTEN:
        colour = COLOURS[0]
    if colour == said:
        return edit
    release = {**body["release"], "stable": colour}
    return replace(edit, body={**body, "release": release})


def _colours(bodies: Iterable[Body]) -> dict[str, str]:
    return {
        service: stable_of(body)
        for body in bodies
        if "release" in body
        for service in _services(body)
    }


def _services(body: Body) -> list[str]:
    services = sequence(mapping(body.get("release")).get("services"))
    return [service for service in services if isinstance(service, str)]

"""Documents by their names, and what was probably meant where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from flags.errors import InvalidDocument, NotFound, Problem
from flags.store.changes import State, Stored
from flags.store.links import KINDS, located
from flags.store.names import is_archived, is_flag, place
from flags.store.shares import nearest
from flags.store.vetoes import damage

# More names than these are a wall, and `canary list` has them all.
_SHOWN = 10


class Unknown(NotFound):
    """No documents of these names are in the table; all are told at once."""

    def __init__(self, wanted: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(wanted[0], list(known))
        self.args = ("\n".join(_told(name, known) for name in wanted),)


def find(state: State, name: str) -> Stored:
    """A document of the table; raises `Unknown`."""
    (stored,) = find_all(state, [name])
    return stored


def find_all(state: State, names: Iterable[str]) -> list[Stored]:
    """Documents of the table, each once; raises `Unknown` for all that aren't there.

    And `InvalidDocument` for those that can't be read.
    """
    wanted = list(dict.fromkeys(names))
    if damaged := [name for name in wanted if name in state.damaged]:
        raise InvalidDocument([damage(state, name) for name in damaged])
    if lost := [name for name in wanted if name not in state.documents]:
        raise Unknown(lost, live(state))
    return [state.documents[name] for name in wanted]


def find_flag(state: State, name: str) -> Stored:
    """A flag in use; raises `Unknown`, or `InvalidDocument` if it is none."""
    stored = unburied(find(state, name))
    if not is_flag(name):
        message = "is no flag; name a flag or a release"
        raise InvalidDocument([Problem(path=name, message=message)])
    return stored


def live(state: State) -> list[str]:
    """The names of all documents that are in use."""
    return sorted(n for n, s in state.documents.items() if not is_archived(s.body))


def unburied(stored: Stored) -> Stored:
    """The document if it is in use; raises `InvalidDocument` for a tombstone."""
    if is_archived(stored.body):
        message = f"archived; `canary restore {stored.name}` brings it back"
        raise InvalidDocument([Problem(path=located(stored.name), message=message)])
    return stored


def _told(name: str, known: Sequence[str]) -> str:
    part, short = place(name)
    said = f"no {KINDS.get(part, 'document')} is named {short!r}"
    if found := _meant(name, known):
        return f"{said}; did you mean {found}? The table holds {_some(known)}"
    return f"{said}; the table holds {_some(known)}"


def _meant(name: str, known: Sequence[str]) -> str | None:
    """By its name without its kind: `beta` may mean `segment:beta`."""
    shorts = {place(one)[1]: one for one in reversed(known)}
    found = nearest(place(name)[1], list(shorts))
    return shorts[found] if found else None


def _some(known: Sequence[str]) -> str:
    shown = ", ".join(islice(known, _SHOWN)) or "nothing yet"
    more = len(known) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown

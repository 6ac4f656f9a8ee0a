"""Ids of a segment: added to a list, and taken out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TextIO

from admin_cli.changing import Move
from admin_cli.input import read
from flags.errors import InvalidDocument, Problem
from flags.store.changes import State
from flags.store.names import SEGMENT, is_archived

Body = Mapping[str, Any]
_COUNTED = ("included", "excluded", "rules")
COLUMNS = ("name", "by", *_COUNTED, "version", "owner")
Change = Callable[[Body, str, Iterable[str]], Body]


def summaries(state: State) -> list[dict[str, Any]]:
    """All segments by name, with the lengths of their lists; tombstones aside."""
    return [
        {
            "name": name.removeprefix(SEGMENT),
            "version": stored.version,
            "by": stored.body.get("by"),
            **{part: len(stored.body.get(part, ())) for part in _COUNTED},
            "owner": stored.body.get("owner"),
            "tags": stored.body.get("tags", []),
        }
        for name, stored in sorted(state.documents.items())
        if name.startswith(SEGMENT) and not is_archived(stored.body)
    ]


def cells(row: Mapping[str, Any]) -> tuple[object, ...]:
    """A segment's row in the list."""
    return tuple(row[column] for column in COLUMNS)


def move(name: str, change: Change, given: Sequence[str], *, excluded: bool) -> Move:
    """The change of a segment, whose name may be typed with its kind or without."""
    key = "excluded" if excluded else "included"
    return Move(
        name=SEGMENT + name.removeprefix(SEGMENT),
        action=f"segment-{change.__name__}",
        change=lambda body: change(body, key, given),
    )


def ids(given: Sequence[str], path: str | None, stdin: TextIO) -> list[str]:
    """The ids of the command line and of a file, one a line, each once.

    Blanks around an id are no part of it; a `#` is.
    """
    lines = [] if path is None else read(path, stdin).splitlines()
    found = list(dict.fromkeys(filter(None, map(str.strip, [*given, *lines]))))
    if not found:
        message = "none given; name some, or give a file with --from-file"
        raise InvalidDocument([Problem(path="ID", message=message)])
    return found


def add(body: Body, key: str, new: Iterable[str]) -> dict[str, Any]:
    """The body with these in the list `key`, at its end; those in it stay put."""
    return {**body, key: list(dict.fromkeys([*body.get(key, ()), *new]))}


def remove(body: Body, key: str, old: Iterable[str]) -> dict[str, Any]:
    """The body without these in the list `key`."""
    gone = frozenset(old)
    return {**body, key: [member for member in body.get(key, ()) if member not in gone]}

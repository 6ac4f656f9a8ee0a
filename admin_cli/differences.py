"""What changed between two bodies of a document, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from admin_cli.output import inline

# Of a longer list only what came and what went is told.
_LONG = 100
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field's old and new value; None where the field is missing."""

    path: str
    old: Any
    new: Any

    def data(self) -> dict[str, Any]:
        """As JSON shows it; of a long list only what came and what went."""
        if not self._long:
            return {"path": self.path, "old": self.old, "new": self.new}
        return {"path": self.path, "added": self._came, "removed": self._went}

    def __str__(self) -> str:
        if not self._long:
            return f"{self.path}: {_text(self.old)} -> {_text(self.new)}"
        moves = (("+", self._came), ("-", self._went))
        told = [f"{sign}{len(ids)} ({_some(ids)})" for sign, ids in moves if ids]
        return f"{self.path}: {', '.join(told) or 'in another order'}"

    @property
    def _long(self) -> bool:
        lists = [side for side in (self.old, self.new) if isinstance(side, list)]
        others = [side for side in (self.old, self.new) if side is not None]
        return len(lists) == len(others) and max(map(len, lists)) > _LONG

    @property
    def _came(self) -> list[Any]:
        return _beyond(self.new or [], self.old or [])

    @property
    def _went(self) -> list[Any]:
        return _beyond(self.old or [], self.new or [])


def same(one: object, other: object) -> bool:
    """Equal as JSON; unlike Python's, this equality tells true from 1."""
    return _canonical(one) == _canonical(other)


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> list[Difference]:
    """The fields that differ, in the order of the documents."""
    return list(_walk("", before or {}, after))


def _walk(path: str, old: Any, new: Any) -> Iterator[Difference]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            place = f"{path}.{key}" if path else str(key)
            yield from _walk(place, old.get(key), new.get(key))
    elif _paired(old, new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _walk(f"{path}[{number}]", one, other)
    elif not same(old, new):
        yield Difference(path=path, old=old, new=new)


def _paired(old: Any, new: Any) -> bool:
    """Whether two lists are compared member by member."""
    if not isinstance(old, list) or not isinstance(new, list):
        return False
    return len(old) == len(new) <= _LONG


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _beyond(one: list[Any], other: list[Any]) -> list[Any]:
    known = set(map(_canonical, other))
    return [member for member in one if _canonical(member) not in known]


def _some(members: list[Any]) -> str:
    shown = ", ".join(map(inline, members[:_SHOWN]))
    return f"{shown}, ..." if len(members) > _SHOWN else shown


def _text(value: object) -> str:
    return "(none)" if value is None else inline(value)

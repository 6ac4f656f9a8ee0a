"""What changed between two bodies of a document, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from admin_cli.output import inline


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field's old and new value; None where the field is missing."""

    path: str
    old: Any
    new: Any

    def data(self) -> dict[str, Any]:
        """As JSON shows it."""
        return {"path": self.path, "old": self.old, "new": self.new}

    def __str__(self) -> str:
        return f"{self.path}: {_text(self.old)} -> {_text(self.new)}"


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
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _walk(f"{path}[{number}]", one, other)
    elif not same(old, new):
        yield Difference(path=path, old=old, new=new)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _text(value: object) -> str:
    return "(none)" if value is None else inline(value)

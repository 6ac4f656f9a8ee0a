"""How users were drawn: salts and ranges, which no document says.

The snapshot has them while a flag is in it. They are kept beside the document too, so
that neither an archiving nor a lost snapshot draws anybody anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flags.codec import flag_from, slots_from
from flags.model import Flag, Slots
from flags.store.names import place

Compiled = dict[str, Any]
Drawn = Mapping[str, Any]

_EVERYONE = {"join": "all", "members": []}
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


def drawn(name: str, part: Compiled | None) -> Compiled | None:
    """Of a compiled flag or group what says how its users were drawn."""
    kind, _ = place(name)
    if kind == "groups":
        return part
    try:
        return _flag(part) if kind == "flags" and part else None
    except _BROKEN:
        return None  # a damaged part


def _flag(part: Compiled) -> Compiled:
    kept = {key: part[key] for key in ("version", "off", "salt", "serve")}
    kept |= {"enabled": True, "variants": dict.fromkeys(part["variants"], True)}
    if rules := list(_split_rules(part)):
        kept["rules"] = rules
    if "release" in part:
        release = part["release"]
        kept["release"] = {key: release[key] for key in release if key != "watch"}
    return kept


def _split_rules(part: Compiled) -> Iterator[Compiled]:
    """Rules keep their users by their names; what they ask for doesn't matter."""
    for rule in part.get("rules", ()):
        if not isinstance(rule["serve"], str):
            yield {"name": rule["name"], "when": _EVERYONE, "serve": rule["serve"]}


def exported(name: str, part: Compiled | None) -> Compiled | None:
    """The same for another table, in which the document will be at version 1.

    A rollout that goes on there began with that version.
    """
    kept = drawn(name, part)
    if not kept:
        return None
    kept = kept | {"version": 1}
    if "release" in kept:
        release = {k: it for k, it in kept["release"].items() if k != "rollout"}
        if release.get("since") is None:
            return None  # nobody is drawn, and who comes next is drawn anew
        kept["release"] = release | {"since": 1}
    return kept


def is_sound(name: str, kept: object) -> bool:
    """Whether a file's word on how users were drawn can be read."""
    if not isinstance(kept, dict):
        return False
    kind, short = place(name)
    read = {"flags": flag_of, "groups": slots_of}.get(kind)
    return read is not None and read(short, kept) is not None


def flag_of(name: str, kept: Drawn | None) -> Flag | None:
    """The flag as far as drawing goes, or None."""
    try:
        return flag_from(name, kept) if kept else None
    except _BROKEN:
        return None


def slots_of(name: str, kept: Drawn | None) -> Slots | None:
    """The group as far as drawing goes, or None."""
    try:
        return slots_from(name, kept) if kept else None
    except _BROKEN:
        return None

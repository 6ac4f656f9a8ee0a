"""What documents are called, and where in the table they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
ROUTING = "routing"
SEGMENT = "segment:"
GROUP = "group:"
ARCHIVED = "archived"
# The partitions of the table that hold documents, with the names' prefixes.
PREFIXES = {"flags": "", "segments": SEGMENT, "groups": GROUP, ROUTING: ""}


def place(name: str) -> tuple[str, str]:
    """The partition of a document, and its key there."""
    if name == ROUTING:
        return ROUTING, ROUTING
    for partition, prefix in PREFIXES.items():
        if prefix and name.startswith(prefix):
            return partition, name.removeprefix(prefix)
    return "flags", name


def name_of(partition: str, key: str) -> str:
    """The name of the document that stands there."""
    return PREFIXES[partition] + key


def is_name(text: object) -> bool:
    """Whether a flag, a segment or a group may be called so."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def is_flag(name: str) -> bool:
    """Whether a document is a flag or a release."""
    return place(name)[0] == "flags"


def is_archived(body: Mapping[str, Any]) -> bool:
    """Whether a body is a tombstone: kept, but in no snapshot."""
    return body.get(ARCHIVED) is True

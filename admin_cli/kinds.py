"""What sort of document a stored one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flags.store.names import place

ARCHIVED = "archived"


def is_flag(name: str) -> bool:
    """Whether a document is a flag or a release."""
    return place(name)[0] == "flags"


def is_archived(body: Mapping[str, Any]) -> bool:
    """Whether a body is a tombstone: kept, but in no snapshot."""
    return body.get(ARCHIVED) is True

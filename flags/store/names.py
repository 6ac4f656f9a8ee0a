"""What documents are called, and where in the table they stand."""

from __future__ import annotations

ROUTING = "routing"
SEGMENT = "segment:"
GROUP = "group:"
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

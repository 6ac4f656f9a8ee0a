"""What one message and a batch of them have in common.

As many of a batch carry the decision as there is room for, from the first. What
botocore refuses (a mapping that is not a `dict`, None in place of an object) stays as
it is, so that it is refused with a decision too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flags.propagation.boto import Params
from flags.propagation.counts import skipped
from flags.record import Record

# The entry itself if it has a decision; None if it can't have one.
Change = Callable[[Any], Any]


class Load(Record):
    """What is to be loaded: on what, how many bytes, and how many there are left."""

    service: str
    change: Change
    cost: int
    left: int


def one(entry: Params, load: Load) -> Params:
    """The entry with the decision, or as it is."""
    changed: Params | None = load.change(entry)
    if changed is entry:
        return entry
    if changed is None or load.left < load.cost:
        skipped[load.service] += 1
        return entry
    return changed


def each(params: Params, key: str, load: Load) -> Params:
    """The parameters whose entries under `key` have the decision."""
    entries = params.get(key)
    # Anything else botocore refuses, or could be gone through only once.
    if not isinstance(entries, list | tuple):
        return params
    carried, left = [], load.left
    for entry in entries:
        changed = load.change(entry) if isinstance(entry, dict) else None
        if changed is None or (changed is not entry and left < load.cost):
            skipped[load.service] += 1
            changed = entry
        elif changed is not entry:
            left -= load.cost
        carried.append(changed)
    same = all(new is old for new, old in zip(carried, entries, strict=True))
    return params if same else {**params, key: carried}

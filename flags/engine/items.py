"""Conditions on the items of an array: whether any of them, or all, meet one.

Laws
1. Inside of the condition `item` is the item, and all else is what it is outside.
2. What is no array meets nothing. `all` holds for an array without items, as always.
3. An array of more than `MAX_ITEMS` is not looked through: it is undecided, as is one
   whose items are, unless another item settles the matter.
"""

from __future__ import annotations

from collections.abc import Mapping

from flags.engine.json_value import json_value
from flags.engine.ternary import UNDECIDED, Predicate
from flags.hints import Any

# With the tests for each of them, what one evaluation may take (`flags.codec`).
MAX_ITEMS = 200
ITEM = "item"


def of_items(get: Predicate, join: str, part: Predicate, *, negate: bool) -> Predicate:
    """Whether `part` holds for any, or for all, items of the array that `get` finds."""
    every = join == "all"

    def holds(key: str | None, attributes: Mapping[str, Any], now: float) -> Any:
        items = json_value(get(key, attributes, now))
        if not isinstance(items, list | tuple | set | frozenset):
            return negate
        if len(items) > MAX_ITEMS:
            return UNDECIDED
        scope = dict(attributes)
        verdict: Any = every is not negate
        for item in items:
            scope[ITEM] = item
            found = part(key, scope, now)
            if found is UNDECIDED:
                verdict = found
            elif bool(found) is not every:
                return every is negate
        return verdict

    return holds

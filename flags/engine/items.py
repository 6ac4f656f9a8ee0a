"""Conditions on the items of an array: whether any of them, or all, meet one.

Laws
1. Inside of the condition `item` is the item, and all else is what it is outside.
2. What is no array meets nothing. `all` holds for an array without items, as always.
3. An array of more than `MAX_ITEMS` is not looked through: neither the condition nor
   its opposite holds, so that nobody gets in by a longer list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flags.engine.json_value import json_value
from flags.hints import Any, TypeAlias

# With the tests for each of them, what one evaluation may take (`flags.codec`).
MAX_ITEMS = 200
ITEM = "item"

Predicate: TypeAlias = Callable[[str | None, Mapping[str, Any], float], Any]


def of_items(get: Predicate, join: str, part: Predicate, *, negate: bool) -> Predicate:
    """Whether `part` holds for any, or for all, items of the array that `get` finds."""
    every = join == "all"

    def holds(key: str | None, attributes: Mapping[str, Any], now: float) -> bool:
        items = json_value(get(key, attributes, now))
        if not isinstance(items, list | tuple | set | frozenset):
            return negate
        if len(items) > MAX_ITEMS:
            return False
        scope = dict(attributes)
        for item in items:
            scope[ITEM] = item
            if bool(part(key, scope, now)) is not every:
                return every is negate
        return every is not negate

    return holds

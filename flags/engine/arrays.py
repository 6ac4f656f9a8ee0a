"""Whether an array has any, all or none of some values.

Laws
1. The array is gone through once, however many values are looked for.
2. One of more than `MAX_ELEMENTS` is undecided.
3. A boolean is not a number, and 1 is 1.0, as in every comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator

from flags.engine.json_value import PLAIN, json_value
from flags.engine.ternary import UNDECIDED, Undecided
from flags.hints import Any

MAX_ELEMENTS = 10_000

# To Python `True == 1`, so booleans are looked up as something else.
_BOOLEANS: dict[bool, Hashable] = {True: ("true",), False: ("false",)}
_TEXTS = frozenset({str})


def comparison(
    operator: str, operand: list[Any], *, ignore_case: bool
) -> Callable[[Any], bool | Undecided | None]:
    """The test of `has_any`, `has_all` or `has_none`; None for what is not an array."""
    longest = max(
        (len(one.casefold()) for one in operand if isinstance(one, str)), default=0
    )
    fold = longest if ignore_case else None
    wanted = frozenset(_keys(operand, fold))
    every, none = operator == "has_all", operator == "has_none"

    def test(value: Any) -> bool | Undecided | None:
        if not isinstance(value, list | tuple | set | frozenset):
            return None
        if len(value) > MAX_ELEMENTS:
            return UNDECIDED
        # At the speed of C, where nothing has to be read first.
        plain = fold is None and _TEXTS.issuperset(map(type, value))
        keys: Any = value if plain else _keys(value, fold)
        if every:
            return wanted.issubset(keys)
        return wanted.isdisjoint(keys) is none

    return test


def _keys(items: Collection[Any], fold: int | None) -> Iterator[Hashable]:
    """What items are looked up by; those that equal nothing are left out.

    `fold` is the length of the longest text looked for, if case is ignored: no text
    gets shorter when it is folded.
    """
    for one in items:
        item = one if type(one) in PLAIN else json_value(one)
        kind = type(item)
        if kind is str:
            if fold is None:
                yield item
            elif len(item) <= fold:
                yield item.casefold()
        elif kind is bool:
            yield _BOOLEANS[item]
        elif kind is int or kind is float:
            yield item

"""Conditions that can't be decided, and what `not`, `all` and `any` make of them.

A text beyond a limit is not looked through, and neither is an array. What would be
found there is not known, so neither the condition nor its opposite may hold: else a
stranger gets past `not: true` by sending more than is read.

Laws
1. These are Kleene's three values, as in SQL: what is undecided stays so when it is
   turned round, and counts only where the rest doesn't settle the matter.
2. `UNDECIDED` is falsy: whatever only asks whether a condition holds needs no law 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flags.hints import Any, TypeAlias

# Of the targeting key, the attributes and the time, in seconds since the epoch.
Predicate: TypeAlias = Callable[[str | None, Mapping[str, Any], float], Any]


class Undecided:
    """Neither true nor false."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNDECIDED"


UNDECIDED = Undecided()


def turned(part: Predicate) -> Predicate:
    """The opposite."""

    def holds(key: str | None, attributes: Mapping[str, Any], now: float) -> Any:
        found = part(key, attributes, now)
        return found if found is UNDECIDED else not found

    return holds


def all_of(parts: tuple[Predicate, ...]) -> Predicate:
    """Whether every one holds."""

    def holds(key: str | None, attributes: Mapping[str, Any], now: float) -> Any:
        verdict: Any = True
        for part in parts:
            found = part(key, attributes, now)
            if found is UNDECIDED:
                verdict = found
            elif not found:
                return False
        return verdict

    return holds


def any_of(parts: tuple[Predicate, ...]) -> Predicate:
    """Whether one of them holds."""

    def holds(key: str | None, attributes: Mapping[str, Any], now: float) -> Any:
        verdict: Any = False
        for part in parts:
            found = part(key, attributes, now)
            if found:
                return True
            if found is UNDECIDED:
                verdict = found
        return verdict

    return holds

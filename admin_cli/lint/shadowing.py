"""Which rules never match, as the written conditions alone show.

Laws
1. Pure and careful: what is reported is certain; what is not certain is not reported.
2. One condition implies another if whoever meets the first meets the second.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flags.store.agreement import draws_by_name

Condition = Mapping[str, Any]
# The keys of a clause that are no operator.
_ASIDE = {"attribute", "not", "ignore_case", "zone", "as"}
_JOINS = ("all", "any", "none")
# A rule is held against so many others at most.
_MOST = 100


def shadowed(rules: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """Rules that never match, each with the earlier rule that takes all of it."""
    judge, index = _Judge(), _Index()
    last: int | None = None
    for later, rule in enumerate(rules):
        near = index.near(rule["when"])
        found = next(
            (n for n in near if judge.implies(rule["when"], rules[n]["when"])), last
        )
        if found is not None:
            yield later, found
        if last is None:
            # Nothing after a rule for everyone matters to those that come later.
            index.add(later, rule["when"])
            last = later if certain(rule["when"]) else None


def implies(one: Condition, other: Condition) -> bool:
    """Whether the first can't hold without the second."""
    return _Judge().implies(one, other)


class _Index:
    """Which earlier rules have something in common with a condition.

    Without a clause or a value in common no condition is seen to imply another.
    """

    def __init__(self) -> None:
        self._rules: dict[str, list[int]] = {}

    def add(self, number: int, when: Condition) -> None:
        """Enter a rule, after all those before it.

        What implies it implies each of its parts: the rarest of them will do.
        """
        parts = map(_marks, when.get("all") or [when])
        for mark in min(parts, key=self._common):
            self._rules.setdefault(mark, []).append(number)

    def near(self, when: Condition) -> list[int]:
        """The rules in question, in order; of very many the first."""
        found: set[int] = set()
        for mark in _marks(when):
            found.update(self._rules.get(mark, ())[:_MOST])
        return sorted(found)[:_MOST]

    def _common(self, marks: set[str]) -> int:
        return sum(len(self._rules.get(mark, ())) for mark in marks)


def _marks(when: Condition) -> set[str]:
    """What a condition has in common with all that it implies, and with its equals."""
    found, open_ = set(), [when]
    while open_:
        condition = open_.pop()
        joined = [condition[join] for join in _JOINS if join in condition]
        open_ += [member for members in joined for member in members]
        values = _values(condition)
        if values is not None:
            found |= {f"{condition['attribute']} {value}" for value in values}
        elif not joined:
            found.add(json.dumps(condition, sort_keys=True))
    return found


class _Judge:
    """Remembers what it has compared: nested conditions meet again and again."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bool] = {}
        # Conditions are known by identity, so they are kept from being collected.
        self._texts: dict[int, tuple[Condition, str]] = {}

    def implies(self, one: Condition, other: Condition) -> bool:
        """As `implies`."""
        pair = id(one), id(other)
        if pair not in self._known:
            same = self._text(one) == self._text(other)
            self._known[pair] = same or self._parts(one, other)
        return self._known[pair]

    def _parts(self, one: Condition, other: Condition) -> bool:
        if "any" in one:
            return all(self.implies(member, other) for member in one["any"])
        if "all" in other:
            return all(self.implies(one, member) for member in other["all"])
        if any(self.implies(one, member) for member in other.get("any", ())):
            return True
        if "all" in one:
            return any(self.implies(member, other) for member in one["all"])
        return _narrower(one, other)

    def _text(self, condition: Condition) -> str:
        found = self._texts.get(id(condition))
        if found is None:
            text = json.dumps(condition, sort_keys=True)
            if draws_by_name(condition):
                text += f" {id(condition)}"  # each rule draws others
            found = self._texts[id(condition)] = condition, text
        return found[1]


def certain(when: Condition) -> bool:
    """Whether a condition holds for everyone."""
    if "all" in when:
        return all(certain(member) for member in when["all"])
    if "any" not in when:
        return False
    members = when["any"]
    return any(certain(member) for member in members) or any(
        _opposite(one, other)
        for number, one in enumerate(members)
        for other in members[:number]
    )


def _narrower(one: Condition, other: Condition) -> bool:
    """Whether a list of values lies within another, of the same attribute."""
    first, second = _values(one), _values(other)
    if first is None or second is None or _aside(one) != _aside(other):
        return False
    return second <= first if one.get("not") else first <= second


def _opposite(one: Condition, other: Condition) -> bool:
    """Whether exactly one of two holds, whatever the context.

    Membership and existence alone: a value of the wrong type meets neither a
    comparison nor its opposite.
    """
    if "segment" in one and one.get("segment") == other.get("segment"):
        return bool(one.get("not")) is not bool(other.get("not"))
    if "exists" not in one or "exists" not in other:
        return False
    first = one["exists"] is not bool(one.get("not"))
    second = other["exists"] is not bool(other.get("not"))
    return one["attribute"] == other["attribute"] and first is not second


def _values(clause: Condition) -> frozenset[str] | None:
    """The values that a clause compares with, as JSON: true is not 1 there."""
    found = [clause["equals"]] if "equals" in clause else clause.get("in")
    return None if found is None else frozenset(map(json.dumps, found))


def _aside(clause: Condition) -> dict[str, Any]:
    return {key: value for key, value in clause.items() if key in _ASIDE}

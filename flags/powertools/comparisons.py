"""Our comparisons in the words of Powertools' schema.

Exact for contexts as Powertools has them: flat, with texts, numbers, booleans and
lists. Two differences stay, which Python has and Powertools with it: True is 1 and
False is 0, and 3.0 is a whole number. And a key of more than 1,024 characters, which is
nobody's to us, is a key to Powertools.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flags.engine.times import moment
from flags.model import Clause

MOST_IDS = 1000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the schema has the zone elsewhere
_MOMENT = timedelta(microseconds=1)
_EVER = ("1970-01-01T00:00:00", "9999-12-31T23:59:59")
_DAYS = {
    "mon": "MONDAY",
    "tue": "TUESDAY",
    "wed": "WEDNESDAY",
    "thu": "THURSDAY",
    "fri": "FRIDAY",
    "sat": "SATURDAY",
    "sun": "SUNDAY",
}


class NotSayable(Exception):
    """Powertools' schema has no words for it; the message says for what."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One of Powertools' conditions."""

    action: str
    key: str
    value: Any

    def condition(self) -> dict[str, Any]:
        """As the schema has it."""
        return {"action": self.action, "key": self.key, "value": self.value}


# All comparisons of one of the alternatives have to hold.
Alternatives = list[tuple[Comparison, ...]]


def clause_comparisons(clause: Clause) -> Alternatives:
    """A comparison as if it were not turned round; raises `NotSayable`.

    "Exists not" is taken as "exists" turned round.
    """
    if clause.ignore_case:
        raise NotSayable("it ignores case")
    if clause.read_as:
        raise NotSayable(f"it compares as {clause.read_as}")
    if not clause.attribute:
        raise NotSayable("it looks at an attribute without a name")
    if clause.attribute == "now":
        if clause.operator not in _OF_NOW:
            raise NotSayable(f"it compares the time by {clause.operator}")
        return _OF_NOW[clause.operator](clause)
    if clause.operator not in _OF_ATTRIBUTES:
        raise NotSayable(f"it compares by {clause.operator}")
    return _OF_ATTRIBUTES[clause.operator](clause)


def present(attribute: str) -> Comparison:
    """Whether the context has the attribute; null is missing."""
    return Comparison("KEY_NOT_IN_VALUE", attribute, [None])


def identified() -> Comparison:
    """Whether the context has a targeting key; an empty one is nobody's."""
    return Comparison("KEY_NOT_IN_VALUE", "key", [None, ""])


def identity_in(by: str | None, ids: Collection[str]) -> Comparison:
    """Whether an identity is one of these."""
    if len(ids) > MOST_IDS:
        raise NotSayable(f"it lists more than {MOST_IDS} ids")
    # Nobody is called "", and a whole number counts as its digits.
    listed: list[Any] = sorted(filter(None, ids))
    listed += [int(text) for text in listed if _canonical(text)]
    return Comparison("KEY_IN_VALUE", by or "key", listed)


def _canonical(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and str(int(digits[:400])) == digits


def _plain(action: str) -> Callable[[Clause], Alternatives]:
    return lambda clause: [(Comparison(action, clause.attribute, clause.operand),)]


def _listed(operand: Any) -> list[Any]:
    return list(operand) if isinstance(operand, list | tuple) else [operand]


def _texts(action: str) -> Callable[[Clause], Alternatives]:
    """Any of several texts."""
    return lambda clause: [
        (Comparison(action, clause.attribute, text),)
        for text in _listed(clause.operand)
    ]


def _contains(clause: Clause) -> Alternatives:
    # Lists contain too: only a text begins with nothing.
    text = Comparison("STARTSWITH", clause.attribute, "")
    return [(text, *parts) for parts in _texts("VALUE_IN_KEY")(clause)]


def _existence(clause: Clause) -> Alternatives:
    return [(present(clause.attribute),)]


def _has_all(clause: Clause) -> Alternatives:
    each = (
        Comparison("ANY_IN_VALUE", clause.attribute, [item])
        for item in _listed(clause.operand)
    )
    return [tuple(each)]


def _modulo(clause: Clause) -> Alternatives:
    name, operand = clause.attribute, clause.operand
    remainders = {
        "BASE": operand["divisor"],
        "START": operand["from"],
        "END": operand["to"],
    }
    # Every whole number leaves nothing when it is divided by 1, and no other does.
    whole = Comparison("MODULO_RANGE", name, {"BASE": 1, "START": 0, "END": 0})
    return [(whole, Comparison("MODULO_RANGE", name, remainders))]


def _between(start: str, end: str) -> Alternatives:
    value = {"START": start, "END": end, "TIMEZONE": "UTC"}
    action = "SCHEDULE_BETWEEN_DATETIME_RANGE"
    return [(Comparison(action, "CURRENT_DATETIME", value),)]


def _moment(clause: Clause) -> datetime:
    seconds = moment(clause.operand)
    if seconds is None:
        raise NotSayable(f"{clause.operand!r} is no moment")
    return _EPOCH + timedelta(seconds=seconds)


def _before(clause: Clause) -> Alternatives:
    # Powertools' ranges include their ends.
    return _between(_EVER[0], (_moment(clause) - _MOMENT).isoformat())


def _after(clause: Clause) -> Alternatives:
    return _between((_moment(clause) + _MOMENT).isoformat(), _EVER[1])


def _weekday(clause: Clause) -> Alternatives:
    days = [_DAYS[day] for day in _listed(clause.operand)]
    value = {"DAYS": days, "TIMEZONE": clause.zone or "UTC"}
    action = "SCHEDULE_BETWEEN_DAYS_OF_WEEK"
    return [(Comparison(action, "CURRENT_DAY_OF_WEEK", value),)]


def _hours(clause: Clause) -> Alternatives:
    start, _, end = str(clause.operand).partition("-")
    # Powertools takes in the whole of the last minute, and ours ends before it.
    hour, _, minute = end.partition(":")
    last = (int(hour) * 60 + int(minute) - 1) % (24 * 60)
    value = {
        "START": start,
        "END": f"{last // 60:02}:{last % 60:02}",
        "TIMEZONE": clause.zone or "UTC",
    }
    return [(Comparison("SCHEDULE_BETWEEN_TIME_RANGE", "CURRENT_TIME", value),)]


_OF_NOW: Mapping[str, Callable[[Clause], Alternatives]] = {
    "before": _before,
    "after": _after,
    "weekday_in": _weekday,
    "time_between": _hours,
}
_OF_ATTRIBUTES: Mapping[str, Callable[[Clause], Alternatives]] = {
    "equals": _plain("EQUALS"),
    "in": _plain("KEY_IN_VALUE"),
    "starts_with": _texts("STARTSWITH"),
    "ends_with": _texts("ENDSWITH"),
    "contains": _contains,
    "greater_than": _plain("KEY_GREATER_THAN_VALUE"),
    "greater_or_equal": _plain("KEY_GREATER_THAN_OR_EQUAL_VALUE"),
    "less_than": _plain("KEY_LESS_THAN_VALUE"),
    "less_or_equal": _plain("KEY_LESS_THAN_OR_EQUAL_VALUE"),
    "exists": _existence,
    "has_any": _plain("ANY_IN_VALUE"),
    "has_all": _has_all,
    "has_none": _plain("NONE_IN_VALUE"),
    "modulo": _modulo,
}

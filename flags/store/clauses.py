"""From conditions that people write to those that a snapshot holds."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from flags.parts import digest, list_text
from flags.store.conditions import ClauseDocument, InSegmentDocument, When
from flags.store.documents import ScheduleDocument, WindowDocument
from flags.store.segments import SegmentDocument

Compiled = dict[str, Any]
# More ids than these stand in a list of their own, read when the segment changes.
MOST_INLINE = 200


def compile_condition(when: When) -> Compiled:
    """One condition with all that is in it."""
    negated = {"negate": True}
    if isinstance(when, InSegmentDocument):
        return {"segment": when.segment} | (negated if when.negate else {})
    if isinstance(when, ClauseDocument):
        operator, operand = when.operator()
        if operator == "in_network":
            operand = _networks(operand)
        compiled: Compiled = {
            "attribute": when.attribute,
            "operator": operator,
            "operand": operand,
        }
        compiled |= negated if when.negate else {}
        compiled |= {"ignore_case": True} if when.ignore_case else {}
        return compiled | ({"zone": when.zone} if when.zone else {})
    join, members = when.join()
    return {"join": join, "members": [compile_condition(member) for member in members]}


def _networks(operand: str | list[str]) -> str | list[str]:
    """Networks without bits of hosts, which libraries before this one refused."""
    if isinstance(operand, list):
        return [_network(text) for text in operand]
    return _network(operand)


def _network(text: str) -> str:
    return str(ip_network(text, strict=False)) if "/" in text else text


def compile_schedule(schedule: ScheduleDocument) -> Compiled:
    """Windows of which any will do, as conditions on the time."""
    windows = schedule if isinstance(schedule, list) else [schedule]
    compiled = [_window(window) for window in windows]
    return compiled[0] if len(compiled) == 1 else {"join": "any", "members": compiled}


def _window(window: WindowDocument) -> Compiled:
    zone = {"zone": window.zone} if window.zone else {}
    parts: list[Compiled] = []
    if window.from_:
        parts.append({**_now("before", window.from_), "negate": True})
    if window.until:
        parts.append(_now("before", window.until))
    if window.days:
        parts.append(_now("weekday_in", list(window.days)) | zone)
    if window.hours:
        parts.append(_now("time_between", window.hours) | zone)
    return parts[0] if len(parts) == 1 else {"join": "all", "members": parts}


def _now(operator: str, operand: object) -> Compiled:
    return {"attribute": "now", "operator": operator, "operand": operand}


def compile_segment(
    document: SegmentDocument, version: int
) -> tuple[Compiled, dict[str, tuple[str, ...]]]:
    """A checked segment, and the lists of ids that stand outside of it."""
    compiled: Compiled = {"version": version}
    lists: dict[str, tuple[str, ...]] = {}
    if document.by and document.by != "key":
        compiled["by"] = document.by
    for key, ids in (("included", document.included), ("excluded", document.excluded)):
        if len(ids) > MOST_INLINE:
            sha = digest(list_text(ids).encode())
            lists[sha] = tuple(ids)
            compiled[key] = {"list": sha}
        elif ids:
            compiled[key] = ids
    if document.rules:
        compiled["rules"] = [compile_condition(rule) for rule in document.rules]
    return compiled, lists

"""From conditions that people write to those that a snapshot holds."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from flags.parts import digest, list_text
from flags.store.comparison import ClauseDocument
from flags.store.conditions import (
    DrawDocument,
    InSegmentDocument,
    ItemsDocument,
    JoinDocument,
    When,
)
from flags.store.documents import ScheduleDocument, WindowDocument
from flags.store.ranges import buckets
from flags.store.segments import SegmentDocument

Compiled = dict[str, Any]
# More ids than these stand in a list of their own, read when the segment changes.
MOST_INLINE = 200


def compile_condition(when: When, salt: str) -> Compiled:
    """One condition with all that is in it; `salt` is for draws without a seed."""
    if isinstance(when, JoinDocument):
        join, members = when.join()
        parts = [compile_condition(member, salt) for member in members]
        return {"join": join, "members": parts}
    if isinstance(when, InSegmentDocument):
        compiled: Compiled = {"segment": when.segment}
    elif isinstance(when, DrawDocument):
        compiled = {"draw": _draw(when, salt)}
    elif isinstance(when, ItemsDocument):
        join, each = when.items()
        inner = compile_condition(each, salt)
        compiled = {"attribute": when.attribute, "items": join, "when": inner}
    else:
        compiled = _clause(when)
    return compiled | ({"negate": True} if when.negate else {})


def _clause(when: ClauseDocument) -> Compiled:
    operator, operand = when.operator()
    if operator == "in_network":
        operand = _networks(operand)
    compiled: Compiled = {
        "attribute": when.attribute,
        "operator": operator,
        "operand": operand,
    }
    compiled |= {"ignore_case": True} if when.ignore_case else {}
    compiled |= {"read_as": when.as_} if when.as_ else {}
    return compiled | ({"zone": when.zone} if when.zone else {})


def _draw(when: DrawDocument, salt: str) -> Compiled:
    """A seed is the whole salt, so that two flags with one seed draw the same users."""
    by = {"by": when.by} if when.by and when.by != "key" else {}
    drawn = salt if when.seed is None else f"seed:{when.seed}"
    return {"salt": drawn, "end": buckets(when.percentage), **by}


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
    document: SegmentDocument, version: int, salt: str
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
        compiled["rules"] = [compile_condition(rule, salt) for rule in document.rules]
    return compiled, lists

"""The steps of a walk in words, with the values compared: for `canary explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flags.bucketing import bucket
from flags.engine.conditions import getter, identify, member
from flags.engine.json_value import json_value
from flags.engine.operators import MISSING, OPERATORS, answer
from flags.engine.ternary import UNDECIDED
from flags.model import (
    Clause,
    Condition,
    Context,
    Draw,
    Group,
    InSegment,
    Items,
    Ramp,
    Reason,
    Split,
)

if TYPE_CHECKING:
    from flags.engine.branches import Branch
    from flags.engine.serving import Outcome
    from flags.model import Ruleset

_MOST = 5  # of a list's items are told
_LONGEST = 200  # of what a value looks like
_UNDECIDED = ", which can't be decided: neither this nor its opposite holds"


def told(rules: Ruleset, branch: Branch, context: Context, now: float) -> str:
    """What a branch's test looked at, and what it found there."""
    detail = branch.detail
    if isinstance(detail, str):
        return detail
    if isinstance(detail, Clause | Group | InSegment | Draw | Items):
        return condition(rules, detail, context, now)
    return detail(context.key, context.attributes, now)


def told_end(
    branch: Branch, outcome: Outcome, context: Context
) -> tuple[str, bool, str] | None:
    """How the walk ended at a rule or at the last resort: what, matched, detail."""
    serve = branch.serves
    if serve is None:
        return None
    if isinstance(serve, str):
        return "serve", True, f"{serve} to everyone here"
    what = "ramp" if isinstance(serve, Ramp) else "split"
    if outcome.reason is Reason.NO_IDENTITY:
        missing = "targeting key" if serve.by is None else serve.by
        return what, False, f"no {missing}, so nothing to hash"
    if outcome.draw is None:
        return what, False, "it has not begun"
    number = outcome.draw(context.key, context.attributes)
    return what, True, f"bucket {number}; {_ranges(serve)}"


def _ranges(serve: Split | Ramp) -> str:
    if isinstance(serve, Ramp):
        manner = "little by little" if serve.linear else "step by step"
        return f"{manner}, {len(serve.stages)} stages"
    pairs = zip(serve.ends, serve.variants, strict=True)
    ranges = ", ".join(f"{name} up to {end}" for end, name in pairs)
    by = f" of {serve.by}" if serve.by else ""
    return f"ranges{by}: {ranges}"


def condition(rules: Ruleset, part: Condition, context: Context, now: float) -> str:
    """A condition with the values found."""
    if isinstance(part, Clause):
        return _clause(part, context, now)
    if isinstance(part, InSegment):
        return _segment(rules, part, context, now)
    if isinstance(part, Draw):
        return _draw(part, context)
    if isinstance(part, Items):
        return _items(rules, part, context, now)
    parts = "; ".join(condition(rules, item, context, now) for item in part.members)
    return f"{part.join} of [{parts}]"


def _clause(clause: Clause, context: Context, now: float) -> str:
    actual = getter(clause.attribute)(context.key, context.attributes, now)
    if actual is None:
        found = "null, which is missing"
    else:
        found = "missing" if actual is MISSING else _short(actual)
    if clause.attribute == "now":
        found = _time(now)
    verb = f"not {clause.operator}" if clause.negate else clause.operator
    words = f"{clause.attribute} ({found}) {verb} {_short(clause.operand)}"
    if clause.read_as:
        words += f" as {clause.read_as}"
    if clause.zone:
        words += f" in {clause.zone}"
    if clause.ignore_case:
        words += " in any case"
    says = answer(OPERATORS[clause.operator](clause), actual)
    if actual is not MISSING and says is None:
        words += f", but {_short(actual)} is not of that type"
    return words + _UNDECIDED if says is UNDECIDED else words


def _draw(draw: Draw, context: Context) -> str:
    who = identify(draw.by)(context.key, context.attributes)
    whose = draw.by or "the targeting key"
    if who is None:
        return f"drawn below {draw.end} (nobody to hash by {whose})"
    verb = "not drawn" if draw.negate else "drawn"
    return f"{verb} below {draw.end} (bucket {bucket(draw.salt, who)} of {whose})"


def _items(rules: Ruleset, items: Items, context: Context, now: float) -> str:
    found = getter(items.attribute)(context.key, context.attributes, now)
    actual = "missing" if found is MISSING else _short(json_value(found))
    # The condition in words, with no item in particular.
    each = condition(rules, items.when, context, now)
    verb = f"not {items.join}" if items.negate else items.join
    return f"{verb} item of {items.attribute} ({actual}) with [{each}]"


def _segment(rules: Ruleset, part: InSegment, context: Context, now: float) -> str:
    segment = rules.segments[part.segment]
    who = identify(segment.by)(context.key, context.attributes)
    if who is None:
        why = "nobody to look for"
    elif who in segment.included:
        why = f"{who!r} is included"
    elif who in segment.excluded:
        why = f"{who!r} is excluded"
    elif member(rules, part.segment)(context.key, context.attributes, now):
        why = f"{who!r} fits a rule"
    else:
        why = f"{who!r} is not in it"
    if segment.rules and (who is None or who not in segment.included):
        told_rules = [condition(rules, rule, context, now) for rule in segment.rules]
        why += f": any of [{'; '.join(told_rules)}]"
    return f"{'not ' if part.negate else ''}in segment {part.segment} ({why})"


def _short(value: object) -> str:
    if isinstance(value, list | tuple) and len(value) > _MOST:
        shown = ", ".join(repr(item) for item in value[:_MOST])
        return f"[{shown} and {len(value) - _MOST} more]"
    shown = repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}... and more"


def _time(now: float) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415 - slow to import

    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

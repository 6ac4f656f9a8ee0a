"""Whether a condition holds for a context.

Laws
1. Total: a type mismatch or a missing attribute is a non-match, never an error.
2. A boolean never equals a number, and 1 equals 1.0.
3. `negate` turns round the answer of a comparison, a missing attribute's too.

A new operator is one entry in `OPERATORS` and one row in its test's table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flags.model import Clause, Condition, Context

MISSING = object()


def _same(actual: Any, operand: Any) -> bool:
    if isinstance(actual, bool) or isinstance(operand, bool):
        return actual is operand
    return bool(actual == operand)


def _ordered(actual: Any, operand: Any, holds: Callable[[Any, Any], bool]) -> bool:
    both = (actual, operand)
    if any(isinstance(x, bool) or not isinstance(x, int | float) for x in both):
        return False
    return holds(actual, operand)


def _text(actual: Any, operand: Any, holds: Callable[[str, str], bool]) -> bool:
    if isinstance(actual, str) and isinstance(operand, str):
        return holds(actual, operand)
    return False


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": _same,
    "in": lambda a, b: any(_same(a, item) for item in b),
    "starts_with": lambda a, b: _text(a, b, str.startswith),
    "ends_with": lambda a, b: _text(a, b, str.endswith),
    "contains": lambda a, b: _text(a, b, lambda x, y: y in x),
    "greater_than": lambda a, b: _ordered(a, b, lambda x, y: x > y),
    "greater_or_equal": lambda a, b: _ordered(a, b, lambda x, y: x >= y),
    "less_than": lambda a, b: _ordered(a, b, lambda x, y: x < y),
    "less_or_equal": lambda a, b: _ordered(a, b, lambda x, y: x <= y),
}


def value_of(context: Context, attribute: str) -> Any:
    """The attribute's value or MISSING; `key` is the targeting key."""
    if attribute == "key":
        return MISSING if context.key is None else context.key
    return context.attributes.get(attribute, MISSING)


def holds(condition: Condition, context: Context) -> bool:
    """Whether the condition is true of the context."""
    if isinstance(condition, Clause):
        return _compare(condition, context) is not condition.negate
    answers = (holds(member, context) for member in condition.members)
    if condition.join == "all":
        return all(answers)
    return any(answers) is (condition.join == "any")


def _compare(clause: Clause, context: Context) -> bool:
    actual = value_of(context, clause.attribute)
    if clause.operator == "exists":
        return (actual is not MISSING) is clause.operand
    if actual is MISSING:
        return False
    return OPERATORS[clause.operator](actual, clause.operand)


def describe(condition: Condition, context: Context) -> str:
    """The comparison in words, with the value found, for an explanation."""
    if isinstance(condition, Clause):
        actual = value_of(context, condition.attribute)
        found = "missing" if actual is MISSING else repr(actual)
        verb = f"not {condition.operator}" if condition.negate else condition.operator
        return f"{condition.attribute} ({found}) {verb} {condition.operand!r}"
    parts = "; ".join(describe(member, context) for member in condition.members)
    return f"{condition.join} of [{parts}]"

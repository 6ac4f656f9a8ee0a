"""Contexts and values, from OpenFeature's types to ours and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from openfeature.evaluation_context import EvaluationContext
from openfeature.flag_evaluation import FlagValueType

from flags.model import Context

Objects: TypeAlias = Sequence[FlagValueType] | Mapping[str, FlagValueType]


def context_of(context: EvaluationContext | None) -> Context:
    """OpenFeature's context as ours; what its times count as, the engine knows."""
    if context is None:
        return Context()
    return Context(key=context.targeting_key, attributes=context.attributes)


def as_boolean(value: Any) -> bool | None:
    """A boolean."""
    return value if isinstance(value, bool) else None


def as_string(value: Any) -> str | None:
    """A text."""
    return value if isinstance(value, str) else None


def as_integer(value: Any) -> int | None:
    """A whole number, however it was written."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole else None


def as_float(value: Any) -> float | None:
    """A number."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number else None


def as_object(value: Any) -> Objects | None:
    """A JSON object or array."""
    return value if isinstance(value, dict | list) else None

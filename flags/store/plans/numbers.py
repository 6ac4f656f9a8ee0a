"""The numbers in a plan, each with the range that makes sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from flags.store.values import WHOLE

# The judge calls an odds ratio of three bad: what is tolerated lies below.
BAD_ODDS = 3.0
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": ge,
    "exclusiveMinimum": gt,
    "maximum": le,
    "exclusiveMaximum": lt,
}


def _number(within: str, **limits: float) -> Any:
    """A number within JSON Schema's `limits`, which are `within` in words."""

    def check(value: object) -> object:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and all(_COMPARE[name](value, end) for name, end in limits.items()):
            return value
        msg = f"give a number {within}"
        raise ValueError(msg)

    schema: dict[str, Any] = {"type": "number", **limits}
    return Annotated[int | float, BeforeValidator(check), WithJsonSchema(schema)]


Share = _number("between 0 and 100", exclusiveMinimum=0, exclusiveMaximum=WHOLE)
Alpha = _number("from 0.0001 to 0.5", minimum=0.0001, maximum=0.5)
Odds = _number(
    f"from 1 to below {BAD_ODDS:g}; {BAD_ODDS:g} times the odds is bad",
    minimum=1,
    exclusiveMaximum=BAD_ODDS,
)

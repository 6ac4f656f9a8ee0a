"""What a single value in a document may be.

A wrong one is answered with one sentence on what would be right, where pydantic's
unions would list each type that it is not.
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import Annotated

from pydantic import BeforeValidator, JsonValue, StringConstraints

from flags.codec import MAX_DEPTH

# The finest weight: one bucket of 100,000.
PERCENT_STEP = Decimal("0.001")
WHOLE = 100

MAX_TEXT = 2048
# What every language's JSON can hold.
MAX_INT = 2**63 - 1
_SURROGATE = re.compile("[\ud800-\udfff]")
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]


def _percent(value: object) -> object:
    """Accept 0 to 100 in steps of 0.001; everything else says what it wants."""
    msg = "give a percentage from 0 to 100, in steps of 0.001"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(msg)  # noqa: TRY004 - pydantic reports ValueError in place
    number = Decimal(str(value))
    if not number.is_finite() or not 0 <= number <= WHOLE:
        raise ValueError(msg)
    if number % PERCENT_STEP:
        raise ValueError(msg)
    # One spelling in the table and in exported files: 10, not 10.0.
    return int(number) if number == int(number) else value


Percent = Annotated[int | float, BeforeValidator(_percent)]


def _plain(value: object, depth: int) -> bool:
    """Whether a value is JSON that any reader can hold, nested `depth` at most."""
    if isinstance(value, int):
        return abs(value) <= MAX_INT
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, str):
        # JSON and YAML may bring a lone surrogate, which UTF-8 can't hold.
        return not _SURROGATE.search(value)
    if isinstance(value, dict):
        texts = all(isinstance(key, str) and _plain(key, 0) for key in value)
        return depth > 0 and texts and _plain(list(value.values()), depth)
    if isinstance(value, list):
        return depth > 0 and all(_plain(item, depth - 1) for item in value)
    return value is None


def _variant(value: object) -> object:
    if value is None or not _plain(value, MAX_DEPTH):
        msg = f"give true, false, a number, text, or JSON no deeper than {MAX_DEPTH}"
        raise ValueError(msg)
    return value


def _scalar(value: object) -> object:
    good = _plain(value, 0) and value is not None
    if not good or (isinstance(value, str) and not 0 < len(value) <= MAX_TEXT):
        msg = f"give true, false, a number, or text of 1 to {MAX_TEXT} characters"
        raise ValueError(msg)
    return value


def _number(value: object) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not _plain(value, 0):
        msg = "give a number"
        raise ValueError(msg)
    return value


VariantValue = Annotated[
    bool | int | float | str | dict[str, JsonValue] | list[JsonValue],
    BeforeValidator(_variant),
]
Scalar = Annotated[bool | int | float | str, BeforeValidator(_scalar)]
Number = Annotated[int | float, BeforeValidator(_number)]

"""What a single value in a document may be.

A wrong one is answered with one sentence on what would be right, where pydantic's
unions would list each type that it is not.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from flags.codec import MAX_DEPTH
from flags.engine.times import moment

# The finest weight: one bucket of 100,000.
PERCENT_STEP = Decimal("0.001")
WHOLE = 100

MAX_TEXT = 2048
NULL = "null counts as missing; write `exists: false`"
# What every language's JSON can hold.
MAX_INT = 2**63 - 1
SURROGATE = re.compile("[\ud800-\udfff]")
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = (
    rf"^{_DATE}([Tt][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2}))?$"
)


def _percent(value: object) -> object:
    """Accept 0 to 100 in steps of 0.001; everything else says what it wants."""
    msg = "give a percentage from 0 to 100, in steps of 0.001"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(msg)  # noqa: TRY004 - pydantic reports ValueError in place
    # Compared before it is made text: Python refuses to write out huge numbers.
    if not 0 <= value <= WHOLE or Decimal(str(value)) % PERCENT_STEP:
        raise ValueError(msg)
    # One spelling in the table and in exported files: 10, not 10.0.
    return int(value) if value == int(value) else value


Percent = Annotated[
    int | float,
    BeforeValidator(_percent),
    WithJsonSchema(
        {
            "type": "number",
            "minimum": 0,
            "maximum": WHOLE,
            "description": "A percentage, in steps of 0.001.",
        }
    ),
]


def plain(value: object, depth: int) -> bool:
    """Whether a value is JSON that any reader can hold, nested `depth` at most."""
    if isinstance(value, int):
        return abs(value) <= MAX_INT
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, str):
        # JSON and YAML may bring a lone surrogate, which UTF-8 can't hold.
        return not SURROGATE.search(value)
    if isinstance(value, dict):
        texts = all(isinstance(key, str) and plain(key, 0) for key in value)
        return depth > 0 and texts and plain(list(value.values()), depth)
    if isinstance(value, list):
        return depth > 0 and all(plain(item, depth - 1) for item in value)
    return value is None


def _variant(value: object) -> object:
    if value is None or not plain(value, MAX_DEPTH):
        msg = f"give true, false, a number, text, or JSON no deeper than {MAX_DEPTH}"
        raise ValueError(msg)
    return value


def _scalar(value: object) -> object:
    if value is None:
        raise ValueError(NULL)
    if not plain(value, 0) or (isinstance(value, str) and len(value) > MAX_TEXT):
        msg = f"give true, false, a number, or text of up to {MAX_TEXT} characters"
        raise ValueError(msg)
    return value


def _number(value: object) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not plain(value, 0):
        msg = "give a number"
        raise ValueError(msg)
    return value


def _ordered(value: object) -> object:
    # The operator knows that a text is for `as: text`.
    return _scalar(value) if isinstance(value, str) else _number(value)


def _day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(_DATE, value):
        try:
            date.fromisoformat(value)
        except ValueError:
            pass
        else:
            return value
    msg = "give a date like 2026-12-31"
    raise ValueError(msg)


def epoch(value: object) -> int:
    """The second of an RFC 3339 time; a date is its midnight in UTC."""
    second = moment(value) if isinstance(value, str) else None
    if second is not None and second >= 0:
        return int(second)
    msg = "give a time like 2026-12-01T09:00:00+01:00, or a date"
    raise ValueError(msg)


def _moment(value: object) -> object:
    epoch(value)
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def _zone(value: object) -> object:
    # The names that readers have, and not what this machine's files allow: on some the
    # case of letters doesn't matter.
    if isinstance(value, str) and value in _zones():
        return value
    msg = "give the name of a time zone, like Europe/Amsterdam"
    raise ValueError(msg)


def listed(value: object) -> object:
    """One value where a list of them may stand."""
    return [value] if isinstance(value, str | dict) else value


def _texts(value: object) -> object:
    if not isinstance(value, str | list) or not value:
        msg = "give a text, or a list of texts"
        raise ValueError(msg)
    return listed(value)


VariantValue = Annotated[
    bool | int | float | str | dict[str, JsonValue] | list[JsonValue],
    BeforeValidator(_variant),
    WithJsonSchema({"type": ["boolean", "number", "string", "object", "array"]}),
]
Scalar = Annotated[
    bool | int | float | str,
    BeforeValidator(_scalar),
    WithJsonSchema({"type": ["boolean", "number", "string"], "maxLength": MAX_TEXT}),
]
Number = Annotated[
    int | float, BeforeValidator(_number), WithJsonSchema({"type": "number"})
]
Ordered = Annotated[
    int | float | str,
    BeforeValidator(_ordered),
    WithJsonSchema({"type": ["number", "string"], "maxLength": MAX_TEXT}),
]
Day = Annotated[
    str,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "pattern": f"^{_DATE}$"}),
]
Moment = Annotated[
    str,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "pattern": _MOMENT}),
]
Zone = Annotated[
    str, BeforeValidator(_zone), WithJsonSchema({"type": "string", "minLength": 1})
]
SomeTexts = Annotated[list[Text], Field(min_length=1)]
# A text, or a list of which any will do.
TextList: Any = Annotated[
    list[Text], BeforeValidator(_texts, json_schema_input_type=Text | SomeTexts)
]
# The same, stored as people mostly write it: one text is no list.
Texts: Any = Annotated[
    TextList, PlainSerializer(lambda texts: texts[0] if len(texts) == 1 else texts)
]

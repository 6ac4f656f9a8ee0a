"""The JSON value that an attribute's value stands for, whatever type brought it.

Attributes come out of DynamoDB (Decimal), calendars (date, datetime), enumerations,
data frames (numpy's numbers and arrays) and JSON. A comparison looks at what a value
says, so that 18, Decimal("18") and numpy.int64(18) are one number.

Laws
1. Total: what stands for no JSON value comes out as it is, and matches nothing.
2. No module is imported for a type: whoever holds a value of it has loaded its module.
3. A moment without a zone is UTC, as everywhere here: the machine's zone never counts.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from enum import Enum
from math import isfinite

from flags.hints import Any

# What comparisons know how to read. Subclasses of these are not in it: an IntEnum is
# an int, and its class says so only if it is asked.
PLAIN = frozenset(
    {str, int, float, bool, type(None), dict, list, tuple, set, frozenset}
)
# Above this a float may stand for a neighbour of the whole number that was meant.
_EXACT = 2**53


def json_value(value: Any) -> Any:
    """The value as JSON has it: a text, a number, a boolean, a list, an object."""
    if type(value) in PLAIN:
        return value
    try:
        return _read(value)
    except Exception:  # noqa: BLE001 - a stranger's class may raise whatever it likes
        return value


def _read(value: Any) -> Any:
    if isinstance(value, Enum):
        return json_value(value.value)
    for kind in (str, float, int):
        if isinstance(value, kind):
            return kind(value)
    for read in (_numeric, _named, _collection):
        if (found := read(value)) is not None:
            return found
    return value


def _numeric(value: Any) -> Any:
    if hasattr(value, "tolist"):  # numpy's scalars and arrays, and their kin
        return value.tolist()
    # Decimal, Fraction.
    return _number(value) if hasattr(value, "as_integer_ratio") else None


def _named(value: Any) -> str | None:
    """Moments, days and UUIDs, as texts."""
    if _is(value, "datetime", "datetime"):
        zone = sys.modules["datetime"].UTC
        text: str = (value if value.tzinfo else value.replace(tzinfo=zone)).isoformat()
        return text
    if _is(value, "datetime", "date"):
        return str(value)
    return str(value) if _is(value, "uuid", "UUID") else None


def _collection(value: Any) -> dict[Any, Any] | list[Any] | None:
    if isinstance(value, Mapping):
        return dict(value)
    # Bytes are a sequence of numbers to Python, and to nobody else.
    if isinstance(value, Collection) and not isinstance(value, bytes | bytearray):
        return list(value)
    return None


def _number(value: Any) -> Any:
    """An exact number as int or float.

    A float first: its digits are bounded, where those of Decimal("1e999999") are not.
    """
    number = float(value)
    if not isfinite(number):
        return value
    if abs(number) > _EXACT:
        over, under = value.as_integer_ratio()
        return over if under == 1 else number
    return int(number) if number.is_integer() and number == value else number


def _is(value: object, module: str, name: str) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return kind is not None and isinstance(value, kind)

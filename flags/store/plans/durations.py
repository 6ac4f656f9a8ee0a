"""Lengths of time as people write them: `90s`, `10m`, `2h`, `1d`, and `800ms`.

Laws
1. A length without a unit is refused: 10 could be seconds or minutes.
2. No length is zero: what takes no time is left out instead.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_WRITTEN = re.compile(r"([0-9]{1,9})(ms|s|m|h|d)", re.ASCII)
_BARE = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)

SHORTEST, LONGEST = "1s", "30d"
# No invocation of a Lambda function takes longer.
LONGEST_INVOCATION = "15m"


def seconds(text: str) -> float:
    """The length in seconds; raises ValueError if the text is none."""
    found = _WRITTEN.fullmatch(text)
    if not found:
        msg = f"{text!r} is no length of time; write 90s, 10m, 2h or 1d"
        raise ValueError(msg)
    number, unit = int(found[1]), found[2]
    return number / 1000 if unit == "ms" else float(number * _UNITS[unit])


def spelled(length: float) -> str:
    """Seconds in the largest unit that leaves no rest: 5400 is `90m`."""
    for unit in ("d", "h", "m", "s"):
        if length >= _UNITS[unit] and not length % _UNITS[unit]:
            return f"{int(length / _UNITS[unit])}{unit}"
    return f"{round(length * 1000)}ms"


def _within(least: str, most: str, units: str, like: str) -> Any:
    wanted = f"write a whole number and its unit, such as {like}"

    def check(value: object) -> object:
        shown = value if isinstance(value, int | float) else repr(value)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(wanted)  # noqa: TRY004 - pydantic reports ValueError in place
        if _BARE.fullmatch(str(value)):
            msg = f"{shown} has no unit; {wanted}"
            raise ValueError(msg)
        if not isinstance(value, str) or not re.fullmatch(
            f"[0-9]{{1,9}}({units})", value
        ):
            msg = f"{shown} is no length of time; {wanted}"
            raise ValueError(msg)
        length = seconds(value)
        if not length:
            msg = f"{value!r} is zero; give at least {least}"
            raise ValueError(msg)
        if not seconds(least) <= length <= seconds(most):
            msg = f"{value!r} is not from {least} to {most}"
            raise ValueError(msg)
        return value

    pattern = f"^[0-9]{{1,9}}({units})$"
    schema = {"type": "string", "pattern": pattern, "examples": like.split(", ")}
    return Annotated[str, BeforeValidator(check), WithJsonSchema(schema)]


Duration = _within(SHORTEST, LONGEST, "s|m|h|d", "90s, 10m, 2h")
# How long the controller waits for a check: its own invocation ends too.
Patience = _within(SHORTEST, "5m", "s|m", "30s, 2m")
# The controller looks once a minute.
Interval = _within("1m", "1d", "s|m|h|d", "1m, 5m")
Threshold = _within("1ms", LONGEST_INVOCATION, "ms|s|m", "800ms, 2s")

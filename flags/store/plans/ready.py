"""The plans that need no writing: what is said of them, and how they go.

Why they go so. Who will use them isn't known, so they name no groups, only weights.
A bug that everyone meets shows at one per cent within minutes if there is traffic, so
the first steps are small; a bake should last several of the judge's looks, of which at
20 requests a minute and ten per cent a tenfold regression takes some 14 minutes. Half
is the step at which evidence comes fastest, and the last place where stable can be
compared with: at 100 there is only the hard floor left, the alarms and the checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Written = Mapping[str, Any]
CAUTIOUS, STANDARD, FAST = "cautious", "standard", "fast"
# CodeDeploy watches nothing once all traffic is shifted; we look a minute longer.
_LAST = "1m"
_WHOLE, _STEP = 100, 10


def _weights(*steps: tuple[int, str]) -> list[Written]:
    return [{"weight": weight, "bake": bake} for weight, bake in steps]


def _canary(minutes: int) -> Written:
    return {"steps": _weights((_STEP, f"{minutes}m"), (_WHOLE, _LAST))}


def _linear(minutes: int) -> Written:
    weights = range(_STEP, _WHOLE, _STEP)
    steps = [(weight, f"{minutes}m") for weight in weights]
    return {"steps": _weights(*steps, (_WHOLE, _LAST))}


OURS: Mapping[str, Written] = {
    # What proves neither harm nor health is watched longer; then a person decides.
    CAUTIOUS: {
        "steps": _weights(
            (1, "30m"), (5, "30m"), (10, "1h"), (25, "1h"), (50, "1h"), (100, "1h")
        ),
        "inconclusive": "extend",
        "drain": "1h",
    },
    # An hour: long enough for a hundred requests a minute, short enough for each day.
    STANDARD: {
        "steps": _weights((1, "5m"), (5, "10m"), (25, "15m"), (50, "15m"), (100, "15m"))
    },
    # A quarter of an hour, for busy services: thousands of requests a minute.
    FAST: {"steps": _weights((10, "5m"), (50, "5m"), (100, "5m"))},
}

_CODEDEPLOY: Mapping[str, Written] = {
    "AllAtOnce": {"steps": _weights((_WHOLE, _LAST))},
    **{f"Canary10Percent{minutes}Minutes": _canary(minutes) for minutes in (5, 10, 15)},
    "Canary10Percent30Minutes": _canary(30),
    "Linear10PercentEvery1Minute": _linear(1),
    **{
        f"Linear10PercentEvery{minutes}Minutes": _linear(minutes)
        for minutes in (2, 3, 10)
    },
}

WRITTEN: Mapping[str, Written] = {
    **OURS,
    **_CODEDEPLOY,
    **{f"Lambda{name}": plan for name, plan in _CODEDEPLOY.items()},
}
# The names that are told to whoever mistypes one; the longer ones say the same.
SHOWN = (*OURS, *_CODEDEPLOY)

"""The judge's state as JSON, and back.

Laws
1. What is read back equals what was written, to the last bit.
2. A version that isn't known is refused, never guessed at.
3. `alone` came later: where it is missing, no window was without stable so far. Code
   from before it reads a state with it, and leaves it out of the next one.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from rollouts.judge import floor as floors
from rollouts.judge import settings as choices
from rollouts.judge import tally as tallies
from rollouts.judge.errors import InvalidEvidence
from rollouts.judge.process import Process
from rollouts.judge.settings import Settings
from rollouts.judge.state import State

VERSION = 1


def dumps(state: State) -> str:
    """The state as a line of JSON: some 600 bytes for one measure."""
    settings = {name: getattr(state.settings, name) for name in choices.CHOICES}
    document = {
        "version": VERSION,
        "settings": settings,
        "processes": [_row(process) for process in state.processes],
        "alone": _row(state.alone),
        **tallies.written(state.counted),
        "peak": state.peak,
        "floor": state.floor,
    }
    return json.dumps(document, separators=(",", ":"), allow_nan=False)


def loads(text: str) -> State:
    """The state; raises `InvalidEvidence` if the text is none of this version."""
    try:
        document = json.loads(text)
        version = document["version"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidEvidence(f"no state of the judge: {error!r}") from error
    if version != VERSION:
        raise InvalidEvidence(
            f"the judge's state has version {version!r}, this code knows {VERSION}: "
            "it was written by another release"
        )
    try:
        return _state(document)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidEvidence(f"a damaged state of the judge: {error!r}") from error


def _state(document: dict[str, Any]) -> State:
    settings = choices.checked(_settings(document["settings"]))
    rows = document["processes"]
    if len(rows) != len(settings.names) or type(document["floor"]) is not bool:
        raise ValueError("its parts don't fit")
    return State(
        settings=settings,
        processes=tuple(_process(row, len(settings.sought)) for row in rows),
        alone=_alone(document),
        counted=tallies.checked(tallies.read(document), settings.names),
        peak=_finite(document["peak"]),
        floor=document["floor"],
    )


def _settings(document: dict[str, Any]) -> Settings:
    values = {name: document[name] for name in choices.CHOICES}
    values["grid"] = tuple(values["grid"])
    values["measures"] = tuple(tuple(group) for group in values["measures"])
    return Settings(**values)


def _alone(document: dict[str, Any]) -> Process:
    if "alone" not in document:
        return floors.started()
    return _process(document["alone"], len(floors.ODDS))


def _row(process: Process) -> list[float]:
    return [*process.sums, process.windows, process.proof]


def _process(row: list[Any], size: int) -> Process:
    *sums, windows, proof = row
    if len(sums) != size or type(windows) is not int or windows < 0:
        raise ValueError("its sums don't fit")
    finite = tuple(_finite(one) for one in sums)
    return Process(sums=finite, windows=windows, proof=_finite(proof))


def _finite(value: Any) -> float:
    if type(value) not in {int, float} or not isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)

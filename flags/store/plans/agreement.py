"""What the parts of one plan say wrongly about each other.

Works on the raw plan, so that it has its say even where the shape of another part is
wrong; parts of a wrong shape are passed over here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flags.errors import Problem
from flags.store.plans.durations import LONGEST, seconds, spelled
from flags.store.plans.ready import SHOWN, WRITTEN
from flags.store.shares import mapping, nearest, sequence
from flags.store.values import WHOLE

Raw = Mapping[str, Any]
KINDS = ("weight", "groups", "gate")
_NOT_OF_GATES = ("bake", "before", "during")
_DEADLINE = "24h"
# The controller looks once a minute: it begins at a look, and each step ends at one.
_LOOK = 60


def unknown_plan(name: str, path: str) -> Iterator[Problem]:
    """A name that no ready-made plan has."""
    if name not in WRITTEN:
        close = nearest(name, tuple(WRITTEN))
        meant = f"did you mean {close}? " if close else ""
        known = ", ".join(SHOWN)
        message = f"no plan is named {name!r}; {meant}ready-made are {known}"
        yield Problem(path=path, message=message)


def plan_problems(plan: object, path: str) -> Iterator[Problem]:
    """Problems between the parts of a plan, or with its name."""
    if isinstance(plan, str):
        yield from unknown_plan(plan, path)
    raw = mapping(plan)
    written = sequence(raw.get("steps"))
    steps = [_given(step) for step in written]
    for number, step in enumerate(steps):
        if isinstance(written[number], Mapping):
            yield from _kind_problems(step, f"{path}.steps[{number}]")
    yield from _weight_problems(steps, raw.get("ceiling"), path)
    yield from _group_problems(steps, path)
    yield from _deadline_problems(steps, raw.get("deadline"), path)
    guards = mapping(raw.get("guards"))
    yield from _twice(guards.get("latency"), f"{path}.guards.latency", lengths=True)
    yield from _twice(guards.get("alarms"), f"{path}.guards.alarms")
    yield from _twice(raw.get("notify"), f"{path}.notify")


def _given(step: object) -> Raw:
    # A key without a value is a key that is not there.
    return {key: value for key, value in mapping(step).items() if value is not None}


def _kind_problems(step: Raw, path: str) -> Iterator[Problem]:
    kinds = [kind for kind in KINDS if kind in step]
    if len(kinds) != 1:
        found = f", not {' and '.join(kinds)} in one" if kinds else ""
        message = f"a step has one of weight, groups or gate{found}"
        yield Problem(path=path, message=message)
    elif kinds == ["gate"]:
        for name in _NOT_OF_GATES:
            if step.get(name):
                message = "a gate only waits; put it on the step after it"
                yield Problem(path=f"{path}.{name}", message=message)
    elif "bake" not in step:
        message = "missing; say how long this step is watched, such as 10m"
        yield Problem(path=f"{path}.bake", message=message)


def _percent(value: object) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if number and 0 <= value <= WHOLE else None  # type: ignore[operator,return-value]


def _weight_problems(
    steps: Sequence[Raw], ceiling: object, path: str
) -> Iterator[Problem]:
    highest, most = 0.0, _percent(ceiling)
    for number, step in enumerate(steps):
        weight, place = _percent(step.get("weight")), f"{path}.steps[{number}].weight"
        if weight is None:
            continue
        if weight < highest:
            below = f"{weight:g} is below the {highest:g} of a step before"
            message = f"{below}; weights never go down"
            yield Problem(path=place, message=message)
        if most and weight > most:
            over = f"{weight:g} is over the ceiling of {most:g}"
            message = f"{over}; lower it, or raise `ceiling`"
            yield Problem(path=place, message=message)
        highest = max(highest, weight)


def _group_problems(steps: Sequence[Raw], path: str) -> Iterator[Problem]:
    admitted: set[str] = set()
    for number, step in enumerate(steps):
        for index, name in enumerate(sequence(step.get("groups"))):
            if isinstance(name, str) and name in admitted:
                message = f"{name} is on the canary already; remove it here"
                place = f"{path}.steps[{number}].groups[{index}]"
                yield Problem(path=place, message=message)
            admitted.add(str(name))


def _deadline_problems(
    steps: Sequence[Raw], deadline: object, path: str
) -> Iterator[Problem]:
    bakes = [_length(step.get("bake")) for step in steps]
    least = sum(bakes) + _LOOK * (len(steps) + 1)
    longest = _length(deadline if deadline is not None else _DEADLINE)
    if not longest or not any(bakes) or least <= longest:
        return
    given = f"{deadline!r}" if deadline is not None else f"{_DEADLINE}, the default,"
    message = (
        f"{given} is too short for {spelled(sum(bakes))} of bakes, a minute to begin, "
        "and one for each step"
    )
    remedy = f"; shorten them, or give {spelled(least)} at least"
    if least > seconds(LONGEST):
        remedy = f"; shorten them, no rollout lasts over {LONGEST}"
    yield Problem(path=f"{path}.deadline", message=message + remedy)


def _length(value: object) -> float:
    """The seconds of a duration that isn't refused itself, else 0."""
    try:
        length = seconds(value) if isinstance(value, str) else 0
    except ValueError:
        return 0
    return length if length <= seconds(LONGEST) else 0


def _twice(values: object, path: str, *, lengths: bool = False) -> Iterator[Problem]:
    """What is named before; as `lengths` 1s and 1000ms are the same."""
    seen: set[object] = set()
    for number, value in enumerate(sequence(values)):
        if not isinstance(value, str):
            continue
        what = (lengths and _length(value)) or value
        if what in seen:
            message = f"{value!r} is there twice; remove one"
            yield Problem(path=f"{path}[{number}]", message=message)
        seen.add(what)

"""Counts as attributes of an item, one number each, so that they can be added to.

| attribute | counts |
|---|---|
| `c#MEASURE#STRATUM#PART` | subjects and failures: `canary`, `canary_failed`, … |
| `n#WEIGHT#COLOUR` | users first seen at this weight in per cent |
| `w#WEIGHT#COLOUR` | users drawn at this weight, each once in a window |
| `e#TYPE` | users who failed on the canary, by the type of their error |
| `l#COLOUR#STEP` | answers that took from R^STEP to R^(STEP+1) ms; R is √2 |

Laws
1. Written and read back, counts are the same; those of shards are added up.
2. What can't be counts raises `InvalidEvidence`: nobody judges by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import floor, log2

from rollouts.evidence.layout import Item
from rollouts.evidence.look import Drawn, Latency
from rollouts.judge import share as shares
from rollouts.judge.errors import InvalidEvidence
from rollouts.judge.share import Share
from rollouts.judge.tally import Count, Tally

PARTS = ("canary", "canary_failed", "stable", "stable_failed")
# Half an hour, more than any function may run.
LONGEST_MS = 1_800_000.0
_STEPS = frozenset(map(str, range(floor(2 * log2(LONGEST_MS)) + 1)))

Counts = dict[str, int]


def subject(measure: str, stratum: str, colour: str) -> str:
    """The attribute that counts subjects."""
    return f"c#{measure}#{stratum}#{colour}"


def failure(measure: str, stratum: str, colour: str) -> str:
    """The attribute that counts first failures."""
    return f"c#{measure}#{stratum}#{colour}_failed"


def newcomer(percent: float, colour: str) -> str:
    """The attribute that counts users who are seen for the first time."""
    return f"n#{percent:.6g}#{colour}"


def drawn(percent: float, colour: str) -> str:
    """The attribute that counts users whom the split has drawn, in each window."""
    return f"w#{percent:.6g}#{colour}"


def error(kind: str) -> str:
    """The attribute that counts users who failed on the canary with this error."""
    return f"e#{kind}"


def duration(colour: str, seconds: float) -> str:
    """The attribute that counts answers as slow as this one."""
    milliseconds = min(LONGEST_MS, max(1.0, seconds * 1_000))
    return f"l#{colour}#{floor(2 * log2(milliseconds))}"


def totals(items: Iterable[Item]) -> Tally:
    """The subjects and failures of all shards; raises `InvalidEvidence`."""
    found: dict[str, dict[str, Counts]] = {}
    for (measure, stratum, part), count in _numbers(items, "c#", 2):
        if part not in PARTS:
            raise InvalidEvidence(f"the evidence counts {part!r}, which is no count")
        counts = found.setdefault(measure, {}).setdefault(stratum, {})
        counts[part] = counts.get(part, 0) + count
    return Tally(
        counts={
            measure: {stratum: Count(**counts) for stratum, counts in strata.items()}
            for measure, strata in found.items()
        }
    )


def share(items: Iterable[Item]) -> Share | None:
    """How newcomers were shared out, None if none were counted."""
    found = _by_weight(items, "n#")
    if not found:
        return None
    whole = Share()
    for percent, users in found.items():
        whole = shares.counted(whole, users.canary, users.stable, percent)
    return whole


def weights(items: Iterable[Item]) -> dict[float, Drawn]:
    """How users were drawn, by the weight in per cent."""
    return _by_weight(items, "w#")


def errors(items: Iterable[Item]) -> dict[str, int]:
    """Users who failed on the canary by the type of error, the most frequent first."""
    found: Counts = {}
    for (kind,), count in _numbers(items, "e#", 0):
        found[kind] = found.get(kind, 0) + count
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def newcomers(items: Iterable[Item], percent: float) -> int:
    """How many were counted at this weight."""
    prefix = newcomer(percent, "").removesuffix("#")
    return sum(
        count
        for (weight, _), count in _numbers(items, "n#", 1)
        if f"n#{weight}" == prefix
    )


def latency(items: Iterable[Item]) -> dict[str, Latency]:
    """How long answers took, by colour."""
    found: dict[str, dict[int, int]] = {}
    for (colour, text), count in _numbers(items, "l#", 1):
        steps, step = found.setdefault(colour, {}), _step(text)
        steps[step] = steps.get(step, 0) + count
    return {
        colour: Latency(
            calls=sum(steps.values()),
            p50=_quantile(steps, 0.5),
            p99=_quantile(steps, 0.99),
        )
        for colour, steps in found.items()
    }


def _by_weight(items: Iterable[Item], prefix: str) -> dict[float, Drawn]:
    found: dict[str, Counts] = {}
    for (percent, colour), count in _numbers(items, prefix, 1):
        counts = found.setdefault(percent, {})
        counts[colour] = counts.get(colour, 0) + count
    return {
        _percent(percent): Drawn(
            canary=counts.get("canary", 0), stable=counts.get("stable", 0)
        )
        for percent, counts in sorted(found.items())
    }


def _numbers(
    items: Iterable[Item], prefix: str, cuts: int
) -> Iterator[tuple[list[str], int]]:
    """The attributes of one kind, their names taken apart."""
    for item in items:
        for name, value in item.items():
            if not name.startswith(prefix):
                continue
            parts = name.removeprefix(prefix).rsplit("#", cuts)
            text = value.get("N", "")
            if len(parts) != cuts + 1 or not text.isdecimal():
                raise InvalidEvidence(f"the evidence has {name!r}, which is no count")
            yield parts, int(text)


def _percent(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidEvidence(f"{text!r} is no weight in per cent") from error


def _step(text: str) -> int:
    if text not in _STEPS:
        raise InvalidEvidence(f"{text!r} is no step of latency")
    return int(text)


def _quantile(steps: Mapping[int, int], part: float) -> float:
    """In milliseconds, evenly spread within its step."""
    wanted = part * sum(steps.values())
    for step, count in sorted(steps.items()):
        if wanted <= count:
            return float(round(2 ** ((step + wanted / count) / 2), 1))
        wanted -= count
    return LONGEST_MS

"""What a run came to, out of what users saw and when the table said what; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any, NamedTuple

from benchmarks.rollingback.traffic import Sighting
from rollouts.judge.tally import Tally, together

GREEN = "green"
# Of the way from the first failure to the last request on green, in this order.
PARTS = ("failing", "flush", "mark", "refresh")


class NothingFailed(RuntimeError):
    """Green was broken, and no user came by."""


class Found(NamedTuple):
    """What somebody who watches the table saw; seconds since the epoch.

    `told` has, by the number of users whose failures stood in the table, when they
    did first. `judged` of them were judged when the abort mark was made, which was
    there at `marked`. `durable` is when the document had it, None if that was not
    waited for.
    """

    told: dict[int, float]
    judged: int
    marked: float
    durable: float | None


class Run(NamedTuple):
    """One run; times in seconds from the first failure of green.

    `strays` are requests that failed elsewhere than on green. `rate` is requests a
    second until the last one on green.
    """

    failed_users: int
    failed_requests: int
    strays: int
    users_judged: int
    weight_zero: float
    mark: float
    durable: float | None
    parts: dict[str, float]
    containers: int
    rate: float


def scored(seen: Iterable[Sighting], found: Found, containers: int) -> Run:
    """A run's figures; raises `NothingFailed`.

    `weight_zero` is the last request that came to green.
    """
    seen = list(seen)
    failures = sorted(one for one in seen if one.failed and one.colour == GREEN)
    if not failures:
        raise NothingFailed("no user of green came by")
    first, last = failures[0].at, failures[-1].at
    users = first_failures(failures)
    came = sum(first <= one.at <= last for one in seen)
    return Run(
        failed_users=len(users),
        failed_requests=len(failures),
        strays=sum(one.failed for one in seen) - len(failures),
        users_judged=found.judged,
        weight_zero=last - first,
        mark=found.marked - first,
        durable=None if found.durable is None else found.durable - first,
        parts=_parts(users, last, found),
        containers=containers,
        rate=came / (last - first) if last > first else 0.0,
    )


def _parts(users: Sequence[float], last: float, found: Found) -> dict[str, float]:
    """How long each part took; together they are the time until the last request.

    What comes after the last request on green costs nobody anything, so it is in none.
    """
    judged = min(max(1, found.judged), len(users))
    told = (at for number, at in found.told.items() if number >= judged)
    moments = [users[0], users[judged - 1], min(told, default=found.marked)]
    moments += [found.marked, last]
    for number, before in enumerate(moments[:-1], 1):
        moments[number] = min(last, max(before, moments[number]))
    steps = zip(PARTS, moments, moments[1:], strict=False)
    return {name: after - before for name, before, after in steps}


def failed(totals: Tally) -> int:
    """Users who failed on the canary."""
    return together(totals.counts.get("errors", {})).canary_failed


def first_failures(failures: Iterable[Sighting]) -> list[float]:
    """When each user failed for the first time, in this order."""
    found: dict[str, float] = {}
    for one in sorted(failures):
        found.setdefault(one.user, one.at)
    return list(found.values())


def figures(runs: Sequence[Run]) -> dict[str, Any]:
    """Medians, and each run's own."""
    durable = [run.durable for run in runs if run.durable is not None]
    return {
        "seconds_to_weight_zero": _median([run.weight_zero for run in runs]),
        "failed_users": median(run.failed_users for run in runs),
        "seconds_to_mark": _median([run.mark for run in runs]),
        "seconds_to_durable_abort": _median(durable) if durable else None,
        "parts": {
            name: _median([run.parts[name] for run in runs]) for name in runs[0].parts
        },
        "runs": [_rounded(run) for run in runs],
    }


def _median(values: Sequence[float]) -> float:
    return round(median(values), 2)


def _rounded(run: Run) -> dict[str, Any]:
    found = run._asdict()
    rounded = {k: round(v, 2) for k, v in found.items() if isinstance(v, float)}
    parts = {name: round(seconds, 2) for name, seconds in run.parts.items()}
    return found | rounded | {"parts": parts}

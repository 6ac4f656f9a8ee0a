"""What a simulation found, as data and as words.

Laws
1. A step is too thin if less than half of the rollouts that reach it with the bug end
   in it: a bug that gets as far as there is likely to get by.
2. What would help is worked out, not guessed, and left out where it would not help.
   A bug that the judge tolerates is no matter of traffic, and that is said instead.
"""

from __future__ import annotations

import random
from typing import Any

from rich.console import Group, RenderableType

from admin_cli.output import lines, table
from admin_cli.percentage import show
from admin_cli.simulation.asked import Question
from rollouts.simulation import (
    Forecast,
    Remedy,
    Step,
    expected_failures,
    expected_users,
    forecast,
    odds_ratio,
    remedy,
)

Data = dict[str, Any]

LIKELY = 0.5
# So few rollouts come to a step that nothing is said of those that do.
RARE = 0.05
WHOLE = 100
COLUMNS = (
    *("STEP", "PERCENT", "TIME", "USERS ON CANARY", "CAUGHT", "CAUGHT BY THEN"),
    *("FAILED BY THEN", "TRAFFIC"),
)
SYNTHETIC = "let a check send synthetic traffic"


def simulate(question: Question) -> Data:
    """Plays it, and sums it up; keys are those of the command's JSON."""
    traffic, fault = question.traffic, question.fault
    found = forecast(
        traffic,
        fault,
        question.steps,
        dice=random.Random(question.seed),  # noqa: S311 - no secret
        settings=question.settings,
        times=question.runs,
    )
    broken = traffic.errors + (1 - traffic.errors) * fault.errors
    return {
        "requests": traffic.rate,
        "users": traffic.users or None,
        "errors": _rounded(traffic.errors * WHOLE),
        "bug": {"size": question.bug, "errors": _rounded(broken * WHOLE)},
        "runs": question.runs,
        "seed": question.seed,
        "minutes": _rounded(sum(step.minutes for step in question.steps)),
        "steps": _steps(question, found),
        "caught": found.caught,
        "caught_minutes": _rounded(found.minutes),
        "failed": found.failed,
        "failed_most": found.failed_most,
        "healthy": {
            "rolled_back": found.false_rollback,
            "proven": found.proven,
            "proven_minutes": _rounded(found.proven_minutes),
        },
        "advice": _advice(question, found),
    }


def text(found: Data) -> RenderableType:
    """The same for people: a table, and sentences around it."""
    rows = [_cells(number, step) for number, step in enumerate(found["steps"], 1)]
    warnings = [
        f"Step {number} ({show(step['percent'])} for {_time(step['minutes'])}) is too "
        f"thin: {step['advice']}."
        for number, step in enumerate(found["steps"], 1)
        if step["advice"]
    ]
    return Group(
        lines([_title(found), ""]),
        table(COLUMNS, rows),
        lines(["", _with_bug(found), _without_bug(found)]),
        lines(["", *warnings, *([""] if warnings else []), _sentence(found["advice"])]),
    )


def _steps(question: Question, found: Forecast) -> list[Data]:
    rows, before, small = [], 0.0, _tolerated(question)
    for number, step in enumerate(question.steps):
        caught = found.by_step[number]
        reached = 1 - before
        thin = not small and reached > RARE and caught / reached < LIKELY
        before += caught
        rows.append(
            {
                "percent": step.percent,
                "minutes": _rounded(step.minutes),
                "users": _rounded(expected_users(question.traffic, step)),
                "caught": _rounded(caught),
                "caught_by_then": _rounded(before),
                "failed_by_then": found.failed_by_step[number],
                "thin": thin,
                "advice": _help(question, step) if thin else None,
            }
        )
    return rows


def _help(question: Question, step: Step) -> str:
    """Why so little is seen in a step, and what would help."""
    users = expected_users(question.traffic, step)
    failures = expected_failures(question.traffic, question.fault, step)
    told = f"about {_few(users)} users come to the canary, and the bug fails "
    told += _few(failures)
    found = remedy(question.traffic, question.fault, step, question.settings)
    # Nothing is said of bugs that are tolerated, so this is 100 %.
    if found is None:
        return f"{told}, but nobody is left on stable to compare with"
    if found.failures > failures:
        told += f", where about {_few(found.failures)} have to"
    return f"{told}; {_choices(found, step)}"


def _choices(found: Remedy, step: Step) -> str:
    choices = []
    if found.percent is not None:
        choices.append(f"take {show(found.percent)} for {_time(step.minutes)}")
    if found.minutes is not None:
        choices.append(f"stay {_time(found.minutes)} at {show(step.percent)}")
    if not choices:
        return f"neither 50 % nor a week would do; {SYNTHETIC}"
    return ", or ".join([*choices, SYNTHETIC])


def _advice(question: Question, found: Forecast) -> str:
    if _tolerated(question):
        return (
            "a bug this small is tolerated: the judge lets pass up to "
            f"{question.settings.tolerance:g} times stable's odds of failing"
        )
    return found.advice


def _tolerated(question: Question) -> bool:
    """Whether the judge minds such a bug; if not, no traffic shows it."""
    odds = odds_ratio(question.traffic, question.fault)
    return odds <= question.settings.tolerance


def _title(found: Data) -> str:
    users = f" of {found['users']} users" if found["users"] else ""
    return (
        f"{found['requests']:g} requests a minute{users}; the bug: errors from "
        f"{show(found['errors'])} to {show(found['bug']['errors'])}; "
        f"{found['runs']} rollouts with it, and as many without"
    )


def _cells(number: int, step: Data) -> tuple[object, ...]:
    return (
        number,
        show(step["percent"]),
        _time(step["minutes"]),
        _few(step["users"]),
        _chance(step["caught"]),
        _chance(step["caught_by_then"]),
        _few(step["failed_by_then"]),
        "too thin" if step["thin"] else "",
    )


def _with_bug(found: Data) -> str:
    told = f"With the bug: rolled back in {_chance(found['caught'])}"
    if found["caught_minutes"] is not None:
        told += f", after {_time(found['caught_minutes'])} in the middle"
    failed, most = _few(found["failed"]), _few(found["failed_most"])
    return f"{told}; {failed} users fail in the middle, in one of ten over {most}."


def _without_bug(found: Data) -> str:
    healthy = found["healthy"]
    told = f"Without it: done after {_time(found['minutes'])}; "
    told += f"health proven in {_chance(healthy['proven'])}"
    if healthy["proven_minutes"] is not None:
        told += f", after {_time(healthy['proven_minutes'])} in the middle"
    return f"{told}; rolled back by mistake in {_chance(healthy['rolled_back'])}."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _few(number: float) -> str:
    """A number of users, with as many digits as mean something."""
    if 0 < number < 0.1:  # noqa: PLR2004 - digits
        return f"{number:.1g}"
    return f"{number:.1f}".removesuffix(".0") if number < 10 else f"{number:.0f}"  # noqa: PLR2004 - digits


def _chance(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _time(minutes: float) -> str:
    """As it is typed: 30s, 10m, 1.5h, 2d."""
    if minutes < 1:
        return f"{minutes * 60:.0f}s"
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes >= size and (minutes * 2 / size).is_integer():
            return f"{minutes / size:g}{unit}"
    if minutes >= 2 * 60:
        return f"{minutes / 60:.1f}h"
    return f"{minutes:.0f}m" if minutes >= 10 else f"{minutes:.2g}m"  # noqa: PLR2004 - digits

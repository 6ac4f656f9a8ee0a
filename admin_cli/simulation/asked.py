"""What `simulate` is asked, out of text.

Laws
1. All that is wrong is told at once, each with its option and what to type instead.
2. What is let through ends within a minute: how long it takes is known beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from admin_cli.simulation.effort import (
    FEWEST,
    LONGEST,
    PATIENCE,
    USUAL,
    runs_within,
    seconds,
)
from admin_cli.simulation.planned import Played
from flags.errors import InvalidDocument, Problem
from rollouts.judge import Settings
from rollouts.simulation import Fault, Step, Traffic

T = TypeVar("T")
Texts = Mapping[str, str | None]

MOST_REQUESTS, MOST_USERS, MOST_RUNS = 1_000_000, 1_000_000_000, 10_000
MOST_STEPS, MOST_MINUTES = 100, 30 * 24 * 60
# The judge looks every ten seconds.
LEAST_SECONDS = 10
MINUTES_A_DAY = 1440
WHOLE = 100

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_TIME = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
# What is played where no plan is named.
USUAL_STEPS = "1:10m,5:20m,25:30m,50:30m"
_STEPS = "list steps as in 1:10m,5:20m,50:1h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A plan, the traffic that it meets, the bug, and how often it is played.

    `bug` is as it was typed; `note` is what there is to say before the answer.
    """

    traffic: Traffic
    fault: Fault
    steps: tuple[Step, ...]
    bug: str
    runs: int
    seed: int
    note: str | None = None
    settings: Settings = field(default_factory=Settings)


class _Bad(Exception):
    """What is wrong with one option."""


def read(texts: Texts, plan: Played | None = None) -> Question:
    """A question, by options; raises `InvalidDocument` with all that is wrong.

    With a plan its steps and settings are played.
    """
    problems: list[Problem] = []

    def take(option: str, parse: Callable[[str], T], otherwise: T) -> T:
        try:
            text = texts[option]
            return otherwise if text is None else parse(text)
        except _Bad as bad:
            problems.extend(Problem(path=option, message=m) for m in bad.args)
            return otherwise

    rate = take("--requests", _rate, 0.0)
    users = take("--users", _users, 0)
    if rate and users > rate * MINUTES_A_DAY:
        message = (
            f"{users} users a day make more than the {rate * MINUTES_A_DAY:g} requests "
            "that there are; leave it out if each request is somebody new"
        )
        problems.append(Problem(path="--users", message=message))
    errors = take("--errors", _errors, 0.0)
    # The size of a bug that multiplies can't be told of errors that are unknown.
    known = not any(problem.path == "--errors" for problem in problems)
    fault = take("--bug", lambda text: _fault(text, errors if known else 0.01), Fault())
    none: tuple[Step, ...] = plan.steps if plan else ()
    steps = take("--steps", _steps, none)
    runs = take("--runs", _runs, None)
    seed = take("--seed", _seed, 0)
    if problems:
        raise InvalidDocument(problems)
    traffic = Traffic(rate=rate, users=users, errors=errors)
    played, note = _bounded(traffic, fault, steps, runs)
    return Question(
        traffic=traffic,
        fault=fault,
        steps=steps,
        bug=texts["--bug"] or "",
        runs=played,
        seed=seed,
        note=note,
        settings=plan.settings if plan else Settings(),
    )


def _number(text: str, least: float, most: float, what: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else -1.0
    if not least <= value <= most:
        msg = f"{text!r} is no {what}"
        raise _Bad(msg)
    return value


def _rate(text: str) -> float:
    what = f"number of requests a minute up to {MOST_REQUESTS}, such as 120 or 0.5"
    return _number(text, 1e-3, MOST_REQUESTS, what)


def _whole(text: str, least: int, most: int, what: str) -> int:
    value = _number(text, least, most, what)
    if value != int(value):
        msg = f"{text!r} is no {what}"
        raise _Bad(msg)
    return int(value)


def _users(text: str) -> int:
    what = f"whole number of users from 1 to {MOST_USERS}; leave it out if unknown"
    return _whole(text, 1, MOST_USERS, what)


def _runs(text: str) -> int:
    return _whole(text, 1, MOST_RUNS, f"whole number from 1 to {MOST_RUNS}")


def _seed(text: str) -> int:
    return _whole(text, 0, MOST_USERS, f"whole number from 0 to {MOST_USERS}")


def _errors(text: str) -> float:
    try:
        return _number(text.removesuffix("%"), 0, 99, "percentage") / WHOLE
    except _Bad:
        msg = f"{text!r} is no percentage from 0 to 99, such as 0.5%"
        raise _Bad(msg) from None


def _fault(text: str, errors: float) -> Fault:
    what = "bug's size: 10x is errors tenfold, 5% is so many requests more"
    size = float(text[:-1]) if _NUMBER.fullmatch(text[:-1]) else 0.0
    if text.endswith("%") and 0 < size <= WHOLE:
        return Fault(errors=size / WHOLE)
    if not text.endswith("x") or size <= 1:
        msg = f"{text!r} is no {what}"
        raise _Bad(msg)
    if not errors:
        msg = "stable never fails, so nothing can be multiplied; add errors, as in 5%"
        raise _Bad(msg)
    if size * errors > 1:
        msg = (
            f"{text} of {errors * WHOLE:g} % is more than all requests; at most "
            f"{1 / errors:.3g}x, or 100% for an outage"
        )
        raise _Bad(msg)
    return Fault(errors=(size - 1) * errors / (1 - errors))


def _steps(text: str) -> tuple[Step, ...]:
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) > MOST_STEPS:
        msg = f"{len(pieces)} steps; at most {MOST_STEPS}"
        raise _Bad(msg)
    found: list[Step] = []
    wrong: list[str] = []
    for number, piece in enumerate(pieces, 1):
        try:
            found.append(_step(piece))
        except _Bad as bad:
            wrong += [f"step {number}, {piece!r}: {message}" for message in bad.args]
    # Of the steps that can be read, those that go down are told with the rest.
    wrong += _descents(found)
    if sum(step.minutes for step in found) > MOST_MINUTES:
        wrong.append("more than 30 days; say less")
    if wrong:
        raise _Bad(*wrong)
    return tuple(found)


def _step(piece: str) -> Step:
    percent, colon, time = piece.partition(":")
    if not colon:
        msg = f"no step; {_STEPS}"
        raise _Bad(msg)
    wrong = []
    share = percent.strip().removesuffix("%")
    value = float(share) if _NUMBER.fullmatch(share) else -1.0
    if not 0 < value <= WHOLE:
        wrong.append(f"{percent!r} is no percentage above 0, up to 100, such as 12.5")
    match = _TIME.fullmatch(time.strip())
    lasts = float(match[1]) * _SECONDS[match[2]] if match else 0.0
    if lasts < LEAST_SECONDS:
        wrong.append(f"{time!r} is no time from 10s on, such as 30s, 10m, 2h or 1d")
    if wrong:
        raise _Bad(*wrong)
    return Step(percent=value, minutes=lasts / 60)


def _descents(steps: list[Step]) -> list[str]:
    return [
        f"goes down from {before.percent:g} % to {after.percent:g} %; a rollout only "
        "goes up"
        for before, after in pairwise(steps)
        if after.percent < before.percent
    ]


def _bounded(
    traffic: Traffic, fault: Fault, steps: tuple[Step, ...], runs: int | None
) -> tuple[int, str | None]:
    """How often it is played, and what is to be said of that."""
    fit = runs_within(LONGEST, traffic, fault, steps)
    if (runs or FEWEST) > fit:
        least = runs or FEWEST
        took = seconds(traffic, fault, steps) * least
        message = f"{least} of these rollouts take about {took:.0f} s to play; "
        message += (
            f"--runs {fit} would take a minute"
            if fit >= FEWEST
            else "take shorter steps or fewer requests: what shows at few shows at many"
        )
        raise InvalidDocument([Problem(path="--runs", message=message)])
    if runs is not None:
        return runs, None
    chosen = max(FEWEST, min(USUAL, runs_within(PATIENCE, traffic, fault, steps)))
    if chosen == USUAL:
        return chosen, None
    takes = seconds(traffic, fault, steps) * chosen
    return chosen, f"{chosen} rollouts, which takes about {takes:.0f} s; or say --runs"

"""What a simulated rollout is made of: traffic, a fault, and the plan's steps."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from flags.errors import FlagsError
from flags.record import Record


class InvalidModel(FlagsError):
    """Traffic, fault or steps that can't be."""

    exit_code = 2


class Incidents(Record):
    """Trouble that both versions share: every so many minutes, for so many, on average.

    While it lasts, a request fails with the chance `errors`.
    """

    every: float
    lasts: float
    errors: float


class Cold(Record):
    """Shares of requests that meet a cold start, and of those that are slow."""

    stable: float
    canary: float
    slow_warm: float
    slow_cold: float


class Traffic(Record):
    """`rate`: requests a minute to both versions together.

    `users`: how many share the requests; 0 if everybody comes once.
    `errors`: the chance that a request fails on either version.
    `broken`: the share of users whom both versions always fail.
    `retries`: how often a user tries again after a failure, on average.
    """

    rate: float
    users: int = 0
    errors: float = 0.005
    broken: float = 0.0
    retries: float = 0.0
    incidents: Incidents | None = None
    cold: Cold | None = None


class Fault(Record):
    """What is wrong with the canary, from the minute `begins`.

    `errors`: the chance that a request fails that would not have on stable.
    `users`: the share of users whom the canary always fails.
    `slow`: the chance that a request is slow that would not have been on stable.
    """

    errors: float = 0.0
    users: float = 0.0
    slow: float = 0.0
    begins: float = 0.0


NONE = Fault()


class Step(Record):
    """A weight, in percent, and how long it stays."""

    percent: float
    minutes: float


def check(traffic: Traffic, fault: Fault, steps: Sequence[Step]) -> None:
    """Raises `InvalidModel` with all that can't be."""
    problems = [
        f"{name} must be a number from {least:g} to {most:g}, not {value!r}"
        for name, value, least, most in _limits(traffic, fault, steps)
        if type(value) not in {int, float}
        or not isfinite(value)
        or not least <= value <= most
    ]
    if not steps:
        problems.append("a plan needs a step")
    if problems:
        raise InvalidModel("; ".join(problems))


Limit = tuple[str, float, float, float]


def _limits(traffic: Traffic, fault: Fault, steps: Sequence[Step]) -> list[Limit]:
    found: list[Limit] = [
        ("rate", traffic.rate, 0, 1e6),
        ("users", traffic.users, 0, 1e9),
        ("errors", traffic.errors, 0, 1),
        ("broken", traffic.broken, 0, 1),
        ("retries", traffic.retries, 0, 1000),
        ("fault.errors", fault.errors, 0, 1),
        ("fault.users", fault.users, 0, 1),
        ("fault.slow", fault.slow, 0, 1),
        ("fault.begins", fault.begins, 0, 1e6),
    ]
    if traffic.incidents:
        found += [
            ("incidents.every", traffic.incidents.every, 1e-3, 1e6),
            ("incidents.lasts", traffic.incidents.lasts, 1e-3, 1e6),
            ("incidents.errors", traffic.incidents.errors, 0, 1),
        ]
    if traffic.cold:
        names = ("stable", "canary", "slow_warm", "slow_cold")
        found += [(f"cold.{n}", getattr(traffic.cold, n), 0, 1) for n in names]
    for number, step in enumerate(steps):
        found.append((f"steps[{number}].percent", step.percent, 0, 100))
        found.append((f"steps[{number}].minutes", step.minutes, 1e-3, 1e5))
    return found

"""What is looked at in AWS before a rollout is written: it should not fail at step 3.

Laws
1. What is missing for certain is a problem, and all problems are told at once.
2. An alarm that is red now is ignored until it is OK, and told: it can't say what the
   canary did. One without data counts: it may have some once the canary has users.
3. What may not be looked at is told, and is no problem; but alarms must be seen, or
   nobody knows which of them were OK.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from flags.errors import InvalidDocument, Problem, StoreUnavailable
from flags.store.remedies import refused, said_by, unreached
from rollouts.publishing.named import written

Client = Any
Answer = dict[str, Any]
Plan = Mapping[str, Any]
Colours = Mapping[str, str]

ALARM, OK = "ALARM", "OK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found: alarms by their use, versions by role, and what to tell."""

    alarms: Mapping[str, list[str]]
    versions: Mapping[str, str] | None
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def look(
    plan: Plan,
    services: Sequence[str],
    colours: Colours,
    client: Callable[[str], Client],
) -> Looked:
    """Look at alarms, check functions and aliases; raises `InvalidDocument`.

    `colours` are the aliases of stable and canary; `client` gives one by its service.
    """
    found = _Found()
    names = list(plan["guards"].get("alarms") or ())
    alarms = _alarms(client("cloudwatch"), names, found) if names else _none()
    functions = client("lambda")
    _functions(functions, plan, found)
    versions = _aliases(functions, services, colours, found)
    if found.problems:
        raise InvalidDocument(found.problems)
    return Looked(alarms=alarms, versions=versions, notes=tuple(found.notes))


def _none() -> dict[str, list[str]]:
    return {"watched": [], "ignored": []}


def _alarms(client: Client, names: list[str], found: _Found) -> dict[str, list[str]]:
    try:
        answer = client.describe_alarms(
            AlarmNames=names,
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            MaxRecords=100,
        )
    except (ClientError, BotoCoreError) as error:
        why = (
            unreached(error)
            if isinstance(error, BotoCoreError)
            else refused(error, "the plan's alarms") or said_by(error)
        )
        msg = f"the plan's alarms can't be looked at: {why}"
        raise StoreUnavailable(msg) from error
    kinds = ("MetricAlarms", "CompositeAlarms")
    states = {
        alarm["AlarmName"]: alarm["StateValue"]
        for kind in kinds
        for alarm in answer.get(kind, ())
    }
    for number, name in enumerate(names):
        if name not in states:
            path = f"plan.guards.alarms[{number}]"
            message = f"there is no alarm {name!r}; create it, or take it out"
            found.problems.append(Problem(path=path, message=message))
        elif states[name] == ALARM:
            found.notes.append(
                f"the alarm {name} is red, so it is ignored until it is OK"
            )
        elif states[name] != OK:
            found.notes.append(
                f"the alarm {name} has no data yet; it counts all the same"
            )
    watched = [name for name in names if states.get(name, ALARM) != ALARM]
    return {
        "watched": watched,
        "ignored": [name for name in names if name in states and name not in watched],
    }


def _functions(client: Client, plan: Plan, found: _Found) -> None:
    """The functions that steps invoke, each looked at once."""
    seen: dict[str, Answer | None] = {}
    for path, name in _invoked(plan):
        if name not in seen:
            ask = partial(client.get_function_configuration, FunctionName=name)
            seen[name] = _asked(ask, f"the check {name}", found)
        if seen[name] is None:
            message = f"there is no function {name!r}; deploy it, or take it out"
            found.problems.append(Problem(path=path, message=message))


def _invoked(plan: Plan) -> Iterator[tuple[str, str]]:
    for number, step in enumerate(plan["steps"]):
        for when in ("before", "during"):
            for index, check in enumerate(step.get(when) or ()):
                path = f"plan.steps[{number}].{when}[{index}].invoke"
                yield path, str(check["invoke"])


def _aliases(
    client: Client, services: Sequence[str], colours: Colours, found: _Found
) -> Mapping[str, str] | None:
    """Both aliases of each service; the versions by role, if all are known."""
    held: dict[str, dict[str, str]] = {}
    for service in services:
        held[service] = {
            role: _version(client, service, colour, found)
            for role, colour in colours.items()
        }
    # Of a release of several services those that didn't change go along, as they are.
    if all(one["stable"] and one["stable"] == one["canary"] for one in held.values()):
        found.notes += [
            f"both aliases of {service} are at version {versions['stable']}, so "
            f"there is nothing to compare; `canary deploy {service}` first"
            for service, versions in held.items()
        ]
    if not all(all(versions.values()) for versions in held.values()):
        return None
    return written(held) or None


def _version(client: Client, service: str, colour: str, found: _Found) -> str:
    """The version that an alias points to; empty if nobody knows."""
    ask = partial(client.get_alias, FunctionName=service, Name=colour)
    answer = _asked(ask, f"the alias {service}:{colour}", found)
    if answer is None:
        message = f"{service} has no alias {colour!r}; make it, or deploy the service"
        ask = partial(client.get_function_configuration, FunctionName=service)
        if _asked(ask, f"the function {service}", found) is None:
            message = (
                f"there is no function {service!r} in this account and region; deploy "
                "it, or take it out of the release's services"
            )
        problem = Problem(path=f"aliases.{service}", message=message)
        # Of a function that is gone both aliases are: once is enough.
        found.problems += [problem] if problem not in found.problems else []
    return str((answer or {}).get("FunctionVersion", ""))


def _asked(ask: Callable[[], Answer], what: str, found: _Found) -> Answer | None:
    """AWS's answer; None if there is no such thing, empty if nobody may look."""
    try:
        return ask()
    except ClientError as error:
        if error.response["Error"].get("Code") == "ResourceNotFoundException":
            return None
        found.notes.append(f"{what} can't be looked at: {error}")
    except BotoCoreError as error:
        found.notes.append(f"{what} can't be looked at: {error}")
    return {}

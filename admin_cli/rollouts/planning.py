"""A plan in words and as a table, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType

from admin_cli.output import lines, table
from admin_cli.percentage import show
from admin_cli.rollouts import steps
from admin_cli.rollouts.times import span
from flags.store.plans import seconds

Data = dict[str, Any]
Plan = Mapping[str, Any]
COLUMNS = ("STEP", "WHAT", "STARTS", "TIME", "CHECKS")
_UNDECIDED = {
    "advance": "goes on",
    "extend": "bakes on, three times at most, and then waits for a person",
    "pause": "waits for a person",
    "abort": "rolls back",
}
WHOLE = 100


def planned(plan: Plan, origin: str) -> Data:
    """A canonical plan as JSON: times in seconds."""
    return {
        "origin": origin,
        "seconds": steps.at_best(plan),
        "promotes": _promotes(plan),
        "steps": steps.rows(plan),
        "plan": dict(plan),
    }


def text(found: Mapping[str, Any]) -> RenderableType:
    """The same for people."""
    plan = found["plan"]
    return Group(
        lines([f"{found['origin']}: {summary(plan)}", ""]),
        table(COLUMNS, map(_cells, found["steps"])),
        lines(["", *_around(plan)]),
    )


def summary(plan: Plan) -> str:
    """Steps, the time that they take at best, and who is waited for."""
    rows = steps.rows(plan)
    told = f"{len(rows)} steps, {span(steps.at_best(plan))} at best"
    if not _promotes(plan):
        told += ", then it waits for `promote --full`"
    gates = [f"{steps.told(row)} step {row['number']}" for row in rows if _gate(row)]
    return "; ".join([told, *gates])


def _gate(row: Mapping[str, Any]) -> bool:
    return bool(row["kind"] == "gate")


def _promotes(plan: Plan) -> bool:
    return bool(plan["steps"][-1].get("weight") == WHOLE)


def _cells(row: Mapping[str, Any]) -> tuple[object, ...]:
    starts = f"+{span(row['starts'])}"
    checks = steps.checking(row)
    return row["number"], steps.told(row), starts, steps.lasting(row), checks


def _around(plan: Plan) -> Iterator[str]:
    """What may end it or hold it up, in sentences."""
    yield f"It rolls back if {'; if '.join(_ends(plan))}."
    undecided = _UNDECIDED[plan["inconclusive"]]
    yield f"A bake that proves neither harm nor health {undecided}."
    if _promotes(plan):
        kept = span(seconds(plan["drain"]))
        yield f"At the end it is promoted; the version before is kept for {kept}."
    if plan["notify"]:
        yield f"Told of each transition: {', '.join(plan['notify'])}."


def _ends(plan: Plan) -> Iterator[str]:
    guards = plan["guards"]
    if errors := guards["errors"]:
        users, share = errors["floor"]["users"], show(errors["floor"]["share"])
        yield (
            f"users of the canary fail more often than stable's, over "
            f"{errors['tolerance']:g} times the odds"
        )
        yield f"{users} of them and over {share} fail with nobody on stable"
    if guards["latency"]:
        yield f"they wait longer than stable's ({', '.join(guards['latency'])})"
    if guards["alarms"]:
        yield f"an alarm goes off ({', '.join(guards['alarms'])})"
    if any(step.get("before") or step.get("during") for step in plan["steps"]):
        yield "a check fails"
    yield f"it is not over after {span(seconds(plan['deadline']))}"

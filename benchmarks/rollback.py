"""How long a bad canary has users, and how many of them it fails, on the emulator.

A whole deployment, a service behind it, 20 requests a second of 400 users, and a
rollout with 10 % on green. Then green fails every request; the routers find out by
themselves. Everything is as the template has it, RefreshSeconds (5) too. Keys:
- `seconds_to_weight_zero`: from the first failure to the last request that green got;
- `failed_users`: distinct users who failed;
- `seconds_to_mark`: until a router's abort mark stood in the table, and
  `seconds_to_durable_abort` until the controller, each minute, had written it down;
- `parts` of the seconds to weight zero, in this order: `failing` until as many users
  had failed as were judged in the end, `flush` until the table was told of them, `mark`
  until a router had judged and marked, `refresh` until the last one had read the mark;
- `runs`, each by itself; those above are their medians. `strays` failed without green;
- `alarm`, computed: the same with an alarm that drives a rollback;
- `writes`, counted while all was well: writes and reads of a container in a minute, and
  on paper (`benchmarks.watching`) what 1,000 busy containers cost in an hour.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from random import random
from typing import Any

from benchmarks import watching
from benchmarks.harness import report
from benchmarks.harness.report import Figures, Rows
from benchmarks.rollingback import alarm, score, stage, writes
from benchmarks.rollingback.score import Found, Run
from benchmarks.rollingback.stage import REFRESH, WEIGHT, Stage
from benchmarks.rollingback.traffic import RATE, USERS, Traffic
from benchmarks.rollingback.writes import Trail
from examples.demo.traffic import Doors
from rollouts.machine import phases

RUNS = 7
GOALS = {"seconds_to_weight_zero": 10, "failed_users": 25}
# Seconds of health before green fails, after all routers have read of the rollout; and
# up to so many more, by dice: routers report every few seconds, counted from its start.
HEALTHY = 12.0
DICE = 5.0
# Between two looks at the table.
PAUSE = 0.03
# Beyond these seconds something is broken.
PATIENCE = 120.0
# The controller comes each minute.
MINUTE = 75.0


class TookTooLong(RuntimeError):
    """What was waited for did not come."""


def measure(runs: int = RUNS) -> Figures:
    """All figures, of so many runs in one deployment."""
    found = stage.bring_up()
    with found.system.emulator:
        trail = Trail(system=found.system)
        counted: list[dict[str, float]] = []
        done = [_run(found, trail, counted) for _ in range(runs)]
    return {
        **score.figures(done),
        "goals": GOALS,
        "alarm": alarm.figures(USERS, RATE, WEIGHT),
        "writes": _means(counted),
        "machine": report.machine(),
    }


def _run(found: Stage, trail: Trail, counted: list[dict[str, float]]) -> Run:
    """A rollout from its start to its durable abort, with traffic all the time."""
    with Traffic(doors=Doors(found.system)) as traffic:
        since = found.start()
        time.sleep(REFRESH + 1)
        counted.append(_counted(found, trail, since))
        time.sleep(DICE * random())
        before = len(traffic.seen)
        traffic.broken = True
        seen = _watch(found, since)
        # Whoever still comes to green now comes there by a router that reads no more.
        time.sleep(REFRESH + 2)
        durable = _durable(found)
        sightings = traffic.seen[before:]
    containers = found.look(since).containers
    run = score.scored(sightings, seen._replace(durable=durable), containers)
    print(_line(run), file=sys.stderr)
    return run


def _counted(found: Stage, trail: Trail, since: int) -> dict[str, float]:
    """Calls of a container in a minute, while all is well."""
    told = trail.calls(HEALTHY, writes.WRITE, writes.READ)
    calls: Counter[str] = writes.kinds(told[writes.WRITE])
    calls["reads"] = len(told[writes.READ])
    minutes = HEALTHY / 60 * max(1, found.look(since).containers)
    return {name: count / minutes for name, count in calls.items()}


def _watch(found: Stage, since: int) -> Found:
    """Look at the table until the mark is there."""
    told: dict[int, float] = {}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        look, now = found.look(since), time.time()
        told.setdefault(score.failed(look.totals), now)
        if found.is_marked():
            marked, state = time.time(), found.look(since).state
            judged = score.failed(state.counted) if state else 0
            return Found(told=told, judged=judged, marked=marked, durable=None)
        time.sleep(PAUSE)
    raise TookTooLong(f"no router put its mark in {PATIENCE:g} seconds")


def _durable(found: Stage) -> float | None:
    """When the controller, which comes each minute, wrote the abort down."""
    until = time.monotonic() + MINUTE
    while time.monotonic() < until:
        rollout = found.rollout()
        if rollout and rollout.phase == phases.ABORTED:
            return rollout.at
        time.sleep(1.0)
    found.tick()
    return None


def _means(counted: list[dict[str, float]]) -> dict[str, Any]:
    """Of all runs, by kind, and of all writes together."""
    names = {name for one in counted for name in one}
    means = {
        name: round(sum(one.get(name, 0.0) for one in counted) / len(counted), 1)
        for name in sorted(names)
    }
    total = sum(count for name, count in means.items() if name != "reads")
    return {
        "per_container_and_minute": means | {"writes": round(total, 1)},
        "of_1000_containers": _paper(1_000),
    }


def _paper(containers: int) -> dict[str, float]:
    """Units a minute, and dollars an hour, of containers that are never idle."""
    used = watching.minute(containers)
    dollars = round(watching.dollars(used), 2)
    return {**used._asdict(), "dollars_an_hour": dollars}


def _line(run: Run) -> str:
    parts = ", ".join(f"{name} {spent:.1f}" for name, spent in run.parts.items())
    return (
        f"{run.weight_zero:.1f} s, {run.failed_users} users "
        f"({run.users_judged} judged, {run.containers} routers, {run.rate:.0f}/s): "
        f"{parts}"
    )


def rows(figures: Figures) -> Rows:
    """A line for each run, the medians, and the alarm's."""
    names = score.PARTS
    head = ["", "seconds", "users", "to mark", "to durable", *names, "routers"]
    lines = [head]
    for number, run in enumerate(figures["runs"], 1):
        lines.append(_row(f"run {number}", run, run["weight_zero"], run["mark"]))
    medians = {**figures, "durable": figures["seconds_to_durable_abort"]}
    zero, mark = figures["seconds_to_weight_zero"], figures["seconds_to_mark"]
    lines.append(_row("median", medians, zero, mark))
    alarmed = figures["alarm"]
    for name, spent in alarmed["seconds"].items():
        users = f"{alarmed['failed_users'][name]:g}"
        blank = [""] * (len(head) - 3)
        lines.append([f"alarm, {name}", f"{spent:.0f}", users, *blank])
    return lines


def _row(name: str, run: Figures, zero: float, mark: float) -> list[str]:
    durable = "" if run["durable"] is None else f"{run['durable']:.0f}"
    parts = [f"{spent:.1f}" for spent in run["parts"].values()]
    users, containers = f"{run['failed_users']:g}", str(run.get("containers", ""))
    return [name, f"{zero:.1f}", users, f"{mark:.1f}", durable, *parts, containers]


if __name__ == "__main__":
    report.main(__doc__, measure, rows)

"""How often the judge is wrong, and how many users a fault costs before it is right.

2,000 simulated rollouts a cell, each shown to our judge (windows of ten seconds to a
minute) and to three others (each minute). Keys, for ours at the top, for others below
`peers`:
- `false_rollback`: the share of rollouts of a healthy canary that are rolled back,
- `detect`, by requests a minute and fault: medians of `minutes` and of `failed_users`
  (distinct users who failed on the canary) over the rollouts that were rolled back,
  `minutes_most` in nine of ten, and `caught`, the share that was;
- `proven`, ours alone: the share of the healthy ones that was, and median minutes.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from multiprocessing import Pool
from statistics import median
from typing import Any

from benchmarks.harness import report
from benchmarks.judging.peers import (
    FixedThreshold,
    MannWhitney,
    Minutes,
    PeekedZ,
    Watch,
)
from benchmarks.judging.scenarios import FAULTS, FAULTY, HEALTHY, RATES, Scenario
from flags.record import Record
from rollouts.simulation.play import Referee, settings_for, ticks

ROLLOUTS = 2000
# A cell is cut so that two processes end at about the same time.
PART = 250
OURS = "ours"
PEERS: Mapping[str, type[FixedThreshold | PeekedZ | MannWhitney]] = {
    "fixed_threshold": FixedThreshold,
    "peeked_z": PeekedZ,
    "mann_whitney": MannWhitney,
}


class Ending(Record):
    """Of one judge in one rollout; minutes are None for what never came."""

    minutes: float | None
    failed: int
    proven: float | None = None


Cell = Sequence[Mapping[str, Ending]]


def rollout(scenario: Scenario, dice: random.Random) -> dict[str, Ending]:
    """The same rollout before all judges, until all have rolled it back."""
    ours = Referee(settings_for(scenario.traffic))
    peers = {name: Watch(kind) for name, kind in PEERS.items()}
    minutes = Minutes()
    endings: dict[str, Ending] = {}
    failed = 0
    for tick in ticks(scenario.traffic, scenario.fault, scenario.steps, dice):
        failed += tick.canary.failed
        row = minutes.after(tick)
        fired = [name for name in peers if row and peers[name].worse(row)]
        if OURS not in endings and ours.look(tick):
            fired.append(OURS)
        for name in fired:
            peers.pop(name, None)
            ending = Ending(minutes=tick.minute, failed=failed, proven=ours.proven)
            endings[name] = ending
        if OURS in endings and not peers:
            break
    never = Ending(minutes=None, failed=failed, proven=ours.proven)
    return {name: endings.get(name, never) for name in (OURS, *PEERS)}


def part(task: tuple[str, Scenario, int, int]) -> list[dict[str, Ending]]:
    """Some rollouts of a cell; the same for the same name and seed."""
    name, scenario, seed, times = task
    dice = random.Random(zlib.crc32(f"{name} {seed}".encode()))
    return [rollout(scenario, dice) for _ in range(times)]


def measure(rollouts: int = ROLLOUTS) -> dict[str, Any]:
    """The figures; the same each time."""
    scenarios: dict[Any, Scenario] = {**HEALTHY, **FAULTY}
    size = min(PART, rollouts)
    tasks = [
        (str(name), scenario, seed, size)
        for name, scenario in scenarios.items()
        for seed in range(rollouts // size)
    ]
    with Pool() as pool:
        parts = pool.map(part, tasks, chunksize=1)
    cells: dict[str, list[Mapping[str, Ending]]] = {}
    for (name, *_), done in zip(tasks, parts, strict=True):
        cells.setdefault(name, []).extend(done)
    proven = {name: _proven([row[OURS] for row in cells[name]]) for name in HEALTHY}
    return {
        **report.machine(),
        "rollouts": rollouts // size * size,
        "alpha": 0.05,
        **_judged(cells, OURS),
        "proven": proven,
        "peers": {name: _judged(cells, name) for name in PEERS},
    }


def _judged(cells: Mapping[str, Cell], judge: str) -> dict[str, Any]:
    def endings(name: object) -> list[Ending]:
        return [row[judge] for row in cells[str(name)]]

    return {
        "false_rollback": {name: _share(endings(name)) for name in HEALTHY},
        "detect": {
            str(rate): {fault: _detected(endings((rate, fault))) for fault in FAULTS}
            for rate in RATES
        },
    }


def _share(endings: Sequence[Ending]) -> float:
    found = sum(ending.minutes is not None for ending in endings)
    return round(found / len(endings), 4)


def _detected(endings: Sequence[Ending]) -> dict[str, float | None]:
    minutes = sorted(e.minutes for e in endings if e.minutes is not None)
    failed = [ending.failed for ending in endings if ending.minutes is not None]
    return {
        "minutes": round(median(minutes), 2) if minutes else None,
        "minutes_most": round(minutes[len(minutes) * 9 // 10], 2) if minutes else None,
        "failed_users": median(failed) if failed else None,
        "caught": _share(endings),
    }


def _proven(endings: Sequence[Ending]) -> dict[str, float | None]:
    minutes = [ending.proven for ending in endings if ending.proven is not None]
    return {
        "share": round(len(minutes) / len(endings), 4),
        "minutes": round(median(minutes), 1) if minutes else None,
    }


def rows(figures: report.Figures) -> report.Rows:
    """Judges in columns."""
    judges = [figures, *figures["peers"].values()]
    found = [["", OURS, *figures["peers"]]]
    found += [
        [f"false rollback, {name} %"]
        + [f"{100 * judge['false_rollback'][name]:.1f}" for judge in judges]
        for name in HEALTHY
    ]
    found += [
        [f"{rate}/min {fault}: minutes, users, caught %"]
        + [_told(judge["detect"][str(rate)][fault]) for judge in judges]
        for rate in RATES
        for fault in FAULTS
    ]
    return found


def _told(cell: Mapping[str, Any]) -> str:
    if cell["minutes"] is None:
        return "never"
    caught = 100 * cell["caught"]
    return f"{cell['minutes']:.1f}, {cell['failed_users']:g}, {caught:.0f}"


if __name__ == "__main__":
    report.main(__doc__, measure, rows)

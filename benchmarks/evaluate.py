"""Microseconds per evaluation: our client, handwritten code, and the peers.

All hold the same 103 flags (`benchmarks/harness/workload.py`) and first have to give
the same answers. Contexts are made ahead, since one serves many flags; `request` is
one user met for the first time, with a new context and all three flags. Keys: `ours`
(a client bound to the user), `call` (our call that takes the user each time), `engine`
(our compiled rules without the client), `floor` (no library), `peers`,
`ours_over_floor`, `ours_over_fastest_peer`, and `flat`: our rules with larger segments
and with fewer and more flags. Medians of rounds, all engines interleaved in each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from benchmarks.harness import report, workload
from benchmarks.harness.report import Figures, Rows
from benchmarks.harness.rounds import timed
from benchmarks.harness.workload import User
from benchmarks.peers import PEERS, Engine, engine, ours

CROWD = 10_000
SHARES = range(2_800, 3_201)  # of the crowd, for a flag that is on for 30 %
SEGMENTS = (1_000, 10_000, 100_000)
FLAGS = (10, 1_000, 5_000)
RULES = ("rules_hit", "rules_miss")
COMPARED = ("on_off", "split", *RULES)

Cells = dict[str, Callable[[], Any]]


class WrongAnswers(Exception):
    """An engine that answers differently is not to be compared."""


class Sides(NamedTuple):
    """Users for the two ways through the rules."""

    members: Sequence[User]
    strangers: Sequence[User]

    def mixed(self) -> list[User]:
        """One of each in turn."""
        return [user for pair in zip(*self, strict=True) for user in pair]


def check(name: str, one: Engine) -> None:
    """Raise `WrongAnswers` unless an engine answers as all must."""
    members = one.contexts(workload.members())
    crowd = one.contexts(workload.crowd(CROWD))
    found = {
        "on_off": all(one.on_off(members)),
        "rules_hit": all(one.rules(members)),
        "rules_miss": not any(one.rules(one.contexts(workload.strangers()))),
        "split": sum(one.split(crowd)) in SHARES,
        "same again": one.split(crowd) == one.split(crowd),
    }
    if wrong := [what for what, right in found.items() if not right]:
        raise WrongAnswers(f"{name} answers otherwise: {', '.join(wrong)}")


def cells(one: Engine, sides: Sides) -> Cells:
    """What to time of an engine."""
    members, strangers = map(one.contexts, sides)
    mixed = one.contexts(sides.mixed())
    return {
        "on_off": partial(one.on_off, mixed),
        "split": partial(one.split, mixed),
        "rules_hit": partial(one.rules, members),
        "rules_miss": partial(one.rules, strangers),
        "request": partial(request, one, sides.mixed()),
    }


def request(one: Engine, users: Sequence[User]) -> None:
    """Each user's context and all three flags."""
    for user in users:
        contexts = one.contexts([user])
        one.on_off(contexts)
        one.split(contexts)
        one.rules(contexts)


def flat() -> Mapping[str, Engine]:
    """Our engine with other numbers of ids and of flags."""
    sized = {f"segment {size}": ours.Engine(segment=size) for size in SEGMENTS}
    return sized | {f"flags {count}": ours.Engine(others=count) for count in FLAGS}


def measure() -> Figures:
    """All figures."""
    peers = {name: engine(name) for name in PEERS}
    own = ours.Engine()
    sides = Sides(workload.members(), workload.strangers())
    engines = {"ours": own, "floor": engine("floor"), **peers}
    engines |= {"call": ours.Call(own), "engine": ours.Plan(own)}
    for name, one in engines.items():
        check(name, one)
    timing = {
        (name, what): cell
        for name, one in engines.items()
        for what, cell in cells(one, sides).items()
    }
    timing |= {
        (name, what): cell
        for name, one in flat().items()
        for what, cell in cells(one, sides).items()
        if what in RULES
    }
    seconds = timed(timing)
    for one in engines.values():
        one.close()
    return arranged(
        {
            key: micros(taken, len(sides.mixed() if key[1] not in RULES else sides[0]))
            for key, taken in seconds.items()
        }
    )


def micros(seconds: float, calls: int) -> float:
    """Microseconds per call."""
    return round(seconds * 1e6 / calls, 3)


def arranged(found: dict[tuple[str, str], float]) -> Figures:
    """The figures by their keys in the report."""
    by_name: dict[str, dict[str, float]] = {}
    for (name, what), figure in found.items():
        by_name.setdefault(name, {})[what] = figure
    own, floor = by_name["ours"], by_name["floor"]
    peers = {name: by_name[name] for name in PEERS}
    compared = {key: own[key] for key in COMPARED}
    return {
        "ours": own,
        "call": by_name["call"],
        "engine": by_name["engine"],
        "floor": floor,
        "peers": peers,
        "ours_over_floor": report.over(compared, floor),
        "ours_over_fastest_peer": report.over(compared, report.fastest(peers)),
        "flat": {
            kind: {
                name.split()[1]: by_name[name]
                for name in by_name
                if name.startswith(f"{kind} ")
            }
            for kind in ("segment", "flags")
        },
        "machine": report.machine(),
    }


def rows(figures: Figures) -> Rows:
    """A line for each engine."""
    names = (*COMPARED, "request")
    lines = {key: figures[key] for key in ("floor", "ours", "call", "engine")}
    lines |= figures["peers"]
    lines |= {"ours / floor": figures["ours_over_floor"]}
    lines |= {"ours / fastest peer": figures["ours_over_fastest_peer"]}
    for kind, sizes in figures["flat"].items():
        lines |= {f"ours, {kind} {size}": line for size, line in sizes.items()}
    found = [
        [name, *(f"{line[key]:.2f}" if key in line else "" for key in names)]
        for name, line in lines.items()
    ]
    return [["µs", *names], *found]


if __name__ == "__main__":
    report.main(__doc__, measure, rows)

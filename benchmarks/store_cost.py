"""Read units and calls per million requests: our store beside LaunchDarkly's.

The real clients read tables as the real writers leave them, from an endpoint on
loopback that counts, under a simulated clock. The model: 1,000 requests a second in
all, spread over the containers; a request evaluates the same 20 flags (or all, if
there are fewer); a container lives for an hour, and within an hour one flag changes.
What a container reads at its start, in quiet times, and after a change is counted;
the sum over containers and time is arithmetic. Keys: `ours` and `launchdarkly` by
containers and flags, each with `units` and `calls`, where both may be as old as
LaunchDarkly's default (15 s), and `ratio` of the units; `at_5_seconds` (our default)
and `at_defaults` (ours 5 s, theirs 15 s) have the same.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

from ldclient import Context, LDClient
from ldclient.config import Config
from ldclient.feature_store import CacheConfig
from ldclient.integrations import DynamoDB

from benchmarks.harness import captured, report
from benchmarks.harness.costs import RATE, Cost, Watched, compared, scaled
from benchmarks.harness.endpoint import Item, Tables, served
from benchmarks.harness.report import Figures, Rows
from benchmarks.peers import launchdarkly
from flags import Flags
from flags.aws.client import AwsClient
from flags.codec import decode
from flags.reader import TableReader
from flags.snapshot import Snapshot

CONTAINERS = (10, 100, 1_000)
FLAGS = (10, 20, 100, 1_000)
EVALUATED = 20  # flags a request
REFRESHES = 20  # that are watched
PATIENCE = 100.0
# A container that is busier than this is asked no more often: what lies between two
# refreshes reads nothing.
LEAST_PAUSE = 0.25
OURS, THEIRS = 5.0, 15.0  # how old rules may be, by default

Ask = Callable[[str], Any]


class Clock:
    """The time, as the benchmark has it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        """Seconds since the epoch."""
        return self.now


class Table(NamedTuple):
    """A table before and after a change of one flag."""

    before: list[Item]
    after: list[Item]


def flag(share: int) -> dict[str, Any]:
    """A flag of the usual size: a rule and a split."""
    rule = {"when": {"attribute": "country", "in": ["BE", "LU", "NL"]}, "serve": "on"}
    return {
        "variants": {"on": True, "off": False},
        "off": "off",
        "rules": [rule],
        "serve": {"on": share, "off": 100 - share},
    }


def our_table(count: int) -> Table:
    """Ours with so many flags."""
    flags = {f"flag-{index}": flag(10) for index in range(count)}
    return Table(*captured.our_table(flags, {"flag-0": flag(20)}))


def their_table(count: int) -> Table:
    """LaunchDarkly's. Its change moves no item that readers would not read anyway."""
    flags = {f"flag-{index}": _their_flag(f"flag-{index}") for index in range(count)}
    items = captured.their_table(flags)
    return Table(items, items)


def _their_flag(name: str) -> dict[str, Any]:
    weights = [{"variation": 0, "weight": 10_000}, {"variation": 1, "weight": 90_000}]
    clause = {"attribute": "country", "op": "in", "values": ["BE", "LU", "NL"]}
    return {
        **launchdarkly.flag(name),
        "rules": [{"id": "low-countries", "variation": 0, "clauses": [clause]}],
        "fallthrough": {"rollout": {"variations": weights}},
    }


@contextmanager
def our_client(clock: Clock, seconds: float) -> Iterator[Ask]:
    """Our client under this clock."""
    reader = TableReader(AwsClient.from_environ("dynamodb", os.environ), captured.OURS)
    dice = random.Random(1)
    snapshot = Snapshot(
        reader, decode, now=clock.time, random=dice.random, refresh=seconds
    )
    flags = Flags(snapshot, now=clock.time)
    yield lambda name: flags.boolean(name, default=False, key="user", country="US")
    if snapshot.problem:
        raise RuntimeError(snapshot.problem)


@contextmanager
def their_client(clock: Clock, seconds: float) -> Iterator[Ask]:
    """LaunchDarkly's client in daemon mode, its cache under this clock."""
    with patch("expiringdict.time", SimpleNamespace(time=clock.time)):
        store = DynamoDB.new_feature_store(
            captured.LAUNCHDARKLY, caching=CacheConfig(expiration=seconds)
        )
        config = Config("none", feature_store=store, use_ldd=True, send_events=False)
        client = LDClient(config)
        user = Context.builder("user").set("country", "US").build()
        yield lambda name: client.variation(name, user, default=False)
        client.close()


Client = Callable[[Clock, float], Any]


def watch(name: str, client: Client, table: Table, count: int, load: Load) -> Watched:
    """What a container reads under this load."""
    tables, clock = Tables(items={name: table.before}), Clock()
    names = [f"flag-{index}" for index in range(min(count, EVALUATED))]
    with (
        served(tables) as url,
        patch.dict(os.environ, environ(url)),
        client(clock, load.seconds) as ask,
    ):
        life = Life(tables, clock, lambda: [ask(name) for name in names])
        start = life.until_read(load.pause)
        begin = clock.now
        quiet = [life.until_read(load.pause) for _ in range(REFRESHES)]
        seconds = clock.now - begin
        tables.items[name] = table.after
        moved = life.until_read(load.pause)
    if tables.refused:
        raise RuntimeError(tables.refused[0])
    total = quiet[0].plus(*quiet[1:])
    change = moved.plus(total.times(-1 / REFRESHES))
    return Watched(start, total.times(1 / seconds), change)


class Load(NamedTuple):
    """How a container is used: seconds between requests, and how old rules may be."""

    pause: float
    seconds: float


def environ(url: str) -> dict[str, str]:
    """What leads clients to the endpoint."""
    return {**captured.ENVIRON, "AWS_ENDPOINT_URL_DYNAMODB": url}


class Life(NamedTuple):
    """A container that is asked again and again."""

    tables: Tables
    clock: Clock
    request: Callable[[], Any]

    def until_read(self, pause: float) -> Cost:
        """Serve requests until one of them reads; what it read."""
        calls, units = self.tables.calls, self.tables.units
        for _ in range(round(PATIENCE / pause)):
            self.clock.now += pause
            self.request()
            if self.tables.calls > calls:
                return Cost(self.tables.units - units, self.tables.calls - calls)
        raise RuntimeError(f"nothing was read in {PATIENCE} seconds")


def measure() -> Figures:
    """All figures."""
    found: dict[tuple[str, float], dict[str, dict[str, Cost]]] = {}
    for count in FLAGS:
        sides = {
            "ours": (captured.OURS, our_client, our_table(count)),
            "launchdarkly": (captured.LAUNCHDARKLY, their_client, their_table(count)),
        }
        for side, (name, client, table) in sides.items():
            watched = cache(partial(watch, name, client, table, count))
            for seconds in (OURS, THEIRS):
                for containers in CONTAINERS:
                    pause = max(containers / RATE, LEAST_PAUSE)
                    by_containers = found.setdefault((side, seconds), {})
                    by_flags = by_containers.setdefault(str(containers), {})
                    by_flags[str(count)] = scaled(
                        watched(Load(pause, seconds)), containers
                    )
    ours = {seconds: found["ours", seconds] for seconds in (OURS, THEIRS)}
    theirs = {seconds: found["launchdarkly", seconds] for seconds in (OURS, THEIRS)}
    return {
        **compared(ours[THEIRS], theirs[THEIRS]),
        "at_5_seconds": compared(ours[OURS], theirs[OURS]),
        "at_defaults": compared(ours[OURS], theirs[THEIRS]),
        "machine": report.machine(),
    }


def rows(figures: Figures) -> Rows:
    """A line for each number of containers and of flags."""
    parts = {
        "both 15 s": figures,
        "both 5 s": figures["at_5_seconds"],
        "defaults": figures["at_defaults"],
    }
    lines = [["containers", "flags", "ours", "theirs", *parts]]
    for containers, costs in figures["ours"].items():
        for count, cost in costs.items():
            theirs = figures["launchdarkly"][containers][count]["units"]
            ratios = [f"{p['ratio'][containers][count]:.3f}" for p in parts.values()]
            line = [containers, count, f"{cost['units']:,}", f"{theirs:,}", *ratios]
            lines.append(line)
    return lines


if __name__ == "__main__":
    report.main(__doc__, measure, rows)

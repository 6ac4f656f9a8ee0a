"""Evidence is counted exactly, whatever gets lost, comes twice or in another order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flags.aws.errors import AwsCallError
from flags.bucketing import BUCKETS
from flags.model import Flag, Release, Split
from rollouts.evidence import counting, layout
from rollouts.evidence.table import Evidence
from rollouts.judge import Count
from router.sentinel.evidence import Budget
from router.sentinel.watch import Watch
from router.sentinel.witness import Seen
from tests.contracts.store_contract import TABLE, table
from tests.unit.router.sentinel import wires
from tests.unit.router.sentinel.wires import AFTER, BEFORE, WELL, Wire

pytestmark = pytest.mark.property

NOW = 1_900_000_000.0
FLAG = Flag(
    name="shop",
    version=7,
    enabled=True,
    variants={"blue": "blue", "green": "green"},
    off="blue",
    salt="salt",
    targets={},
    rules=(),
    serve=Split(ends=(50_000, BUCKETS), variants=("green", "blue")),
    release=Release(
        services=("checkout",), stable="blue", canary="green", since=5, watch={}
    ),
)
CONTAINERS = ("one", "two", "three")
# The last of them sometimes fail; the first third never, the second always.
HEALTHY, BROKEN = range(6), range(6, 12)
USERS = range(18)

Step = tuple[str, int, bool, str]
SEEN = st.tuples(
    st.sampled_from(CONTAINERS),
    st.sampled_from(USERS),
    st.booleans(),
    st.just("seen"),
)
REPORT = st.tuples(
    st.sampled_from(CONTAINERS), st.just(0), st.booleans(), st.just("report")
)
STEPS = st.lists(SEEN | SEEN | SEEN | REPORT, max_size=60)
FATES = st.lists(st.sampled_from([WELL, WELL, BEFORE, AFTER]), max_size=40)


def colour(user: int) -> str:
    """On which version a user is."""
    return "canary" if user % 2 else "stable"


@dataclass(slots=True)
class World:
    """Containers over one table, and what really happened."""

    client: Any
    fates: Iterator[str]
    watches: dict[str, Watch] = field(default_factory=dict)
    seen: dict[str, set[int]] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name in CONTAINERS:
            self.watches[name] = Watch(FLAG, 5, name, NOW)
            self.seen[name] = set()

    def meet(self, name: str, user: int, *, fails: bool) -> None:
        """A user comes by."""
        failed = user in BROKEN or (fails and user not in HEALTHY)
        self.seen[name].add(user)
        if failed:
            self.failed.add(user)
        one = Seen(
            user=user,
            colour=colour(user),
            stratum="warm",
            failed={"errors": failed},
            drawn=True,
        )
        self.watches[name].tell(FLAG, [one], [])

    def report(self, name: str, *, well: bool = False) -> None:
        """A container tells the table; calls may be lost."""

        def fate(_operation: str, _question: Any) -> str:
            return WELL if well else next(self.fates, WELL)

        wire = Wire(self.client, fate=fate)
        budget = Budget(lambda: 0.0, 1.0)
        with suppress(AwsCallError):
            self.watches[name].report(wires.table(wire), FLAG, NOW, budget)

    def totals(self) -> Count:
        """What stands in the table in the end."""
        for _ in range(3):
            for name in CONTAINERS:
                self.report(name, well=True)
        found = Evidence(self.client, TABLE).look("shop", 5).totals
        return found.counts.get("errors", {}).get("warm", Count())


@contextmanager
def world(fates: list[str]) -> Iterator[World]:
    """An empty table."""
    with table() as client:
        yield World(client, iter(fates))


def of(colour_: str, users: set[int]) -> int:
    """How many of them are on a version."""
    return sum(1 for user in users if colour(user) == colour_)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, FATES)
def test_totals_are_those_of_a_sequential_count(
    steps: list[Step], fates: list[str]
) -> None:
    """Each user fails once; each container tells of each of its subjects once."""
    with world(fates) as made:
        for name, user, fails, kind in steps:
            if kind == "seen":
                made.meet(name, user, fails=fails)
            else:
                made.report(name)
        count = made.totals()
        share = Evidence(made.client, TABLE).look("shop", 5).share

    assert count.canary_failed == of("canary", made.failed)
    assert count.stable_failed == of("stable", made.failed)
    assert count.canary_failed <= count.canary
    assert count.stable_failed <= count.stable
    met = set().union(*made.seen.values())
    drawn = (share.canary, share.stable) if share else (0, 0)
    assert drawn == (of("canary", met), of("stable", met))
    if not met - set(HEALTHY) - set(BROKEN):
        # Those who sometimes fail may be subjects twice, on both versions alike.
        healthy = [users & set(HEALTHY) for users in made.seen.values()]
        broken = met & set(BROKEN)
        for name in ("canary", "stable"):
            expected = sum(of(name, users) for users in healthy) + of(name, broken)
            assert getattr(count, name) == expected


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(CONTAINERS), st.integers(1, 9), st.booleans()),
        max_size=12,
    )
)
def test_every_state_of_a_shard_is_a_possible_tally(
    flushes: list[tuple[str, int, bool]],
) -> None:
    """Retries in any order between others' flushes add each flush once."""
    expected = 0
    with table() as client:
        wire = Wire(client)
        sink = wires.table(wire)
        for stamp, (name, count, again) in enumerate(flushes):
            change = layout.adding(
                layout.totals_key("shop", 5, 0),
                name,
                stamp + 1,
                {counting.subject("errors", "warm", "canary"): count},
                expires_at=1,
            )
            assert sink.change(change, 1.0) is not None
            expected += count
            if again:
                assert sink.change(change, 1.0) is None
        look = Evidence(client, TABLE).look("shop", 5)

    found = look.totals.counts.get("errors", {}).get("warm", Count())
    assert found.canary == expected
    assert look.containers == len({name for name, _, _ in flushes})

"""When a sentinel looks, and which window it closes."""

from __future__ import annotations

import pytest

from rollouts.evidence import layout
from rollouts.judge import Settings, settings_from
from tests.contracts.store_contract import TABLE
from tests.unit.router.sentinel.crowds import REPORT, counts, crowd, settle
from tests.unit.router.sentinel.site import Site


@pytest.mark.parametrize(("age", "least", "most"), [(0, 0, 1), (600, 5, 10)])
def test_many_containers_look_seldom(
    site: Site, age: float, least: int, most: int
) -> None:
    """Twenty of all in a report's time, by dice that nobody's failures load.

    Containers that have gone leave nobody the less to look.
    """
    site.start()
    rare = site.container("rare", dice=0.5)
    number = layout.shard("rare")
    peers = [f"{n:08}" for n in range(3000) if layout.shard(f"{n:08}") == number][:60]
    stamp = str(int((site.clock.now - age) * 1_000))
    site.client.put_item(
        TableName=TABLE,
        Item={
            **{
                k: {"S": v}
                for k, v in layout.totals_key("shop", site.since, number).items()
            },
            **{f"f#{p}": {"N": stamp} for p in peers},
        },
    )
    rare.broken = {"green"}
    for user in crowd(10):
        rare.ask(user, 3.1)
    looks = [pk for op, pk in rare.wire.asked if op == "BatchGetItem"]

    # The first is before it knows of the others.
    assert least <= looks.count("16 keys") <= most


def test_a_window_is_a_minute_old_at_most(site: Site) -> None:
    """Few users are judged in the end, also if the judge's clock was ahead."""
    site.start()
    container = site.container()
    for user in crowd(3):
        container.ask(user, 0.1)
    settle(container)
    site.clock.now += 60
    settle(container)
    look = site.evidence.look("shop", site.since)
    assert look.state is not None
    assert look.state.counted.counts["errors"] == look.totals.counts["errors"]

    ahead = site.clock.now + 7_200
    settings = settings_from({"measures": [["errors"], ["slow:800"]]})
    site.evidence.judge("shop", site.since, settings, now=ahead, overdue=True)
    container.ask("late", 0.1)
    settle(container)
    after = site.evidence.look("shop", site.since)
    assert after.judged_at is not None
    assert after.judged_at < ahead
    assert after.state is not None
    assert after.state.counted.counts["errors"] == after.totals.counts["errors"]


def test_a_window_ends_without_a_look(site: Site) -> None:
    """Who never looks counts a user again after a minute, too."""
    site.start()
    container = site.container(dice=99.0)
    container.ask("user", 3.1)
    container.sentinel.meanwhile()
    site.clock.now += 61
    container.sentinel.meanwhile()
    container.ask("user", 3.1)
    container.sentinel.meanwhile()

    assert {op for op, _ in container.wire.asked} == {"UpdateItem"}
    (count,) = counts(site).values()
    assert count.canary + count.stable == 2


def test_a_window_that_others_closed_is_noticed(site: Site) -> None:
    """Whoever comes by after it is a subject of the next one."""
    site.start()
    container = site.container()
    container.ask("user", 3.1)
    container.sentinel.meanwhile()
    now, since = site.clock.now, site.since
    site.evidence.judge("shop", since, Settings(), now=now, overdue=True)
    site.clock.now += REPORT + 0.1
    container.sentinel.meanwhile()
    container.ask("user", REPORT + 0.1)
    container.sentinel.meanwhile()

    (count,) = counts(site).values()
    assert count.canary + count.stable == 2


def test_nobody_judges_what_was_judged_a_moment_ago(site: Site) -> None:
    """One item is read then, and not the sixteen of the counts."""
    site.start()
    container, since = site.container(), site.since
    container.ask("user", REPORT + 0.1)
    now = site.clock.now - 1
    site.evidence.judge("shop", since, Settings(), now=now, overdue=True)
    container.sentinel.meanwhile()

    looks = [pk for op, pk in container.wire.asked if op == "BatchGetItem"]
    assert looks == ["1 keys"]


def test_settings_are_those_of_the_plan(site: Site) -> None:
    """The first look begins with what the rules say."""
    site.start(guards={"errors": {"alpha": 0.01}})
    container = site.container()
    for user in crowd(5):
        container.ask(user, 1.0)
    settle(container)

    state = site.evidence.look("shop", site.since).state
    assert state is not None
    assert state.settings == Settings(alpha=0.01)

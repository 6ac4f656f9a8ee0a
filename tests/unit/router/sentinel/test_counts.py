"""What sentinels count, and how little they write."""

from __future__ import annotations

import pytest

from rollouts.evidence.counting import duration
from rollouts.judge import Count
from rollouts.judge.share import suspect
from router.sentinel import ledger, watch
from tests.contracts.store_contract import scan
from tests.unit.router.sentinel.crowds import counts, crowd, settle
from tests.unit.router.sentinel.site import Site


def test_users_are_counted_once_in_a_window(site: Site) -> None:
    """However often they come, on the version that the split gave them."""
    site.start()
    container = site.container()
    colours = [container.ask(user, 0.01) for user in crowd(30) * 3]
    settle(container)

    canary = len({u for u, c in zip(crowd(30), colours, strict=False) if c == "green"})
    assert counts(site) == {"warm": Count(canary=canary, stable=30 - canary)}
    assert 5 < canary < 25


def test_a_broken_user_is_one_failure(site: Site) -> None:
    """Who tries again, here or in another container, is no new evidence."""
    site.start()
    one, two = site.container("one"), site.container("two")
    one.broken = two.broken = {"blue", "green"}
    for container in (one, two, one):
        for user in crowd(8):
            container.ask(user, 0.01)
        settle(container)

    (count,) = counts(site).values()
    assert count.canary == count.canary_failed
    assert count.stable == count.stable_failed
    assert count.canary + count.stable == 8


def test_writes_are_bounded(site: Site) -> None:
    """At most one report in three seconds, with at most so many claims."""
    site.start()
    container = site.container()
    container.broken = {"blue", "green"}
    began = site.clock.now
    index = 0
    while site.clock.now < began + 10:
        container.ask(f"user-{index}", 0.06)
        index += 1

    claims = [pk for op, pk in container.wire.asked if "#claim#" in pk]
    flushes = [
        pk
        for op, pk in container.wire.asked
        if op == "UpdateItem" and "#claim#" not in pk
    ]
    assert 35 < len(claims) <= 4 * (25 + 10)
    assert 2 < len(flushes) <= 4 * 2


def test_newcomers_are_shared_out_as_asked(site: Site) -> None:
    """Each user is one draw, whichever container sees them first."""
    site.start(weight=30)
    one, two = site.container("one"), site.container("two")
    for user in crowd(25):
        one.ask(user, 0.05)
        two.ask(user, 0.05)
    settle(one)
    settle(two)

    share = site.evidence.look("shop", site.since).share
    assert share is not None
    assert share.canary + share.stable == 25
    assert not suspect(share)


def test_a_crowd_of_newcomers_keeps_nobody_from_being_judged(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far more than can be claimed: the rest are subjects all the same."""
    monkeypatch.setattr(ledger, "MOST", 300)
    site.start(weight=30)
    container = site.container()
    people = crowd(1_200)
    for user in people:
        container.ask(user, 0.02)
    settle(container)

    (count,) = counts(site).values()
    assert count.canary + count.stable == len(people)
    share = site.evidence.look("shop", site.since).share
    assert share is not None
    assert ledger.MOST_WAITING <= share.canary + share.stable < len(people)
    assert not suspect(share)


def test_latency_is_told_by_colour(site: Site) -> None:
    """How long targets took is counted in steps; of the judge it is no business."""
    site.start()
    container = site.container()
    for user in crowd(20):
        container.ask(user, 0.1)
    settle(container)

    latency = site.evidence.look("shop", site.since).latency
    assert sum(one.calls for one in latency.values()) == 20
    assert duration("canary", 0.0) == "l#canary#0"


def test_items_hold_no_identity(site: Site) -> None:
    """What stands in the table are counts and numbers, and all of it expires."""
    site.start()
    container = site.container()
    container.broken = {"blue", "green"}
    for user in crowd(5):
        container.ask(user, 1.0)
    settle(container)

    items = [it for it in scan(site.client) if it["pk"]["S"].startswith("evidence#")]
    assert len(items) >= 5
    assert "user-0" not in repr(items)
    assert all(int(it["expires_at"]["N"]) > site.clock.now for it in items)


def test_a_status_of_500_is_a_failure(site: Site) -> None:
    """The invocation itself went well."""
    site.start()
    container = site.container()
    container.refused = {"green"}
    for user in crowd(6):
        container.ask(user, 0.1)
    settle(container)

    (count,) = counts(site).values()
    assert count.canary_failed == count.canary > 0
    assert count.stable_failed == 0


def test_enough_newcomers_are_enough(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody claims any more at this weight; failures are claimed as ever."""
    monkeypatch.setattr(watch, "ENOUGH_NEWCOMERS", 10)
    site.start()
    container = site.container()
    for user in crowd(20):
        container.ask(user, 1.0)
    settle(container)
    container.wire.since()
    container.broken = {"blue", "green"}
    for user in crowd(5, start=100):
        container.ask(user, 1.0)
    settle(container)
    claims = [pk.split("#")[4] for _, pk in container.wire.since() if "#claim#" in pk]

    assert claims == ["errors"] * 5
    share = site.evidence.look("shop", site.since).share
    assert share is not None
    assert 10 <= share.canary + share.stable <= 20

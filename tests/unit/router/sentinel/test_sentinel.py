"""Sentinels at work: what they write, when, and how they end a rollout."""

from __future__ import annotations

from typing import Any

import pytest

from flags.aborts import mark
from rollouts.evidence import layout
from rollouts.evidence.counting import duration
from rollouts.judge import Count, Settings, settings_from, verdict
from rollouts.judge.share import suspect
from router.passage import Leg
from router.sentinel import ledger, watch
from tests.contracts.store_contract import TABLE, scan
from tests.unit.router.passages import choice, passage
from tests.unit.router.sentinel.site import Container, Site
from tests.unit.router.sentinel.wires import AFTER, BEFORE, WELL

REPORT = 3.0


def settle(container: Container) -> None:
    """Let the container tell all that it has seen so far, and judge it."""
    for _ in range(8):
        before = len(container.wire.asked)
        container.clock.now += REPORT + 0.1
        container.sentinel.meanwhile()
        asked = {operation for operation, _ in container.wire.asked[before:]}
        if asked and "UpdateItem" not in asked:
            return  # it has looked, and there was nothing to tell


def counts(site: Site) -> dict[str, Any]:
    """Errors by stratum, as in the table."""
    return dict(site.evidence.look("shop", site.since).totals.counts.get("errors", {}))


def totals(question: Any) -> bool:
    """Whether counts are added."""
    return bool(question.get("Key", {}).get("sk") == {"S": "totals"})


def crowd(number: int, start: int = 0) -> list[str]:
    """Users."""
    return [f"user-{index:04}" for index in range(start, start + number)]


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


def test_a_broken_canary_is_marked_and_healed(site: Site) -> None:
    """One mark, a line that says why, and the next request is stable."""
    site.start()
    container = site.container()
    container.broken = {"green"}
    since, asked = site.since, 0
    while not container.lines and asked < 200:
        container.ask(f"user-{asked}", 0.4)
        asked += 1

    item = site.client.get_item(
        TableName=TABLE, Key={"pk": {"S": "snapshot"}, "sk": {"S": "version"}}
    )["Item"]
    assert item["aborted"] == {"SS": [mark("shop", since)]}
    (line,) = container.lines
    assert (line["message"], line["release"]) == ("rollout aborted", "shop")
    assert line["generation"] == since
    assert "canary" in line["problem"]
    later = [container.ask(user, 0.1) for user in crowd(20)]
    assert set(later) == {"blue"}
    assert asked < 60


def test_a_second_sentinel_marks_nothing_twice(site: Site) -> None:
    """It reads what the first one found, says nothing, and heals too."""
    site.start()
    one, two = site.container("one"), site.container("two")
    two.ask("user", 0.1)
    one.broken = two.broken = {"green"}
    for user in crowd(60):
        one.ask(user, 0.4)
    two.reads.fate = lambda *_: BEFORE  # it has not heard of it
    two.ask("user-1", 0.1)
    two.reads.fate = lambda *_: WELL
    settle(two)

    assert len(one.lines) == 1
    assert two.lines == []
    assert two.ask("user-1") == "blue"


def test_a_table_without_rules_is_not_marked(site: Site) -> None:
    """Where the snapshot is gone there is nothing to abort, and no item is made."""
    site.start()
    container, since = site.container(), site.since
    container.ask("user", 0.1)
    key = {"pk": {"S": "snapshot"}, "sk": {"S": "version"}}
    site.client.delete_item(TableName=TABLE, Key=key)
    container.broken = {"green"}
    for user in crowd(60):
        container.ask(user, 0.4)

    state = site.evidence.look("shop", since).state
    assert state is not None
    assert verdict(state).kind == "REGRESSED"
    assert "Item" not in site.client.get_item(TableName=TABLE, Key=key)


def test_whoever_reads_that_it_regressed_marks(site: Site) -> None:
    """The container that found it out may have ended before it could say so."""
    site.start()
    one, two = site.container("one"), site.container("two")
    two.ask("user", REPORT + 0.1)
    one.broken = {"green"}
    one.wire.fate = lambda _, q: BEFORE if "snapshot" in str(q.get("Key")) else WELL
    for user in crowd(60):
        if ("UpdateItem", "snapshot") not in one.wire.asked:
            one.ask(user, 0.4)
    two.sentinel.meanwhile()

    assert [line["message"] for line in two.lines] == ["rollout aborted"]


def test_who_was_slower_ends_nothing(site: Site) -> None:
    """A state that could not be written is nobody's word: there is another one."""
    site.start()
    container = site.container()
    for user in crowd(3):
        container.ask(user, 0.1)
    settle(container)
    site.clock.now += 60
    settle(container)
    key = {k: {"S": v} for k, v in layout.judge_key("shop", site.since).items()}

    def overtaken(operation: str, question: Any) -> str:
        if operation == "UpdateItem" and question["Key"] == key:
            site.client.update_item(
                TableName=TABLE,
                Key=key,
                UpdateExpression="ADD revision :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )
        return WELL

    container.wire.fate = overtaken
    container.broken = {"green"}
    for user in crowd(60, start=10):
        container.ask(user, 0.4)
    assert container.lines == []
    container.wire.fate = lambda *_: WELL
    settle(container)

    assert [line["message"] for line in container.lines] == ["rollout aborted"]


def test_both_versions_failing_is_an_incident(site: Site) -> None:
    """Nobody is rolled back for what stable does as well."""
    site.start()
    container = site.container()
    container.broken = {"blue", "green"}
    for user in crowd(60):
        container.ask(user, 0.1)
    settle(container)

    assert container.lines == []
    look = site.evidence.look("shop", site.since)
    assert look.state is not None
    assert verdict(look.state).kind != "REGRESSED"


def test_nothing_is_written_without_a_watched_rollout(site: Site) -> None:
    """Neither before a rollout, nor under a weight that a person gave, nor after."""
    container = site.container()
    for user in crowd(10):
        container.ask(user, 1.0)
    settle(container)
    assert container.wire.asked == []

    site.write({"shop": {**site.body(), "weight": 50}})
    for user in crowd(10):
        container.ask(user, 1.0)
    settle(container)
    assert container.wire.asked == []


def test_what_was_not_told_of_an_ended_rollout_is_dropped(site: Site) -> None:
    """The evidence of a rollout that is over interests nobody."""
    site.start()
    container = site.container()
    container.ask("user", 0.1)
    container.wire.since()
    site.abort()
    container.ask("user", 5.0)
    container.ask("user", 5.0)
    settle(container)

    assert container.wire.asked == []


def test_the_rollout_before_is_not_reported_on(site: Site) -> None:
    """Once the next one is live, what was not told of the last interests nobody."""
    site.start()
    container = site.container()
    container.ask("user", 0.1)
    container.wire.since()
    site.abort()
    site.start()
    for user in crowd(5):
        container.ask(user, 4.0)
    settle(container)
    written = [pk for op, pk in container.wire.asked if op == "UpdateItem"]

    assert {pk.split("#")[2] for pk in written} == {str(site.since)}


def test_two_rollouts_are_reported_in_turn(site: Site) -> None:
    """No release keeps another one from being counted and judged."""
    site.start()
    site.write({"cart": {**site.body(), "release": {"services": ["shop-cart"]}}})
    container = site.container()
    held = container.snapshot.current()
    assert held
    releases = {name: held.rules.flags.flags[name] for name in ("shop", "cart")}
    for name, flag in releases.items():
        drawn = choice("green", subject=1, release=name, generation=flag.version)
        leg = Leg(alias="green", choices=(drawn,), seconds=0.1)
        container.sentinel.witness(flag, {}).saw(passage(leg))
    for _ in range(2):
        container.clock.now += REPORT + 0.1
        container.sentinel.meanwhile()

    for name, flag in releases.items():
        assert flag.release
        found = site.evidence.look(name, flag.release.since or 0).totals
        assert found.counts["errors"]["warm"].canary == 1


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


@pytest.mark.parametrize("fate", [BEFORE, "ThrottlingException"])
def test_a_table_that_fails_is_left_alone_for_a_while(site: Site, fate: str) -> None:
    """Breaks grow up to a minute, requests go on, and nothing is lost."""
    site.start()
    container = site.container()
    container.ask("user", 0.1)
    container.wire.fate = lambda *_: fate
    for _ in range(60):
        assert container.ask("user", 10.0) in {"blue", "green"}
    tries = len(container.wire.since())
    container.wire.fate = lambda *_: WELL
    site.clock.now += 60
    settle(container)

    assert tries < 30
    (count,) = counts(site).values()
    assert count.canary + count.stable >= 1


def test_breaks_begin_anew_once_the_table_answers(site: Site) -> None:
    """An outage of yesterday makes no long break of a call that is lost today."""
    site.start()
    container = site.container()
    container.wire.fate = lambda *_: BEFORE
    for user in crowd(60):
        container.ask(user, 10.0)
    container.wire.fate = lambda *_: WELL
    site.clock.now += 60
    settle(container)
    container.wire.fate = lambda *_: BEFORE
    site.clock.now += REPORT + 0.1
    container.sentinel.meanwhile()
    container.wire.since()
    site.clock.now += REPORT + 0.1
    container.sentinel.meanwhile()

    assert container.wire.since() != []


def test_who_may_not_write_says_so_once(site: Site) -> None:
    """A router without the permission routes as ever, and asks about once a minute."""
    site.start()
    container = site.container()
    container.wire.fate = lambda *_: "AccessDeniedException"
    for user in crowd(30):
        container.ask(user, 4.0)

    assert 2 <= len(container.wire.asked) <= 4
    (line,) = container.lines
    assert line["message"] == "sentinel denied"
    assert line["problem"] == "AccessDeniedException"


def test_a_permission_that_comes_late_is_used(site: Site) -> None:
    """IAM takes its time: what was seen until then is told, and judged."""
    site.start()
    container = site.container()
    container.wire.fate = lambda *_: "AccessDeniedException"
    container.broken = {"green"}
    people = crowd(60)
    for user in people[:10]:
        container.ask(user, 4.0)
    container.wire.fate = lambda *_: WELL
    for user in people[10:]:
        container.ask(user, 4.0)

    assert "rollout aborted" in [line["message"] for line in container.lines]


def test_damaged_evidence_never_ends_a_rollout(site: Site) -> None:
    """It is told once; counting goes on, and nobody judges in this container."""
    site.start()
    container = site.container()
    key = {k: {"S": v} for k, v in layout.judge_key("shop", site.since).items()}
    damaged = key | {"state": {"S": "?"}, "revision": {"N": "1"}}
    site.client.put_item(TableName=TABLE, Item=damaged | {"judged_at": {"N": "1"}})
    container.broken = {"green"}
    for user in crowd(40):
        container.ask(user, 0.4)

    (line,) = container.lines
    assert line["message"] == "evidence refused"
    assert "green" in container.invoked[-10:]
    assert [op for op, _ in container.wire.asked].count("BatchGetItem") == 1


def test_a_damaged_stamp_is_told_once(site: Site) -> None:
    """However often the shard is read again; counting goes on."""
    site.start()
    container = site.container()
    key = layout.totals_key("shop", site.since, layout.shard("AAAAAAAA"))
    item = {name: {"S": text} for name, text in key.items()}
    site.client.put_item(TableName=TABLE, Item=item | {"f#peer": {"S": "?"}})
    for user in crowd(5):
        container.ask(user, 4.0)

    (line,) = container.lines
    assert line["message"] == "evidence refused"
    found = site.client.get_item(TableName=TABLE, Key=item)["Item"]
    assert sum(int(v["N"]) for k, v in found.items() if k.startswith("c#errors")) >= 4


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


@pytest.mark.parametrize("fate", [BEFORE, AFTER])
def test_a_lost_answer_counts_once(site: Site, fate: str) -> None:
    """Whether the change had been made or not, it is sent again as it was."""
    site.start()
    container = site.container()
    lost = iter([fate, fate, fate])
    container.wire.fate = lambda op, _: next(lost, WELL) if op == "UpdateItem" else WELL
    container.broken = {"blue", "green"}
    for user in crowd(6):
        container.ask(user, 0.1)
    container.clock.now += 200
    settle(container)

    (count,) = counts(site).values()
    assert count.canary + count.stable == 6
    assert count.canary_failed + count.stable_failed == 6


@pytest.mark.parametrize("fate", [BEFORE, AFTER])
def test_a_lost_flush_is_sent_again(site: Site, fate: str) -> None:
    """What was counted is told once, whether its first telling arrived or not."""
    site.start()
    container = site.container()
    lost = iter([fate])
    container.wire.fate = lambda _, asked: next(lost, WELL) if totals(asked) else WELL
    for user in crowd(6):
        container.ask(user, 0.1)
    settle(container)

    (count,) = counts(site).values()
    assert count.canary + count.stable == 6
    assert next(lost, None) is None


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


def test_a_clock_that_was_set_back_stops_nothing(site: Site) -> None:
    """Reports go on, and none is counted twice."""
    site.start()
    container = site.container()
    for user in crowd(3):
        container.ask(user, 4.0)
    site.clock.now -= 3_600
    for user in crowd(3, start=3):
        container.ask(user, 4.0)
    settle(container)

    (count,) = counts(site).values()
    assert count.canary + count.stable == 6
    stamps = [
        stamp
        for item in scan(site.client)
        for stamp in layout.stamps(item).values()
        if item["sk"]["S"] == "totals"
    ]
    assert len(stamps) == 1


def test_a_fault_of_ours_reaches_no_request(site: Site) -> None:
    """It is told by its type, and the sentinel rests."""
    site.start()
    container = site.container()

    def broken(*_: Any) -> str:
        raise ZeroDivisionError

    container.ask("user", 0.1)
    container.wire.fate = broken
    for _ in range(3):
        assert container.ask("user", 0.2) in {"blue", "green"}

    (line,) = container.lines
    assert line["message"] == "sentinel failed"
    assert line["problem"] == "ZeroDivisionError"


def test_a_report_that_takes_too_long_is_broken_off(site: Site) -> None:
    """Claims leave time for the counts; what is left over waits for the next one."""
    site.start()
    container = site.container()
    container.broken = {"blue", "green"}

    def slow(*_: Any) -> str:
        site.clock.now += 0.06
        return WELL

    for user in crowd(20):
        container.ask(user, 0.01)
    container.clock.now += 3
    container.wire.since()
    container.wire.fate, container.wire.takes = slow, 0.06
    began = site.clock.now
    container.sentinel.meanwhile()
    asked = [
        pk for operation, pk in container.wire.since() if operation == "UpdateItem"
    ]

    assert site.clock.now - began < 0.4
    assert ["#claim#errors#" in pk for pk in asked] == [True] * 3 + [False]
    assert len(counts(site)) == 1
    container.wire.fate = lambda *_: WELL
    settle(container)
    (count,) = counts(site).values()
    assert count.canary_failed + count.stable_failed == 20


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


@pytest.mark.parametrize("back", [0, 3_600])
def test_a_flush_is_given_up_in_the_end(site: Site, back: float) -> None:
    """After ten minutes its stamp may have gone: better lost than twice.

    Nor does a clock that was set back give it more time.
    """
    site.start()
    container = site.container()
    container.ask("user", 0.1)
    container.wire.fate = lambda _, question: AFTER if totals(question) else WELL
    container.clock.now += REPORT
    container.sentinel.meanwhile()
    assert len(counts(site)) == 1
    container.clock.now -= back
    for _ in range(12):
        container.clock.now += 70
        container.sentinel.meanwhile()
    key = layout.totals_key("shop", site.since, layout.shard("AAAAAAAA"))
    site.client.update_item(
        TableName=TABLE,
        Key={name: {"S": text} for name, text in key.items()},
        UpdateExpression="REMOVE #stamp",
        ExpressionAttributeNames={"#stamp": f"{layout.STAMP}AAAAAAAA"},
    )
    container.wire.fate = lambda *_: WELL
    container.clock.now += 70
    settle(container)

    (count,) = counts(site).values()
    assert count.canary + count.stable == 1

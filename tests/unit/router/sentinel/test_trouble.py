"""Tables that fail, refuse or hold nonsense, and clocks that jump."""

from __future__ import annotations

from typing import Any

import pytest

from rollouts.evidence import layout
from tests.contracts.store_contract import TABLE, scan
from tests.unit.router.sentinel.crowds import REPORT, counts, crowd, settle, totals
from tests.unit.router.sentinel.site import Site
from tests.unit.router.sentinel.wires import AFTER, BEFORE, WELL


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

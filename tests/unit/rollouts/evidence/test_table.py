"""Evidence over boto3, in a simulated table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from flags.errors import StoreUnavailable
from rollouts.evidence import layout
from rollouts.evidence.look import Look
from rollouts.evidence.table import Evidence
from rollouts.judge import (
    Count,
    InvalidEvidence,
    Settings,
    proven,
    regressed,
    settings_from,
)
from rollouts.judge.state import proof
from tests.contracts.store_contract import TABLE, table

NOW = 1_900_000_000.0


@pytest.fixture
def client() -> Iterator[Any]:
    """A client of an empty table."""
    with table() as made:
        yield made


@pytest.fixture
def evidence(client: Any) -> Evidence:
    """Evidence that never sleeps."""
    return Evidence(client, TABLE, sleep=lambda _: None)


def flush(client: Any, shard: int, stamp: int, **counts: int) -> None:
    """What a container would add."""
    added = {f"c#errors#warm#{part}": count for part, count in counts.items()}
    change = layout.adding(
        layout.totals_key("shop", 7, shard), f"box{shard}", stamp, added, expires_at=9
    )
    client.update_item(
        TableName=TABLE,
        Key={name: {"S": text} for name, text in change.key.items()},
        UpdateExpression=change.expression,
        ExpressionAttributeNames=dict(change.names),
        ExpressionAttributeValues=dict(change.values),
    )


def test_nothing_is_nothing(evidence: Evidence) -> None:
    """Of a rollout that nobody has reported of."""
    assert evidence.look("shop", 7) == Look()


def test_looking_changes_nothing(client: Any, evidence: Evidence) -> None:
    """All shards are added up, and nobody has judged."""
    flush(client, 0, 1, canary=2, stable=3)
    flush(client, 15, 1, canary=1)
    look = evidence.look("shop", 7)

    assert look.totals.counts["errors"]["warm"] == Count(canary=3, stable=3)
    assert (look.containers, look.state, look.judged_at) == (2, None, None)
    assert evidence.look("shop", 8) == Look()


def test_judging_is_written_down(client: Any, evidence: Evidence) -> None:
    """A full window is closed, and who looks later sees it."""
    settings = Settings(alpha=0.01)
    flush(client, 0, 1, canary=10, stable=10, canary_failed=9)
    made = evidence.judge("shop", 7, settings, now=NOW)

    assert made.state is not None
    assert regressed(made.state)
    assert made.state.settings == settings
    assert evidence.look("shop", 7) == made
    assert made.judged_at == NOW


def test_a_window_waits_for_its_minute(client: Any, evidence: Evidence) -> None:
    """Unless it is to be closed, or the clock that closed the last one was ahead."""
    evidence.judge("shop", 7, Settings(), now=NOW)
    flush(client, 0, 1, canary=2, stable=3)
    early = evidence.judge("shop", 7, Settings(), now=NOW + 59)
    assert early.judged_at == NOW
    closed = evidence.judge("shop", 7, Settings(), now=NOW + 59, overdue=True)
    assert closed.state is not None
    assert closed.state.counted == closed.totals
    flush(client, 0, 2, canary=2)
    late = evidence.judge("shop", 7, Settings(), now=NOW - 3_600)
    assert late.state is not None
    assert late.state.counted == late.totals


def test_a_new_step_proves_health_anew(client: Any, evidence: Evidence) -> None:
    """The proof is gone, the case against goes on."""
    for stamp in range(1, 30):
        flush(client, 0, stamp, canary=100, stable=100, stable_failed=3)
        made = evidence.judge("shop", 7, Settings(), now=NOW + stamp)
    assert made.state is not None
    assert proven(made.state)
    anew = evidence.judge("shop", 7, Settings(), now=NOW + 40, renew=True)

    assert anew.state is not None
    assert proof(anew.state) == 0
    assert anew.state.counted == made.state.counted


def test_who_is_overtaken_looks_again(
    client: Any, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's window is lost, and none is counted twice."""
    flush(client, 0, 1, canary=10, stable=10)
    real = client.update_item
    overtaken: list[int] = []

    def update(**question: Any) -> Any:
        if not overtaken:
            overtaken.append(1)
            flush_and_judge()
        return real(**question)

    def flush_and_judge() -> None:
        monkeypatch.setattr(client, "update_item", real)
        Evidence(client, TABLE).judge("shop", 7, Settings(), now=NOW)
        flush(client, 1, 1, canary=10, stable=10, stable_failed=1)
        monkeypatch.setattr(client, "update_item", update)

    monkeypatch.setattr(client, "update_item", update)
    made = evidence.judge("shop", 7, Settings(), now=NOW + 1)

    assert made.state is not None
    assert made.state.counted.counts["errors"]["warm"] == Count(
        canary=20, stable=20, stable_failed=1
    )
    assert made.state.processes[0].windows == 1


def test_a_state_that_has_changed_is_not_written_over(
    client: Any, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later on, too, a state replaces the one that it was made from, and no other."""
    flush(client, 0, 1, canary=10, stable=10)
    evidence.judge("shop", 7, Settings(), now=NOW, overdue=True)
    real = client.update_item

    def update(**question: Any) -> Any:
        monkeypatch.setattr(client, "update_item", real)
        flush(client, 0, 2, canary=5, stable=5)
        other = Evidence(client, TABLE)
        other.judge("shop", 7, Settings(), now=NOW + 1, overdue=True)
        return real(**question)

    monkeypatch.setattr(client, "update_item", update)
    made = evidence.judge("shop", 7, Settings(), now=NOW + 1, overdue=True)

    assert made.state is not None
    assert made.state.counted.counts["errors"]["warm"] == Count(canary=15, stable=15)


def test_a_step_waits_for_the_judge(
    client: Any, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Overtaken each time, a look is as good as any; a new step is not begun."""
    flush(client, 0, 1, canary=10, stable=10)

    def refused(**_: Any) -> None:
        answer = {"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}
        raise client.exceptions.ConditionalCheckFailedException(answer, "UpdateItem")

    monkeypatch.setattr(client, "update_item", refused)

    assert evidence.judge("shop", 7, Settings(), now=NOW).state is None
    with pytest.raises(StoreUnavailable, match="changes all the time; look again"):
        evidence.judge("shop", 7, Settings(), now=NOW, renew=True)


@pytest.mark.parametrize(
    "damage",
    [
        {"state": {"S": "?"}, "revision": {"N": "1"}, "judged_at": {"N": "1"}},
        {"state": {"S": "{}"}},
    ],
)
def test_damage_is_refused(
    client: Any, evidence: Evidence, damage: dict[str, Any]
) -> None:
    """It is neither healthy nor regressed."""
    key = {k: {"S": v} for k, v in layout.judge_key("shop", 7).items()}
    client.put_item(TableName=TABLE, Item=key | damage)

    with pytest.raises(InvalidEvidence):
        evidence.look("shop", 7)


def test_counts_that_went_down_are_refused(client: Any, evidence: Evidence) -> None:
    """A shard was deleted: nobody goes on as if nothing had been."""
    flush(client, 0, 1, canary=20, stable=20)
    evidence.judge("shop", 7, Settings(), now=NOW)
    key = {k: {"S": v} for k, v in layout.totals_key("shop", 7, 0).items()}
    client.delete_item(TableName=TABLE, Key=key)

    with pytest.raises(InvalidEvidence, match="only grow"):
        evidence.judge("shop", 7, Settings(), now=NOW + 1)


def test_a_missing_table_is_said(client: Any) -> None:
    """With what to do about it."""
    with pytest.raises(StoreUnavailable):
        Evidence(client, "nowhere").look("shop", 7)


def test_a_busy_table_is_asked_again(
    client: Any, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it left out comes later; if it never does, that is said."""
    flush(client, 0, 1, canary=2)
    real, left = client.batch_get_item, [1, 1]

    def busy(**question: Any) -> Any:
        if left:
            left.pop()
            asked = question["RequestItems"]
            return {"Responses": {}, "UnprocessedKeys": asked}
        return real(**question)

    monkeypatch.setattr(client, "batch_get_item", busy)
    assert evidence.look("shop", 7).containers == 1
    left += [1] * 100
    with pytest.raises(StoreUnavailable, match="busy"):
        evidence.look("shop", 7)


def test_settings_come_from_rules() -> None:
    """Lists for tuples, defaults for what isn't said, and nothing unknown."""
    told = {"measures": [["errors"], ["slow:800"]], "alpha": 0.01}
    assert settings_from(told) == Settings(
        measures=(("errors",), ("slow:800",)), alpha=0.01
    )
    assert settings_from({}) == Settings()
    for bad in ({"alfa": 1}, {"alpha": 7}, {"measures": "errors"}, [1]):
        with pytest.raises(InvalidEvidence):
            settings_from(bad)  # type: ignore[arg-type]

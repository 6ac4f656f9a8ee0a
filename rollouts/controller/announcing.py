"""Transitions that nobody was told of yet, out of a release's history.

History is the outbox: a transition is in it as soon as it happened, whoever made it, a
person or the controller. What a target was told of last is an item, pk `announced`, sk
the release and the target's ARN, with `version`, a version of the release.

Laws
1. Nothing is lost: a version counts as told after the target has taken it. Who is
   killed in between tells it again; `id` is the same then.
2. In order, for each target by itself: one that refuses holds up no other.
3. Who is told of a transition follows from the plan by which it was made, also if the
   next rollout has another: a target hears the end of what it heard the beginning of,
   and nothing of the rollouts that don't name it.
4. A target that refuses is given up for each transition after an hour, and a release's
   new target is told of the rollout that there is, not of those before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from flags.store.changes import Entry, Stored
from flags.store.stable import stable_of
from rollouts.controller.telling import NotTold, Telling
from rollouts.machine import phases
from rollouts.machine.rollout import Rollout

PARTITION = "announced"
# Seconds for which a target that refuses is tried.
PATIENCE = 3_600.0
_PAGE = 50
# Rows of history that are looked at; more in a minute is nobody's rollout.
_MOST = 500
_CONDITION = "ConditionalCheckFailedException"

# (name, rows at most, before which version), the latest first
History = Callable[[str, int, int | None], list[Entry]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcer:
    """Tells targets what they don't know yet; `client` is boto3's of DynamoDB."""

    client: Any
    table: str
    history: History
    telling: Telling
    now: Callable[[], float]

    def announce(self, release: str, stored: Stored) -> list[str]:
        """Tell every target what is new; what went wrong, in words.

        Raises `StoreUnavailable` or what boto3 raises if the table doesn't answer.
        """
        told = self._told(release)
        problems = []
        for target in dict.fromkeys([*told, *_targets(stored.body)]):
            last = told.get(target)
            if last is not None and last >= stored.version:
                continue
            rows = list(self._news(release, stored, last))
            problems += self._tell(release, target, rows[::-1], stored.version)
        return problems

    def alarm(
        self, release: str, event: str, rollout: Rollout, wrong: list[str]
    ) -> list[str]:
        """Tell every target of what is no transition; what went wrong, in words."""
        detail = {
            "id": f"{release}:{event}:{int(self.now())}",
            "release": release,
            "event": event,
            "rollout": rollout.id,
            "phase": rollout.phase,
            "step": rollout.step,
            "why": "; ".join(wrong),
        }
        problems = []
        for target in _notified(rollout):
            try:
                self.telling.tell(target, event, detail)
            except (NotTold, ClientError, BotoCoreError) as error:
                problems.append(f"{target} was not told of {detail['id']}: {error}")
        return problems

    def _tell(
        self, release: str, target: str, rows: list[Entry], version: int
    ) -> list[str]:
        problems = []
        for row in rows:
            detail = told_of(release, row)
            if detail is None or target not in _targets(row.after):
                continue
            try:
                self.telling.tell(target, detail["event"], detail)
            except (NotTold, ClientError, BotoCoreError) as error:
                problems.append(f"{target} was not told of {detail['id']}: {error}")
                if self._young(row):
                    return problems
                problems[-1] += "; given up"
            self._remember(release, target, row.version)
        self._remember(release, target, version)
        return problems

    def _told(self, release: str) -> dict[str, int]:
        """The version that each target was told of last."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :release)",
            ExpressionAttributeValues={
                ":pk": {"S": PARTITION},
                ":release": {"S": f"{release} "},
            },
            ConsistentRead=True,
        )
        items = [item for page in pages for item in page["Items"]]
        return {_target(item): int(item["version"]["N"]) for item in items}

    def _news(self, release: str, stored: Stored, last: int | None) -> Iterator[Entry]:
        """Rows that a target has not been told of, the latest first."""
        rollout, before = _id(stored.body), stored.version + 1
        for _ in range(_MOST // _PAGE):
            rows = self.history(release, _PAGE, before)
            for row in rows:
                if row.version <= (last or 0):
                    return
                if last is None and _id(row.after) != rollout:
                    return
                yield row
            if len(rows) < _PAGE:
                return
            before = rows[-1].version

    def _young(self, row: Entry) -> bool:
        return self.now() - datetime.fromisoformat(row.at).timestamp() < PATIENCE

    def _remember(self, release: str, target: str, version: int) -> None:
        try:
            self.client.update_item(
                TableName=self.table,
                Key={"pk": {"S": PARTITION}, "sk": {"S": f"{release} {target}"}},
                UpdateExpression="SET version = :new",
                ConditionExpression="attribute_not_exists(version) OR version < :new",
                ExpressionAttributeValues={":new": {"N": str(version)}},
            )
        except ClientError as error:
            # Another tick has told it too, and more.
            if error.response["Error"]["Code"] != _CONDITION:
                raise


def told_of(release: str, row: Entry) -> dict[str, Any] | None:
    """What is told of a row of history; None if the rollout didn't move in it."""
    before, after = (row.before or {}).get("rollout"), row.after.get("rollout")
    if not isinstance(after, dict) or before == after:
        return None
    rollout = Rollout.of(row.after)
    if rollout is None:
        return None
    event = _event(row, rollout)
    return {
        "id": f"{release}:{row.version}",
        "release": release,
        "event": event,
        "rollout": rollout.id,
        "phase": rollout.phase,
        "step": rollout.step,
        "steps": len(rollout.plan.steps),
        "weight": row.after.get("weight"),
        "stable": stable_of(row.after),
        # Of the alarm: the rollout itself goes on as it was.
        "why": row.reason if event == phases.WATCH else rollout.why,
        "by": row.author,
        "at": row.at,
    }


def _event(row: Entry, rollout: Rollout) -> str:
    """The machine's own word where the row has it; else the phase that it led to."""
    said = row.action.removeprefix("rollout-")
    return said if said in phases.EVENTS else rollout.phase


def _notified(rollout: Rollout) -> list[str]:
    return list(rollout.plan.source.get("notify") or ())


def _targets(body: Mapping[str, Any]) -> list[str]:
    rollout = Rollout.of(body)
    return [] if rollout is None else _notified(rollout)


def _id(body: Mapping[str, Any]) -> Any:
    stored = body.get("rollout")
    return stored.get("id") if isinstance(stored, dict) else None


def _target(item: Any) -> str:
    target: str = item["sk"]["S"].partition(" ")[2]
    return target

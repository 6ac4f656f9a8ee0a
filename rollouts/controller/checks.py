"""Checks of a step: who runs them, when, and what came of it.

Each check of a phase has an item, pk `checks#RELEASE#ROLLOUT`, sk the phase's moment
and the check's key, with `started` (seconds since the epoch), `result` and `why`.

Laws
1. A check is claimed before it is run, and its result is kept in the table: two ticks
   at once don't run it twice, and who comes after a killed one knows what came of it.
2. A claim without a result is over when its time is: then the check runs again.
3. What came of a check holds for the phase in which it ran: after a resume or a retry
   it runs again.
4. A check is only begun if this invocation lives long enough to hear its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rollouts.controller.invoking import Answer, Invoke
from rollouts.machine.phases import BAKING
from rollouts.machine.plan import Check
from rollouts.machine.rollout import Rollout, iso
from rollouts.machine.seen import UNKNOWN

# Seconds after a check's timeout when nobody can be waiting for it any more.
SLACK = 30.0
# Seconds that ticks may come early: a check of every minute runs in each tick.
JITTER = 10.0
# Seconds that are left for what follows the longest check.
REST = 10.0
KEPT_SECONDS = 30 * 86_400
_CONDITION = "ConditionalCheckFailedException"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A check's item."""

    started: float
    answer: Answer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """Checks of all releases; `client` is boto3's of DynamoDB, `now` seconds."""

    client: Any
    table: str
    invoke: Invoke
    now: Callable[[], float]

    def results(
        self, release: str, rollout: Rollout, left: float = float("inf")
    ) -> Mapping[str, Answer]:
        """What came of the checks that are due, run now if need be, by their keys.

        `left` are the seconds that this invocation still has. Raises what boto3 raises.
        """
        due = rollout.checks
        if not due:
            return {}
        now = self.now()
        rows = self._rows(release, rollout)
        # Whoever has baked long enough is looked at once more.
        over = rollout.until if rollout.phase == BAKING else None
        last = over if over is not None and now >= over else 0.0
        found = {
            check.key: _standing(check, rows.get(check.key), now, last) for check in due
        }
        todo = [
            check
            for check in due
            if found[check.key] is None and check.timeout + REST <= left
        ]
        ran = self._run(release, rollout, todo, rows)
        unknown = Answer(status=UNKNOWN)
        return {key: ran.get(key) or answer or unknown for key, answer in found.items()}

    def _run(
        self,
        release: str,
        rollout: Rollout,
        todo: list[Check],
        rows: Mapping[str, Row],
    ) -> Mapping[str, Answer]:
        """All of them side by side, so that one that is slow delays no other."""

        def one(check: Check) -> Answer:
            key = _key(release, rollout, check)
            started = self.now()
            if not self._claim(key, rows.get(check.key), started):
                return Answer(status=UNKNOWN, why="somebody else runs it")
            event = _event(release, rollout, check)
            answer = self.invoke(check.invoke, event, check.timeout)
            if answer.status != UNKNOWN:
                self._keep(key, started, answer)
            return answer

        if not todo:
            return {}
        with ThreadPoolExecutor(len(todo)) as pool:
            answers = list(pool.map(one, todo))
        return {check.key: answer for check, answer in zip(todo, answers, strict=True)}

    def _rows(self, release: str, rollout: Rollout) -> dict[str, Row]:
        prefix = f"{iso(rollout.at)}#"
        answer = self.client.query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :at)",
            ExpressionAttributeValues={
                ":pk": {"S": _partition(release, rollout)},
                ":at": {"S": prefix},
            },
            ConsistentRead=True,
        )
        return {it["sk"]["S"].removeprefix(prefix): _row(it) for it in answer["Items"]}

    def _claim(self, key: Any, row: Row | None, started: float) -> bool:
        values = {":now": _number(started), ":expires": _number(started + KEPT_SECONDS)}
        condition = "attribute_not_exists(started)"
        if row is not None:
            condition, values[":seen"] = "started = :seen", _number(row.started)
        return self._update(
            key,
            "SET started = :now, expires_at = :expires REMOVE #result, why",
            condition,
            values,
            {"#result": "result"},
        )

    def _keep(self, key: Any, started: float, answer: Answer) -> None:
        self._update(
            key,
            "SET #result = :result, why = :why",
            "started = :started",
            {
                ":result": {"S": answer.status},
                ":why": {"S": answer.why},
                ":started": _number(started),
            },
            {"#result": "result"},
        )

    def _update(
        self, key: Any, expression: str, condition: str, values: Any, names: Any
    ) -> bool:
        try:
            self.client.update_item(
                TableName=self.table,
                Key=key,
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ExpressionAttributeNames=names,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != _CONDITION:
                raise
            return False
        return True


def failures(answers: Mapping[str, Answer], kinds: Iterable[str]) -> dict[str, str]:
    """Why those of these kinds are as they are, by their keys."""
    wanted = set(kinds)
    return {key: it.why for key, it in answers.items() if it.status in wanted}


def _standing(check: Check, row: Row | None, now: float, last: float) -> Answer | None:
    """What is known of a check; None if it is to be run, as one from before `last`."""
    if row is None:
        return None
    if row.answer is None:
        over = now >= row.started + check.timeout + SLACK
        return None if over else Answer(status=UNKNOWN, why="it is running")
    again = row.started < last or (
        check.every and now >= row.started + check.every - JITTER
    )
    return None if again else row.answer


def _event(release: str, rollout: Rollout, check: Check) -> Mapping[str, Any]:
    """The plan's payload, and beside it what is being checked."""
    step = rollout.plan.steps[rollout.step]
    payload = check.payload if isinstance(check.payload, dict) else {}
    about = {
        "release": release,
        "id": rollout.id,
        "phase": rollout.phase,
        "step": rollout.step,
        "weight": step.weight,
        "colours": {"stable": rollout.stable, "canary": rollout.canary},
        "versions": dict(rollout.versions or {}),
    }
    return {**payload, "rollout": about}


def _partition(release: str, rollout: Rollout) -> str:
    return f"checks#{release}#{rollout.id}"


def _key(release: str, rollout: Rollout, check: Check) -> Any:
    return {
        "pk": {"S": _partition(release, rollout)},
        "sk": {"S": f"{iso(rollout.at)}#{check.key}"},
    }


def _row(item: Any) -> Row:
    answer = None
    if "result" in item:
        why = item.get("why", {}).get("S", "")
        answer = Answer(status=item["result"]["S"], why=why)
    return Row(started=float(item["started"]["N"]), answer=answer)


def _number(value: float) -> Any:
    return {"N": f"{value:.3f}"}

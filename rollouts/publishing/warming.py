"""Invokes an idle alias many times at once, so that its first users find it warm.

Laws
1. All invocations are under way together: each needs an environment of its own.
2. None is repeated, whatever comes of it: a canary that fails once in a while is
   what this may find out.
3. Answers are counted and not looked into; of an error the type and the message are
   kept, cut short.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from flags.errors import FlagsError
from flags.store.remedies import code_of, said_by

# What a function gets that nobody gave a payload for.
PAYLOAD = b'{"canary": "warm"}'
# More than these at once are threads that wait for each other.
MOST = 200
_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmed:
    """How the invocations of one alias went: how many, and each failure in words."""

    service: str
    alias: str
    sent: int
    failures: tuple[str, ...] = ()

    def told(self) -> str:
        """In one line."""
        where = f"{self.service}:{self.alias}"
        if not self.failures:
            return f"{where} answered {self.sent} of {self.sent} warm-up invocations"
        failed = len(self.failures)
        return (
            f"{where} failed {failed} of {self.sent} warm-up invocations, the first "
            f"with {self.failures[0]}"
        )


class WarmingFailed(FlagsError):
    """The new version failed before it had a user."""

    exit_code = 23

    def __init__(self, failed: Sequence[Warmed]) -> None:
        told = "\n".join(warmed.told() for warmed in failed)
        super().__init__(
            f"{told}\nso no rollout was started, and nobody is on the canary; mend it "
            "and deploy again, give it an event that it knows with --warm-payload, or "
            "go on all the same with --no-warm-check"
        )
        self.failed = tuple(failed)


def warm(
    client: Any, service: str, alias: str, number: int, payload: bytes = PAYLOAD
) -> Warmed:
    """Invoke an alias so many times at once, 1 to `MOST`, and wait for all answers.

    The client should neither try again nor wait for less than the function may take.
    """
    with ThreadPoolExecutor(max_workers=number) as pool:
        sent = [
            pool.submit(_invoke, client, service, alias, payload) for _ in range(number)
        ]
        outcomes = [future.result() for future in sent]
    failures = tuple(outcome for outcome in outcomes if outcome)
    return Warmed(service=service, alias=alias, sent=number, failures=failures)


def _invoke(client: Any, service: str, alias: str, payload: bytes) -> str | None:
    """What went wrong, or None."""
    try:
        answer = client.invoke(FunctionName=service, Qualifier=alias, Payload=payload)
        body = answer["Payload"].read()
    except ClientError as error:
        return f"{code_of(error)}: {said_by(error)}"
    except (BotoCoreError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return _error(body) if answer.get("FunctionError") else None


def _error(body: bytes) -> str:
    """The type and the message of what a function raised."""
    try:
        raised = json.loads(body)
        told = f"{raised['errorType']}: {raised['errorMessage']}"
    except (ValueError, TypeError, KeyError):
        told = body.decode("utf-8", "replace")
    return told if len(told) <= _SHOWN else told[: _SHOWN - 1] + "…"

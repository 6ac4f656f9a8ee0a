"""Invokes a check, and reads its answer.

Laws
1. A check says that all is well by answering at all. It has failed if it raised, if it
   took too long, if it may not be invoked, or if it answers `{"ok": false, "why": …}`.
2. What says nothing of the canary (Lambda is busy, the network is away) is no failure:
   it is unknown, and asked again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from rollouts.machine.seen import FAILED, PASSED, UNKNOWN

# Characters of what a function says of itself.
_LONGEST = 500
# Also one whose function is being updated, or isn't thawed yet.
_BUSY = {
    "EC2ThrottledException",
    "ResourceConflictException",
    "ServiceException",
    "SnapStartNotReadyException",
    "SnapStartTimeoutException",
    "TooManyRequestsException",
}
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a check: its status (`rollouts.machine.seen`), and why."""

    status: str
    why: str = ""


# Of a function, with an event; the timeout is in seconds.
Invoke = Callable[[str, Mapping[str, Any], float], Answer]


def invoke_with(client: Callable[[float], Any]) -> Invoke:
    """Invocations over boto3; `client` makes one of Lambda with that timeout."""

    def invoke(function: str, event: Mapping[str, Any], timeout: float) -> Answer:
        payload = json.dumps(event, ensure_ascii=False).encode()
        try:
            answer = client(timeout).invoke(FunctionName=function, Payload=payload)
            said = answer["Payload"].read()
        except ReadTimeoutError:
            return Answer(status=FAILED, why=f"no answer in {timeout:g} s")
        except ClientError as error:
            return _refused(error)
        except BotoCoreError as error:
            return Answer(status=UNKNOWN, why=str(error))
        return answered(said, failed="FunctionError" in answer)

    return invoke


def answered(said: bytes, *, failed: bool) -> Answer:
    """What an answer means; `failed` if the function raised."""
    try:
        told = json.loads(said or b"null")
    except ValueError:
        told = None
    known = told if isinstance(told, dict) else {}
    if failed:
        return Answer(status=FAILED, why=_words(known, "errorMessage", "errorType"))
    if known.get("ok") is False:
        return Answer(status=FAILED, why=_words(known, "why"))
    return Answer(status=PASSED)


def _refused(error: ClientError) -> Answer:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    passing = error.response["Error"]["Code"] in _BUSY or status >= _SERVER_ERROR
    return Answer(status=UNKNOWN if passing else FAILED, why=str(error)[:_LONGEST])


def _words(told: Mapping[str, Any], *names: str) -> str:
    for name in names:
        if told.get(name):
            return str(told[name])[:_LONGEST]
    return "it gave no reason"

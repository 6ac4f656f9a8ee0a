"""Invokes the chosen aliases.

Laws
1. Only ARNs that the configuration names.
2. One invocation a call, never repeated: the target may have run.
3. What the target raised comes out as its own error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flags.aws.client import AwsClient
from flags.aws.errors import AwsError, ContextTooLarge
from flags.aws.invoke import InvokeAnswer, begin_invoke
from flags.record import Record
from router.errors import OutOfTime, service_error, target_error

# Time kept back to hand the answer on.
MARGIN_SECONDS = 0.2


class Pending(Protocol):
    """An invocation under way."""

    def result(self) -> InvokeAnswer:
        """The answer; raises `AwsError` if Lambda refused the call."""


# (ARN, payload, ClientContext as JSON or None, timeout in seconds) -> invocation
Begin = Callable[[str, bytes, str | None, float], Pending]


class AliasGone(Exception):
    """The alias does not exist: the target certainly did not run."""


class Call(Record):
    """What to invoke, and with what."""

    arn: str
    event: Any
    client_context: Mapping[str, Any]
    timeout: float


def begin_with(client: AwsClient) -> Begin:
    """Invocations through the lean client."""

    def begin(arn: str, payload: bytes, context: str | None, timeout: float) -> Pending:
        return begin_invoke(
            client, arn, payload, client_context=context, timeout=timeout
        )

    return begin


def start(begin: Begin, call: Call) -> Pending:
    """Send an invocation off; raises `OutOfTime` before, never after."""
    if call.timeout <= 0:
        msg = "too little time is left to wait for the target; raise the timeout"
        raise OutOfTime(msg)
    payload = encode(call.event)
    context = json.dumps(call.client_context) if call.client_context else None
    try:
        return begin(call.arn, payload, context, call.timeout)
    except ContextTooLarge:
        # Better to lose a decision than a request.
        return begin(call.arn, payload, None, call.timeout)


def encode(event: Any) -> bytes:
    """The payload: UTF-8, with escapes only where UTF-8 has no other way."""
    text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # A lone surrogate, which JSON may hold as an escape.
        return json.dumps(event, separators=(",", ":")).encode()


def finish(pending: Pending) -> Any:
    """Wait for the answer; raises what the target raised, or `AliasGone`."""
    try:
        answer = pending.result()
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            raise AliasGone(error.message) from error
        raise service_error(error.code, error.message) from error
    payload = json.loads(answer.payload) if answer.payload else None
    if answer.function_error is not None:
        raise target_error(payload)
    return payload


def seconds_left(context: Any) -> float:
    """How long a target may take before the router itself runs out of time."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if remaining is None:
        return 60.0
    return float(remaining()) / 1000 - MARGIN_SECONDS

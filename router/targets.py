"""Invokes the chosen aliases.

Laws
1. Only ARNs that the configuration names.
2. One invocation a call, never repeated: the target may have run.
3. Payload and answer are bytes, and nobody here looks into them.
4. What the target raised comes out as its own error, what Lambda refused under
   Lambda's name for it; whether the target ran is in the error (`router.errors`).
5. A decision that makes the ClientContext too large is left out, and that is told:
   better to lose a decision than a request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from flags.aws.client import AwsClient
from flags.aws.errors import AwsError, ContextTooLarge, TransportError
from flags.aws.invoke import InvokeAnswer, begin_invoke, encode_context
from flags.hints import Any, Protocol
from flags.record import Record
from flags.token import NAME
from router import refusals
from router.errors import (
    AliasGone,
    AnswerLost,
    NotRun,
    OutOfTime,
    TargetTimeout,
    Unreachable,
    service_error,
    target_error,
)

__all__ = [
    "SYNC_LIMIT",
    "AliasGone",
    "Begin",
    "Call",
    "NotRun",
    "Pending",
    "begin_with",
    "finish",
    "fits",
    "remaining",
    "seconds_left",
    "start",
]

# Time kept back to hand the answer on.
MARGIN_SECONDS = 0.2
# Where nobody says how long the router may take: outside Lambda.
UNLIMITED_SECONDS = 60.0

# Bytes that a synchronous invocation takes, by Lambda's own words when it refuses
# more: "payload is too large for the RequestResponse invocation type (limit 6291456
# bytes)". Answers get a hundred bytes more, which is nothing to build upon.
SYNC_LIMIT = 6_291_456


class Sent(Protocol):
    """An invocation that was sent."""

    def result(self) -> InvokeAnswer:
        """The answer; raises `AwsError` if Lambda refused, `TransportError` if none."""


# (ARN, payload, ClientContext as JSON or None, tenant or None, timeout in seconds)
Begin = Callable[[str, bytes, str | None, str | None, float], Sent]


class Call(Record):
    """What to invoke, and with what; `timeout` in seconds bounds all of it."""

    hidden = frozenset({"payload", "client_context", "tenant_id"})

    arn: str
    payload: bytes
    client_context: Mapping[str, Any] | None = None
    tenant_id: str | None = None
    timeout: float


class Pending(Record):
    """An invocation under way; `dropped` if the decision found no room beside it."""

    sent: Sent
    timeout: float
    dropped: bool = False


def begin_with(client: AwsClient, *, tail: bool = False) -> Begin:
    """Invocations through the lean client; `tail` asks for the end of each log."""

    def begin(
        arn: str,
        payload: bytes,
        context: str | None,
        tenant: str | None,
        timeout: float,
    ) -> Sent:
        return begin_invoke(
            client,
            arn,
            payload,
            client_context=context,
            tenant_id=tenant,
            tail=tail,
            timeout=timeout,
        )

    return begin


def fits(payload: bytes) -> bool:
    """Whether a payload, or an answer, is within the limit."""
    return len(payload) <= SYNC_LIMIT


def start(begin: Begin, call: Call) -> Pending:
    """Send an invocation off.

    Raises `OutOfTime` before anything is sent, `Unreachable` if nothing could be, and
    what `finish` raises if the connection broke meanwhile.
    """
    if call.timeout <= 0:
        raise OutOfTime(_too_late(call.timeout, 0))
    context, dropped = _context(call.client_context)
    try:
        sent = begin(call.arn, call.payload, context, call.tenant_id, call.timeout)
    except TransportError as error:
        raise _lost(error, call.timeout) from error
    return Pending(sent=sent, timeout=call.timeout, dropped=dropped)


def finish(pending: Pending) -> bytes:
    """The answer's bytes.

    Raises the target's own error; `NotRun` if it certainly did not run; `PerhapsRun`
    if no answer came; and other refusals of Lambda under their names.
    """
    try:
        answer = pending.sent.result()
    except AwsError as error:
        raise service_error(error.code, error.message, error.status) from error
    except TransportError as error:
        raise _lost(error, pending.timeout) from error
    if answer.function_error is not None:
        raise target_error(answer.payload)
    return answer.payload


def seconds_left(context: Any, needs: float = 0.0) -> float:
    """How long a target may take before the router itself runs out of time.

    Raises `OutOfTime` if that is nothing, or less than the service needs.
    """
    left = remaining(context)
    if left <= 0 or left < needs:
        raise OutOfTime(_too_late(left, needs))
    return left


def remaining(context: Any) -> float:
    """Seconds that are left to wait for targets; none, or less, if time is up."""
    told = getattr(context, "get_remaining_time_in_millis", None)
    if told is None:
        return UNLIMITED_SECONDS
    return float(told()) / 1000 - MARGIN_SECONDS


def _too_late(left: float, needs: float) -> str:
    wanted = f"{needs:g} s are needed" if needs > 0 else "some are needed"
    return (
        f"{max(left, 0):.1f} s are left to wait for the target and {wanted}; it was "
        "not invoked: give the router a longer timeout than the target"
    )


def _context(data: Mapping[str, Any] | None) -> tuple[str | None, bool]:
    """The ClientContext as text, and whether the decision had to be left out."""
    if not data:
        return None, False
    if _has_room(text := json.dumps(data, separators=(",", ":"))):
        return text, False
    if _has_room(text := _unescaped(data)):
        return text, False
    # What the caller gave is never left out: it fitted when it came.
    custom = {k: v for k, v in (data.get("custom") or {}).items() if k != NAME}
    rest = {name: part for name, part in data.items() if name != "custom"}
    bare = {"custom": custom, **rest} if custom else rest
    return (_unescaped(bare) if bare else None), bare != data


def _has_room(text: str) -> bool:
    try:
        encode_context(text)
    except ContextTooLarge:
        return False
    return True


def _unescaped(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    # Half of a surrogate pair has no other way than an escape.
    whole = text.isascii() or text.encode("utf-8", "replace").decode() == text
    return text if whole else json.dumps(data, separators=(",", ":"))


def _lost(error: TransportError, timeout: float) -> Exception:
    if not error.sent:
        message = f"{error.subject}: {error.problem}; the target was not invoked"
        return Unreachable("Unreachable", message, refusals.UNREACHED)
    if error.timed_out:
        return TargetTimeout(
            f"the target did not answer in {timeout:.1f} s and may run on; give the "
            "router a longer timeout than the target"
        )
    return AnswerLost(
        f"{error.subject}: {error.problem}; the target may have run all the same"
    )

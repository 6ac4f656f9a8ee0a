"""Lambda Invoke, synchronous unless asked otherwise; payloads stay bytes."""

from __future__ import annotations

import binascii
from functools import lru_cache

from flags.aws.client import AwsClient, checked
from flags.aws.errors import ContextTooLarge
from flags.aws.sigv4 import quote
from flags.hints import TYPE_CHECKING
from flags.record import Record

if TYPE_CHECKING:
    from flags.aws.transport import Pending, Response

# Bytes of base64. Lambda refuses the call above it.
CONTEXT_LIMIT = 3583


class InvokeAnswer(Record):
    """What Lambda answered.

    `function_error` is set if the function ran and failed; `error_type` if the
    service refused, in which case `status` is 400 or more. `log` is the end of the
    function's log, base64, if it was asked for.
    """

    hidden = frozenset({"payload", "log"})

    status: int
    function_error: str | None
    payload: bytes
    error_type: str | None
    executed_version: str | None
    log: str | None = None


class PendingInvoke:
    """An invocation under way."""

    __slots__ = ("_pending", "_service")

    def __init__(self, pending: Pending, service: str) -> None:
        self._pending = pending
        self._service = service

    def result(self) -> InvokeAnswer:
        """The function's answer; raises `TransportError`, or `AwsError` if refused.

        An error of the function itself is an answer, not an exception.
        """
        return _answer(checked(self._service, self._pending.result()))

    def answer(self) -> InvokeAnswer:
        """As `result`, but a refusal is an answer too: see its `status`."""
        return _answer(self._pending.result())

    def close(self) -> None:
        """Give up on the answer; the function runs on."""
        self._pending.close()


def begin_invoke(  # noqa: PLR0913 - Invoke has these parameters
    client: AwsClient,
    function: str,
    payload: bytes,
    *,
    qualifier: str | None = None,
    client_context: str | None = None,
    tenant_id: str | None = None,
    invocation_type: str = "RequestResponse",
    tail: bool = False,
    timeout: float,
) -> PendingInvoke:
    """Invoke a function by name or ARN; `client_context` is JSON text.

    `tail` asks for the last 4 KB of its log, too.
    """
    headers = {
        "content-type": "application/json",
        "x-amz-invocation-type": invocation_type,
    }
    if client_context is not None:
        headers["x-amz-client-context"] = encode_context(client_context)
    if tenant_id is not None:
        headers["x-amz-tenant-id"] = tenant_id
    if tail:
        headers["x-amz-log-type"] = "Tail"
    pending = client.begin(
        "POST",
        _path(function),
        headers=headers,
        body=payload,
        query=(("Qualifier", qualifier),) if qualifier else (),
        timeout=timeout,
    )
    return PendingInvoke(pending, client.service)


@lru_cache(maxsize=64)
def _path(function: str) -> str:
    return f"/2015-03-31/functions/{quote(function)}/invocations"


def encode_context(text: str) -> str:
    """The client context as Lambda wants it; raises `ContextTooLarge`."""
    encoded = binascii.b2a_base64(text.encode(), newline=False).decode("ascii")
    if len(encoded) > CONTEXT_LIMIT:
        raise ContextTooLarge(len(encoded), CONTEXT_LIMIT)
    return encoded


def _answer(response: Response) -> InvokeAnswer:
    headers = response.headers
    error_type = headers.get("x-amzn-errortype")
    return InvokeAnswer(
        status=response.status,
        function_error=headers.get("x-amz-function-error"),
        payload=response.body,
        error_type=error_type.partition(":")[0] if error_type else None,
        executed_version=headers.get("x-amz-executed-version"),
        log=headers.get("x-amz-log-result"),
    )

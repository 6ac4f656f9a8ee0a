"""Botocore's one method through which every client calls AWS.

What a call carries is decided before it is sent. If AWS refuses what was said with the
decision in it, in a way that says that nothing was done, the call goes once more as
the caller made it: queues and topics may have lower limits than their service, and a
role may not be allowed to call an alias.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from flags.current import current
from flags.propagation.counts import skipped
from flags.token import Token

Params = Mapping[str, Any]
# (parameters, decisions) -> parameters: the very same if nothing is to be changed
Writer = Callable[[Params, Token], Params]

_HOMES = {
    "events": "flags.propagation.events",
    "kinesis": "flags.propagation.streams",
    "lambda": "flags.propagation.invoke",
    "sns": "flags.propagation.messages",
    "sqs": "flags.propagation.messages",
    "stepfunctions": "flags.propagation.executions",
}
# What AWS says of a call that it did not make for what was in it,
_OF_CONTENT = {
    "AWS.SimpleQueueService.BatchRequestTooLong",
    "BatchRequestTooLong",
    "InvalidArgumentException",
    "InvalidExecutionInput",
    "InvalidMessageContents",
    "InvalidParameter",
    "InvalidParameterValue",
    "InvalidParameterValueException",
    "InvalidRequestContentException",
    "RequestEntityTooLargeException",
    "RequestTooLargeException",
    "ValidationError",
    "ValidationException",
}
# or for where it went, which is ours to answer for only if we changed that.
_OF_PLACE = {"AccessDeniedException", "ResourceNotFoundException"}


def carrying(service: str, operation: str, params: Params) -> Params:
    """The parameters with the decision; as they are if that can't be done."""
    home = _HOMES.get(service)
    if home is None:
        return params
    token = current()
    if not token.members:
        return params
    try:
        write = _writers(home).get((service, operation))
        return params if write is None else write(params, token)
    except Exception:  # noqa: BLE001 - botocore says what is wrong with them
        skipped[service] += 1
        return params


@functools.cache
def _writers(home: str) -> Mapping[tuple[str, str], Writer]:
    found: Mapping[tuple[str, str], Writer] = import_module(home).WRITERS
    return found


def refused(error: Exception, given: Params, sent: Params) -> bool:
    """Whether AWS did nothing, maybe because of us, and the call can be made again."""
    answer = getattr(error, "response", None)
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    moved = sent.get("FunctionName") != given.get("FunctionName")
    ours = code in _OF_CONTENT or (moved and code in _OF_PLACE)
    return ours and not _holds_a_file(given)


def _holds_a_file(value: Any) -> bool:
    """Whether something in there has been read, and can't be sent again."""
    if isinstance(value, Mapping):
        return any(_holds_a_file(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_a_file(part) for part in value)
    return hasattr(value, "read")


def hook(module: ModuleType) -> None:
    """Wrap the method."""
    kind = module.BaseClient
    original = kind._make_api_call  # noqa: SLF001 - see docs/decisions
    # Our own mark: `__wrapped__` is set by tracing libraries too.
    if hasattr(original, "carries_decision"):
        return

    @functools.wraps(original)
    def make_api_call(self: Any, operation_name: str, api_params: Params) -> Any:
        service = self.meta.service_model.service_name
        params = carrying(service, operation_name, api_params)
        if params is api_params:
            return original(self, operation_name, api_params)
        try:
            return original(self, operation_name, params)
        except Exception as error:
            if not refused(error, api_params, params):
                raise
        skipped[service] += 1
        return original(self, operation_name, api_params)

    make_api_call.carries_decision = True  # type: ignore[attr-defined]
    kind._make_api_call = make_api_call  # noqa: SLF001

"""Botocore's one method through which every client calls AWS.

What a call carries is decided before it is sent. If AWS refuses what was said with the
decision in it, in a way that says that nothing was done, the call goes once more as
the caller made it: queues and topics may have lower limits than their service. If it
is the alias that can't be called, the call goes whom the caller named, with the
decision.
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
    "eventbridgev2": f"{__package__}.buses",
    "events": f"{__package__}.events",
    "kinesis": f"{__package__}.streams",
    "lambda": f"{__package__}.invoke",
    "sns": f"{__package__}.messages",
    "sqs": f"{__package__}.messages",
    "stepfunctions": f"{__package__}.executions",
}
# What AWS says of a call that it did not make for what was in it,
_OF_CONTENT = {
    "AWS.SimpleQueueService.BatchRequestTooLong",
    "BatchRequestTooLong",
    "InvalidArgumentException",
    "InvalidExecutionInput",
    "InvalidInputException",
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


# What names whom a call is for.
_PLACE = ("FunctionName", "Qualifier")


def carrying(
    service: str, operation: str, params: Params, region: str | None = None
) -> Params:
    """The parameters with the decision; as they are if that can't be done.

    A client of this region calls no alias of another.
    """
    home = _HOMES.get(service)
    if home is None:
        return params
    token = current()
    if not token.members:
        return params
    try:
        write = _writers(home).get((service, operation))
        sent = params if write is None else write(params, token)
        if region and _moved(params, sent) and f":{region}:" not in sent[_PLACE[0]]:
            return _as_named(params, sent)
    except Exception:  # noqa: BLE001 - botocore says what is wrong with them
        skipped[service] += 1
        return params
    return sent


def carried_by(client: Any, operation: str, params: Params) -> tuple[str, Params]:
    """A client's service, and the parameters with the decision.

    Not every client is of botocore's making: what it hasn't got is not missed.
    """
    try:
        meta = client.meta
        service, region = meta.service_model.service_name, meta.region_name
        return service, carrying(service, operation, params, region)
    except Exception:  # noqa: BLE001 - no call fails because of us
        return "", params


@functools.cache
def _writers(home: str) -> Mapping[tuple[str, str], Writer]:
    found: Mapping[tuple[str, str], Writer] = import_module(home).WRITERS
    return found


def again(error: Exception, service: str, given: Params, sent: Params) -> Params | None:
    """What to send instead, if AWS did nothing, maybe because of us; None for nothing.

    Never what was sent: of place first, then of content, and then there is no more.
    """
    if sent is given:
        return None
    try:
        return _other(_code(error), service, given, sent)
    except Exception:  # noqa: BLE001 - then the caller gets the error that there was
        return None


def _other(code: Any, service: str, given: Params, sent: Params) -> Params | None:
    if _holds_a_file(given):
        return None
    if code in _OF_PLACE and _moved(given, sent):
        return _as_named(given, sent)
    if code not in _OF_CONTENT:
        return None
    skipped[service] += 1
    return given


def _code(error: Exception) -> str | None:
    """What AWS calls the error; other libraries have a `response` of another kind."""
    answer = getattr(error, "response", None)
    said = answer.get("Error") if isinstance(answer, dict) else None
    code = said.get("Code") if isinstance(said, dict) else None
    return code if isinstance(code, str) else None


def _moved(given: Params, sent: Params) -> bool:
    """Whether the call goes to another than the caller named."""
    return any(sent.get(name) != given.get(name) for name in _PLACE)


def _as_named(given: Params, sent: Params) -> Params:
    """What is sent, to whom the caller named."""
    rest = {name: value for name, value in sent.items() if name not in _PLACE}
    return {**rest, **{name: given[name] for name in _PLACE if name in given}}


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
    def make_api_call(
        self: Any, operation_name: str, api_params: Params, *more: Any, **named: Any
    ) -> Any:
        service, params = carried_by(self, operation_name, api_params)
        while True:
            try:
                return original(self, operation_name, params, *more, **named)
            except Exception as error:
                other = again(error, service, api_params, params)
                if other is None:
                    raise
            params = other

    make_api_call.carries_decision = True  # type: ignore[attr-defined]
    kind._make_api_call = make_api_call  # noqa: SLF001

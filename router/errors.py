"""What comes out of the router when it can't hand back an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast


class RouterError(Exception):
    """Root of the router's own errors."""


class UnknownEvent(RouterError):
    """No source knows the event, and no default service takes it."""

    def __init__(self, event: Any) -> None:
        super().__init__(
            f"no event source knows an event of this shape: {shape(event)}; name a "
            "default service (template parameter DefaultService) to take such events"
        )


class NoService(RouterError):
    """No route matches the event, and no default service takes it."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"no route matches this event of source {source}; add one with `canary "
            "apply`, or name a default service (template parameter DefaultService)"
        )


class NotDeployed(RouterError):
    """The service is none of those that the router was deployed with."""

    def __init__(self, service: str, known: Iterable[str]) -> None:
        listed = ", ".join(sorted(known)) or "none"
        super().__init__(
            f"the router may not invoke {service}: it was deployed with {listed}; "
            "add its alias ARNs to the template parameter TargetAliases"
        )


class RulesUnavailable(RouterError):
    """No rules were ever read; the source will deliver the event again."""


class OutOfTime(RouterError):
    """Too little time is left to wait for the target; it was not invoked."""


def shape(event: Any) -> str:
    """Keys and types of an event, without any value: values may be private."""
    if not isinstance(event, Mapping):
        return type(event).__name__
    keys = sorted(map(str, event))[:12]
    return ", ".join(f"{key[:40]}: {type(event.get(key)).__name__}" for key in keys)


def target_error(payload: Any) -> Exception:
    """The target's own error, to be raised in its place.

    In Lambda's Python runtime type, message and trace all come out as they were;
    elsewhere type and message do.
    """
    data = payload if isinstance(payload, Mapping) else {}
    kind = str(data.get("errorType") or "TargetError")
    message = str(data.get("errorMessage") or "the target failed without a message")
    try:
        from awslambdaric.lambda_runtime_exception import (  # noqa: PLC0415
            FaultException,
        )
    except ImportError:
        return _named(kind, message)
    error: Exception = FaultException(kind, message, data.get("stackTrace"))
    return error


def service_error(code: str, message: str) -> Exception:
    """An error of the Lambda service, under the service's own name for it."""
    return _named(code, message)


def _named(name: str, message: str) -> Exception:
    # Lambda tells sources and callers the class's name, and nothing else of it.
    return cast("Exception", type(name, (RouterError,), {})(message))

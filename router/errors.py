"""What comes out of the router when it can't hand back an answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping

from flags.hints import Any, TypeVar
from router import refusals


class RouterError(Exception):
    """Root of the router's own errors.

    `told` is what a log may have of one whose message may hold something of an event,
    or of what Lambda says of it.
    """

    told: str = ""


class UnknownEvent(RouterError):
    """No source knows the event, and no default service takes it."""

    def __init__(self, event: Any) -> None:
        super().__init__(
            f"no event source knows an event of this shape: {shape(event)}; name a "
            "default service (template parameter DefaultService) to take such events"
        )
        # Names of members can be data, too.
        self.told = (
            "no event source knows an event of this shape, which its caller was told; "
            "name a default service (template parameter DefaultService)"
        )


class NotJson(RouterError):
    """The event is no JSON, which Lambda itself would never hand over."""

    def __init__(self, at: int) -> None:
        super().__init__(f"the event is not JSON at character {at}; it was not routed")


class UnevenAnswer(RouterError):
    """A batch of fields was answered with another number of answers."""

    def __init__(self, answers: int, fields: int) -> None:
        super().__init__(
            f"the target answered a batch of {fields} fields with {answers} answers; "
            "answer with a list that has one for each field"
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


class NotRun(RouterError):
    """The target certainly did not run. `cause` is a word of `router.refusals`."""

    def __init__(self, code: str, message: str, cause: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.cause = cause

    @property
    def falls_back(self) -> bool:
        """Whether another alias may do better."""
        return self.cause in refusals.HELPED_BY_STABLE

    @property
    def throttled(self) -> bool:
        """Whether the source was told to come back later."""
        return self.cause == refusals.THROTTLED


class AliasGone(NotRun):
    """The alias does not exist."""


class Unreachable(NotRun):
    """Lambda can't be reached; nothing was sent."""


class PerhapsRun(RouterError):
    """No answer of the target came, though it may have run, or runs still."""


class TargetTimeout(PerhapsRun):
    """The target did not answer in the time that the router had."""


class AnswerLost(PerhapsRun):
    """The connection broke after something was sent."""


class TargetError(Exception):
    """Stands for the target's own error where Lambda's runtime is not there."""


def stable_may_help(error: Exception, *, idempotent: bool) -> bool:
    """Whether stable may be invoked after this error of the canary.

    Without harm if the canary did not run; otherwise only for an idempotent service.
    Not where stable would be refused as well, and not against a refusal that is to
    keep anybody from running.
    """
    if isinstance(error, NotRun):
        return error.falls_back
    return idempotent and (isinstance(error, PerhapsRun) or is_targets(error))


def is_targets(error: Exception) -> bool:
    """Whether an error is the target's own."""
    return isinstance(error, TargetError) or hasattr(error, "exception_type")


def shape(event: Any) -> str:
    """Keys and types of an event, without any value: values may be private."""
    if not isinstance(event, Mapping):
        return type(event).__name__
    keys = sorted(map(str, event))[:12]
    return ", ".join(f"{key[:40]}: {type(event.get(key)).__name__}" for key in keys)


def target_error(payload: bytes) -> Exception:
    """The target's own error, to be raised in its place; total for any payload.

    In Lambda's Python runtime type, message and trace all come out as they were;
    elsewhere type and message do.
    """
    data = _document(payload)
    kind = _text(data.get("errorType"), "TargetError")
    message = _text(data.get("errorMessage"), "the target failed without a message")
    fault = fault_class()
    if fault is None:
        return _named(kind, TargetError)(message)
    # Node.js calls it `trace`.
    trace = data.get("stackTrace", data.get("trace"))
    error: Exception = fault(kind, message, _frames(trace))
    error.document = _sendable(payload) if data else None  # type: ignore[attr-defined]
    return error


def service_error(code: str, message: str, status: int = 0) -> Exception:
    """A refusal of the Lambda service, under the service's own name for it."""
    code = refusals.code_of(code, status)
    cause = refusals.cause_of(code, status)
    if cause is not None:
        kind = AliasGone if cause == refusals.GONE else NotRun
        refused: RouterError = _named(code, kind)(code, message, cause)
        of_event = cause in refusals.OF_THE_REQUEST
    else:
        perhaps = code in refusals.PERHAPS_RUN or status >= refusals.OWN_FAULT
        refused = _named(code, PerhapsRun if perhaps else RouterError)(message)
        of_event = True
    if of_event:
        refused.told = "refused by Lambda; its reason went to the caller"
    return refused


def _document(payload: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _sendable(document: bytes) -> str | None:
    """A document as the runtime's client takes it: UTF-8, and no zeros."""
    try:
        text = document.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _text(value: Any, default: str) -> str:
    """As the runtime can write it: half of a surrogate pair would end its process."""
    text = default if value is None else value if isinstance(value, str) else str(value)
    return text.encode("utf-8", "backslashreplace").decode()


def _frames(trace: Any) -> list[Any]:
    """A trace that the runtime can log: it takes each frame for a text."""
    if not isinstance(trace, list):
        return [] if trace is None else [_text(trace, "")]
    return [
        _Frame(frame) if isinstance(frame, dict) else _text(frame, "")
        for frame in trace
    ]


class _Frame(dict[str, Any]):
    """A frame of Go's runtime, an object in JSON, which also has lines of text."""

    def splitlines(self) -> list[str]:
        """One line."""
        return [json.dumps(self)]


def fault_class() -> Any:
    """The runtime's exception that carries another error, if the runtime runs."""
    name = "lambda_runtime_exception"
    module = sys.modules.get(f"awslambdaric.{name}") or sys.modules.get(name)
    return getattr(module, "FaultException", None)


E = TypeVar("E", bound=Exception)


def _named(name: str, kind: type[E]) -> type[E]:
    # Lambda tells sources and callers the class's name, and nothing else of it.
    made: type[E] = type(name.replace("\0", ""), (kind,), {})
    return made

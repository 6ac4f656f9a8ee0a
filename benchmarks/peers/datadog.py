"""Datadog's tracing: ddtrace for what is sent, datadog-lambda for what is read.

Nothing leaves the process: every trace is dropped when it is finished.
"""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

os.environ.update(
    DD_INSTRUMENTATION_TELEMETRY_ENABLED="false",
    DD_REMOTE_CONFIGURATION_ENABLED="false",
    DD_TRACE_STARTUP_LOGS="false",
)

import ddtrace
from datadog_lambda.tracing import extract_dd_trace_context
from ddtrace.contrib.internal.botocore import utils
from ddtrace.contrib.internal.botocore.patch import unpatch
from ddtrace.contrib.internal.botocore.services import kinesis, sqs, stepfunctions
from ddtrace.trace import Span, TraceFilter, tracer

# datadog-lambda has hooked what was there when it was imported.
unpatch()

NAME = "_datadog"
EXTRACT = extract_dd_trace_context


class Drop(TraceFilter):  # type: ignore[misc] # not installed with mypy
    """Takes every trace, and hands none on."""

    def process_trace(self, trace: list[Span]) -> None:
        """Drop it."""


def hook() -> None:
    """Wrap botocore as a function under Datadog does, inside a trace."""
    tracer.configure(trace_processors=[Drop()])
    ddtrace.patch(botocore=True)
    # Left open: what is sent belongs to an invocation.
    atexit.register(tracer.trace("invocation").finish)


class Call:
    """What its writers ask of a call: the parameters, and the span to tell of."""

    def __init__(self, params: dict[str, Any]) -> None:
        span = tracer.current_span()
        self.items: dict[Any, Any] = {"params": params, "_inner_span": span}
        self.set_item = self.items.__setitem__
        self.get_item = self.find_item = self.items.get

    def __getitem__(self, name: str) -> Any:
        return self.items[name]


def _events(params: dict[str, Any]) -> None:
    entries = [dict(entry) for entry in params["Entries"]]
    utils.update_eventbridge_detail(Call({"Entries": entries}))


def _record(params: dict[str, Any]) -> None:
    call = Call(params)
    kinesis.update_record(call, params, params["StreamName"])


def _input(params: dict[str, Any]) -> None:
    stepfunctions.update_stepfunction_input(Call(params), params)


# What it does to a call besides tracing it, by service.
WRITERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "sns": lambda params: sqs.update_messages(Call(params), "sns"),
    "sqs": lambda params: sqs.update_messages(Call(params), "sqs"),
    "events": _events,
    "lambda": lambda params: utils.update_client_context(Call(params)),
    "stepfunctions": _input,
    "kinesis": _record,
}


def headers() -> dict[str, str]:
    """What it writes, to be read again."""
    params: dict[str, Any] = {}
    WRITERS["sqs"](params)
    found: dict[str, str] = json.loads(params["MessageAttributes"][NAME]["StringValue"])
    return found


def context() -> Any:
    """A Lambda context that has nothing to say."""
    return SimpleNamespace(client_context=None, invoked_function_arn="f")

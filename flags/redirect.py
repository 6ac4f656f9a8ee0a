"""Carried decisions for a function whose code does not change.

    Handler: lambda_canary.redirect.handler
    Environment: {Variables: {CANARY_HANDLER: app.handler}}

With the layer that has this package, and the function's own handler in CANARY_HANDLER.

Laws
1. The handler is imported as the runtime does it, and when: at the start.
2. An error at its import is told as the runtime tells it: same type, message and trace.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from flags.invocation import bootstrap

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VARIABLE = "CANARY_HANDLER"


def _load(name: str) -> Callable[..., Any]:
    """Import a handler; raises what the runtime reports."""
    # Tracing libraries look there for what runs.
    os.environ["_HANDLER"] = name
    runtime = sys.modules.get("awslambdaric.bootstrap")
    return _as_the_runtime(runtime, name) if runtime else _imported(name)


def _as_the_runtime(runtime: Any, name: str) -> Callable[..., Any]:
    fault = runtime.FaultException
    if not name:
        kind = fault.MALFORMED_HANDLER_NAME
        raise fault(
            kind, f"{VARIABLE} is not set: name the function's own handler in it"
        )
    try:
        found: Callable[..., Any] = runtime._get_handler(name)  # noqa: SLF001 - law 1
    except fault:
        raise
    except Exception as error:  # noqa: BLE001 - it is raised as another, just below
        # Without our own frame, with which the runtime would begin.
        trace = error.__traceback__ and error.__traceback__.tb_next
        told = runtime.build_fault_result((type(error), error, trace), None)
        raise fault(
            told["errorType"], told["errorMessage"], told["stackTrace"]
        ) from None
    return found


def _imported(name: str) -> Callable[..., Any]:
    """The handler outside of Lambda's runtime, where tests and tools run it."""
    from importlib import import_module  # noqa: PLC0415 - not in Lambda

    module, dot, function = name.rpartition(".")
    if not dot:
        raise ValueError(f"{VARIABLE} is {name!r}: give it as `module.function`")
    home = import_module(module.replace("/", "."))
    found: Callable[..., Any] = getattr(home, function)
    return found


handler = bootstrap.handler(_load(os.environ.get(VARIABLE, "")))

"""Hands an error to the caller as it is, and to the log without what it says.

The runtime writes whatever a handler raises into the function's log, message and trace,
before it posts the same to the caller. A target's message may have anything of an event
in it; a target's own log is its owner's business, the router's is read by others. So
what is raised to the runtime is fit for the log, and the runtime's client posts the
whole in its place.

Laws
1. The caller gets what the target said, byte for byte if that is a JSON object; else
   the document that the runtime would have made.
2. The log gets a type, and a message only if it is the router's own and has nothing of
   an event in it.
3. All or nothing: where anything looks other than known, errors are raised as before.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import wraps

from flags.hints import Any
from router.errors import RouterError, fault_class, is_targets
from router.journal import type_of
from router.runtime import CLASSES, MODULES

_POST = "post_invocation_error"
# How the method of the runtime's client begins that is wrapped.
_ARGUMENTS = ("self", "invoke_id", "error_response_data", "xray_fault")
TARGETS = "the target's own error: what it says went to the caller, not into this log"
OTHERS = "what it says went to the caller, not into this log: it may be of an event"

# What the caller gets, by the invocation's id, between raising and posting.
_documents: dict[str, str] = {}


def take_errors(modules: Mapping[str, Any] = sys.modules) -> bool:
    """Whether errors go by here from now on. May be repeated; see `take_bytes`."""
    for module in MODULES:
        for name in CLASSES:
            owner = getattr(modules.get(module), name, None)
            kept = getattr(owner, "__dict__", {}).get(_POST)
            if hasattr(kept, "reports"):
                return True
            if _known(kept) and not any(_POST in vars(s) for s in _below(owner)):
                setattr(owner, _POST, _posting(kept))
                return True
    return False


def reported(error: Exception, context: Any) -> Exception:
    """What to raise instead, once `take_errors` has been; for any error."""
    fault, request = fault_class(), getattr(context, "aws_request_id", None)
    if fault is None or not isinstance(request, str):
        return error
    mine = not is_targets(error)
    frames = _frames(error) if mine else []
    _documents[request] = _document(error, request, frames)
    made: Exception = fault(type_of(error), _told(error), frames)
    return made


def _told(error: Exception) -> str:
    """What the log may have of an error's message."""
    if is_targets(error):
        return TARGETS
    return error.told or str(error) if isinstance(error, RouterError) else OTHERS


def _document(error: Exception, request: str, frames: list[str]) -> str:
    """The error as its caller gets it."""
    said = getattr(error, "document", None)
    if said is not None:
        return str(said)
    kind, message = type(error).__name__, str(error)
    if hasattr(error, "exception_type"):
        # A target's answer that is no document of an error.
        kind, message = error.exception_type, getattr(error, "msg", "")
    made = {
        "errorMessage": message,
        "errorType": kind,
        "requestId": request,
        "stackTrace": getattr(error, "trace", frames),
    }
    return json.dumps(made)


def _frames(error: Exception) -> list[str]:
    """Where the router raised it: files, lines and code, and no values."""
    import traceback  # noqa: PLC0415 - for errors of our own, which are rare

    return traceback.format_list(traceback.extract_tb(error.__traceback__))


def _posting(kept: Any) -> Any:
    @wraps(kept)
    def post(self: Any, invoke_id: str, said: str, *rest: Any, **more: Any) -> Any:
        return kept(self, invoke_id, _documents.pop(invoke_id, said), *rest, **more)

    post.reports = True  # type: ignore[attr-defined]
    return post


def _known(method: Any) -> bool:
    """Whether it is the runtime's own, and takes what it is known to take."""
    code = getattr(method, "__code__", None)
    return code is not None and code.co_varnames[: len(_ARGUMENTS)] == _ARGUMENTS


def _below(owner: Any) -> list[Any]:
    return [one for child in owner.__subclasses__() for one in (child, *_below(child))]

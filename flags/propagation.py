"""The decision that is current, and how it gets into what the code sends.

Laws
1. While a decision is current, what is sent with boto3 to SNS, SQS or EventBridge
   carries it, from clients made before and after.
2. The caller's objects are never changed, and no send ever fails because of us: where
   the decision doesn't fit, the message goes without it and `skipped` counts it,
   by boto3's name of the service.
3. botocore is not imported: it is hooked when, and only if, the function imports it.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from flags import carriers
from flags.token import NAME, Token

MAX_ATTRIBUTES = 10
# The smallest of the services' limits on a request, a batch's messages together.
MAX_BYTES = 256 * 1024
# What a message grows by besides the token: the attribute's name and type.
ENVELOPE_BYTES = 64

Params = Mapping[str, Any]

skipped: Counter[str] = Counter()

_current: ContextVar[Token | None] = ContextVar("canary_decision", default=None)
# Threads of a pool don't inherit context variables. A process serves one invocation
# at a time, so the invocation's decision is right for its threads.
_latest: list[Token] = [Token()]


def current() -> Token:
    """The decisions in force here; an empty token if there are none."""
    found = _current.get()
    return _latest[0] if found is None else found


def read(event: Any, context: Any = None) -> Token:
    """Find the event's decision, make it current, and return it.

    Call it first in every handler: what is current lasts until it is called again.
    """
    return _set(carriers.from_event(event, context))


def records(event: Mapping[str, Any]) -> Iterator[Any]:
    """The event's records, each with its own decision current while in the loop."""
    before = current()
    try:
        for record in event["Records"]:
            _set(carriers.from_record(record))
            yield record
    finally:
        _set(before)


def _set(token: Token | None) -> Token:
    token = token or Token()
    _current.set(token)
    _latest[0] = token
    return token


def _with_attribute(params: Params, carrier: str) -> Params:
    attributes = params.get("MessageAttributes") or {}
    if NAME in attributes:
        return params
    if len(attributes) >= MAX_ATTRIBUTES or _too_heavy(params, 1):
        skipped[carrier] += 1
        return params
    ours = {"DataType": "String", "StringValue": str(current())}
    return {**params, "MessageAttributes": {**attributes, NAME: ours}}


def _each(
    params: Params, key: str, carrier: str, change: Callable[[Params], Params]
) -> Params:
    entries = params[key]
    if _too_heavy(entries, len(entries)):
        skipped[carrier] += len(entries)
        return params
    return {**params, key: [change(entry) for entry in entries]}


def _too_heavy(params: Any, count: int) -> bool:
    """Whether so many more attributes might break the services' limit on size."""
    added = len(str(current())) + ENVELOPE_BYTES
    return _weight(params) + count * added > MAX_BYTES


def _weight(value: Any) -> int:
    """The bytes of all texts, and a little more: names of parameters count too."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, Mapping):
        return sum(_weight(key) + _weight(part) for key, part in value.items())
    if isinstance(value, bytes | bytearray):
        return len(value)
    # Not whatever can be iterated: a file would be read to its end.
    if isinstance(value, list | tuple):
        return sum(_weight(part) for part in value)
    return 0


def _with_detail(entry: Params) -> Params:
    """Splice the decision into the detail's text, whose other bytes stay as is."""
    detail = entry.get("Detail")
    try:
        parsed = json.loads(detail) if isinstance(detail, str) else None
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        skipped["events"] += 1
        return entry
    if NAME in parsed:
        return entry
    head = str(detail).rstrip()[:-1]
    comma = "," if parsed else ""
    return {**entry, "Detail": f'{head}{comma}"{NAME}":"{current()}"}}'}


_SENDS: dict[tuple[str, str], Callable[[Params], Params]] = {
    ("sns", "Publish"): lambda p: _with_attribute(p, "sns"),
    ("sns", "PublishBatch"): lambda p: _each(
        p, "PublishBatchRequestEntries", "sns", lambda e: _with_attribute(e, "sns")
    ),
    ("sqs", "SendMessage"): lambda p: _with_attribute(p, "sqs"),
    ("sqs", "SendMessageBatch"): lambda p: _each(
        p, "Entries", "sqs", lambda e: _with_attribute(e, "sqs")
    ),
    ("events", "PutEvents"): lambda p: _each(p, "Entries", "events", _with_detail),
}


def _carrying(service: str, operation: str, params: Params) -> Params:
    """The parameters with the decision; as they are if that can't be done."""
    carry = _SENDS.get((service, operation))
    if carry is None or not current().members:
        return params
    try:
        return carry(params)
    except Exception:  # noqa: BLE001 - law 2: botocore says what is wrong with them
        skipped[service] += 1
        return params


def _hook(client: ModuleType) -> None:
    """Wrap the one method through which every boto3 client calls AWS."""
    original = client.BaseClient._make_api_call  # noqa: SLF001 - see docs/decisions
    # Our own mark: `__wrapped__` is set by tracing libraries too.
    if hasattr(original, "carries_decision"):
        return

    @functools.wraps(original)
    def make_api_call(self: Any, operation_name: str, api_params: Params) -> Any:
        service = self.meta.service_model.service_name
        params = _carrying(service, operation_name, api_params)
        return original(self, operation_name, params)

    make_api_call.carries_decision = True  # type: ignore[attr-defined]
    client.BaseClient._make_api_call = make_api_call  # noqa: SLF001


class _Finder:
    """Hooks botocore when it is imported, then gets out of the way.

    To be looked for is not to be imported: until then it stays. No subclass of
    `importlib.abc.MetaPathFinder`, whose import would take as long as all of ours.
    """

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname != "botocore.client":
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            sys.meta_path.insert(0, self)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                _hook(module)
                if self in sys.meta_path:
                    sys.meta_path.remove(self)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def install() -> None:
    """Hook botocore now if it is here, else when it comes."""
    client = sys.modules.get("botocore.client")
    if client is not None:
        _hook(client)
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


install()

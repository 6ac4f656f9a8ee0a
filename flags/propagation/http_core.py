"""httpcore, through which httpx sends, sync and async.

A request gets here once for each hop, redirects included, and leaves as a copy.
"""

from __future__ import annotations

import copy
import functools
from types import ModuleType
from typing import Any

from flags.propagation.hosts import decision, failed, in_baggage, is_signature, permits
from flags.token import NAME

_NAME = NAME.encode()


def hook(module: ModuleType) -> None:
    """Wrap both pools of connections."""
    kind, async_kind = module.ConnectionPool, module.AsyncConnectionPool
    original, async_original = kind.handle_request, async_kind.handle_async_request
    if hasattr(original, "carries_decision"):
        return

    @functools.wraps(original)
    def handle(self: Any, request: Any) -> Any:
        return original(self, _carrying(request))

    @functools.wraps(async_original)
    async def handle_async(self: Any, request: Any) -> Any:
        return await async_original(self, _carrying(request))

    handle.carries_decision = True  # type: ignore[attr-defined]
    handle_async.carries_decision = True  # type: ignore[attr-defined]
    kind.handle_request = handle
    async_kind.handle_async_request = handle_async


def _carrying(request: Any) -> Any:
    text = decision()
    if text is None:
        return request
    try:
        names = {name.lower() for name, _ in request.headers}
        signed = any(is_signature(n.lower(), value) for n, value in request.headers)
        host = request.url.host.decode("ascii")
        if _NAME in names or not permits(host, signed=signed):
            return request
        carrying = copy.copy(request)
        carrying.headers = [*_with_baggage(request.headers), (_NAME, text.encode())]
    except Exception:  # noqa: BLE001 - no request fails because of us
        failed()
        return request
    return carrying


def _with_baggage(headers: Any) -> list[tuple[bytes, bytes]]:
    """The headers, with the decision in their baggage if that is asked for."""
    given = [value for name, value in headers if name.lower() == b"baggage"]
    header = in_baggage([value.decode("latin-1") for value in given])
    if header is None:
        return list(headers)
    others = [pair for pair in headers if pair[0].lower() != b"baggage"]
    first = (b"baggage", header.encode("latin-1"))
    return [*others, first, *((b"baggage", value) for value in given[1:])]

"""aiohttp: a request is made anew for each hop, redirects included."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from flags.propagation.hosts import decision, failed, in_baggage, is_signature, permits
from flags.token import NAME


def hook(module: ModuleType) -> None:
    """Wrap what writes a request to its connection."""
    kind = module.ClientRequest
    original = kind.send
    if hasattr(original, "carries_decision"):
        return

    @functools.wraps(original)
    async def send(self: Any, *args: Any, **kwargs: Any) -> Any:
        text = decision()
        if text is not None:
            try:
                if _wanted(self):
                    # Its own: the session's and the caller's headers were copied.
                    self.headers[NAME] = text
                    others = self.headers.getall("baggage", [])
                    header = in_baggage(others)
                    if header is not None:
                        self.headers["baggage"] = header
                        for other in others[1:]:
                            self.headers.add("baggage", other)
            except Exception:  # noqa: BLE001 - no request fails because of us
                failed()
        return await original(self, *args, **kwargs)

    send.carries_decision = True  # type: ignore[attr-defined]
    kind.send = send


def _wanted(request: Any) -> bool:
    headers = request.headers
    # A proxy is asked in plain text for a way to a host; it isn't that host.
    if NAME in headers or request.method == "CONNECT":
        return False
    signed = any(
        is_signature(name.lower().encode(), str(value).encode())
        for name, value in headers.items()
    )
    return permits(request.url.raw_host or "", signed=signed)

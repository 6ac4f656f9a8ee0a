"""Functions that take bytes: what they are sent comes back, or out as an error."""

from __future__ import annotations

from typing import Any

from router import runtime

TAKEN = runtime.take_bytes()
AGAIN = runtime.take_bytes()


def handler(event: Any, context: Any) -> Any:  # noqa: ARG001
    """The event."""
    if not (TAKEN and AGAIN and isinstance(event, bytes)):
        msg = f"expected bytes and got {type(event).__name__}"
        raise TypeError(msg)
    if event.startswith(b"fail"):
        raise ValueError(event.decode())
    if event == b"object":
        return {"plain": "ü", "number": 1}
    return event

"""An asyncio task has what was in force where it was made, at its record too.

Its context is a copy of the one there, which knows the batch only. Hooked with the
first batch of different decisions.
"""

from __future__ import annotations

import functools
from contextvars import copy_context
from types import ModuleType

from flags.current import current, in_force

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def hook(base_events: ModuleType) -> None:
    """Take over `create_task` of `asyncio.base_events`."""
    loop = base_events.BaseEventLoop
    original = loop.create_task
    if hasattr(original, "carries_decision"):
        return

    @functools.wraps(original)
    def create_task(self: Any, coro: Any, **named: Any) -> Any:
        before, token = in_force.get(), current()
        elsewhere = before is None or before is token
        if not elsewhere and named.get("context") is None:
            context = copy_context()
            context.run(in_force.set, token)
            named["context"] = context
        return original(self, coro, **named)

    create_task.carries_decision = True  # type: ignore[attr-defined]
    loop.create_task = create_task

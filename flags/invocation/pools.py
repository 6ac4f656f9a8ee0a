"""What is handed to a pool of threads runs with what was in force where that was.

A thread of a pool lives on, through other records and other invocations: what it has is
for one task, never for the thread.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType

from flags.current import current, in_force
from flags.token import Token

# As in `flags.propagation.hook`: `typing` would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def hook(thread: ModuleType) -> None:
    """Take over `submit` of `concurrent.futures.thread`, on which `map` rests too."""
    executor = thread.ThreadPoolExecutor
    submit = executor.submit
    if hasattr(submit, "carries_decision"):
        return

    @functools.wraps(submit)
    def carrying(
        self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Any:
        token = in_force.get()
        # Interpreters have nothing in common, not even what is in force.
        if token is None or type(self).__module__ == "concurrent.futures.interpreter":
            return submit(self, fn, *args, **kwargs)
        now = current()
        run = functools.partial(_run if now is token else _run_at_record, now, fn)
        return submit(self, run, *args, **kwargs)

    carrying.carries_decision = True  # type: ignore[attr-defined]
    executor.submit = carrying


def _run(token: Token, task: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    before = in_force.get()
    in_force.set(token)
    try:
        return task(*args, **kwargs)
    finally:
        in_force.set(before)


def _run_at_record(
    token: Token, task: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    """The same for a task that may bring a context along, which has the batch's."""
    from flags.invocation.loops import give  # noqa: PLC0415 - next to never

    before = give(token)
    try:
        return _run(token, task, *args, **kwargs)
    finally:
        give(before)

"""Powertools' batch processors handle each record with its own decision.

They get the record as it came, which their record handlers need not: a model keeps only
what it knows. A record that carries nothing changes nothing.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from flags.current import carrying, of_record


def hook(processors: ModuleType) -> None:
    """Take over what handles one record, in `aws_lambda_powertools...batch.base`."""
    batch, asynchronous = processors.BatchProcessor, processors.AsyncBatchProcessor
    process = batch._process_record  # noqa: SLF001 - all else sees no raw records
    process_async = asynchronous._async_process_record  # noqa: SLF001 - same
    if hasattr(process, "carries_decision"):
        return

    @functools.wraps(process)
    def one(self: Any, record: Any) -> Any:
        token = of_record(record)
        if token is None:
            return process(self, record)
        with carrying(token):
            return process(self, record)

    @functools.wraps(process_async)
    async def one_async(self: Any, record: Any) -> Any:
        token = of_record(record)
        if token is None:
            return await process_async(self, record)
        # Each record has a task, and so a context, of its own.
        with carrying(token):
            return await process_async(self, record)

    one.carries_decision = True  # type: ignore[attr-defined]
    batch._process_record = one  # noqa: SLF001 - as above
    asynchronous._async_process_record = one_async  # noqa: SLF001 - as above

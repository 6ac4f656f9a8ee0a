"""The same for aiobotocore and aioboto3, whose clients have a method of their own."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from flags.propagation.boto import Params, again, carried_by


def hook(module: ModuleType) -> None:
    """Wrap the coroutine."""
    kind = module.AioBaseClient
    original = kind._make_api_call  # noqa: SLF001 - as in botocore
    if hasattr(original, "carries_decision"):
        return

    @functools.wraps(original)
    async def make_api_call(
        self: Any, operation_name: str, api_params: Params, *more: Any, **named: Any
    ) -> Any:
        service, params = carried_by(self, operation_name, api_params)
        while True:
            try:
                return await original(self, operation_name, params, *more, **named)
            except Exception as error:
                other = again(error, service, api_params, params)
                if other is None:
                    raise
            params = other

    make_api_call.carries_decision = True  # type: ignore[attr-defined]
    kind._make_api_call = make_api_call  # noqa: SLF001

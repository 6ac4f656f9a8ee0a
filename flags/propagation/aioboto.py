"""The same for aiobotocore and aioboto3, whose clients have a method of their own."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from flags.propagation.boto import Params, again, carrying


def hook(module: ModuleType) -> None:
    """Wrap the coroutine."""
    kind = module.AioBaseClient
    original = kind._make_api_call  # noqa: SLF001 - as in botocore
    if hasattr(original, "carries_decision"):
        return

    @functools.wraps(original)
    async def make_api_call(self: Any, operation_name: str, api_params: Params) -> Any:
        service = self.meta.service_model.service_name
        region = self.meta.region_name
        params = carrying(service, operation_name, api_params, region)
        while True:
            try:
                return await original(self, operation_name, params)
            except Exception as error:
                other = again(error, service, api_params, params)
                if other is None:
                    raise
            params = other

    make_api_call.carries_decision = True  # type: ignore[attr-defined]
    kind._make_api_call = make_api_call  # noqa: SLF001

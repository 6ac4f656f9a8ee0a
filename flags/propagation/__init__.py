"""How the decision that is current gets into what the code sends.

Laws
1. While a decision is current, what is sent with boto3, botocore or aiobotocore to
   SNS, SQS, EventBridge, Lambda, Step Functions or Kinesis carries it, from clients
   made before and after; and so does HTTP to the hosts of CANARY_HTTP_HOSTS.
2. The caller's objects are never changed, and no send ever fails because of us: where
   the decision doesn't fit, the message goes without it and `skipped` counts it,
   by boto3's name of the service (`http` for requests).
3. What carries a decision already keeps it: forwarding is not deciding.
4. Nothing is imported for our sake: a library is hooked when, and only if, the
   function imports it, and what writes to a service is imported with the first send.
"""

from __future__ import annotations

import os

from flags.propagation.hook import watch

# As type checkers know it; `typing` itself would cost a cold start milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from flags.propagation.counts import skipped
    from flags.propagation.places import place

__all__ = ["install", "place", "skipped"]

_AWS = {
    "botocore.client": f"{__name__}.boto",
    "aiobotocore.client": f"{__name__}.aioboto",
}
# urllib.request, urllib3 and requests send through the first, httpx through the next.
_HTTP = {
    "http.client": f"{__name__}.http_client",
    "httpcore": f"{__name__}.http_core",
    "aiohttp.client_reqrep": f"{__name__}.http_aio",
}


def install() -> None:
    """Hook what is here already, and the rest when it comes."""
    watch(_AWS)
    listed = os.environ.get("CANARY_HTTP_HOSTS", "").strip()
    if listed:
        from flags.propagation import hosts  # noqa: PLC0415 - who lists none needs none

        hosts.allow(listed)
        watch(_HTTP)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Nothing is counted, and no place is named, before it is needed."""
        if name == "place":
            from flags.propagation.places import place  # noqa: PLC0415 - as it says

            return place
        if name != "skipped":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from flags.propagation.counts import skipped  # noqa: PLC0415 - as it says

        return skipped

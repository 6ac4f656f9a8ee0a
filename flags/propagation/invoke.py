"""Lambda: beside the payload of a synchronous call, inside that of any other.

Synchronous: `custom` of the ClientContext, merged into the caller's. Asynchronous calls
lose their ClientContext on the way, so the payload gets a key, if it is a JSON object
and CANARY_ASYNC_PAYLOAD is "true": the callee sees it. Without this rule such a call
goes without, and is not counted. A dry run stays as it is.
"""

from __future__ import annotations

import binascii
import json
import os
from collections.abc import Mapping
from typing import Any

from flags.propagation import weights
from flags.propagation.batches import Load, one
from flags.propagation.boto import Params, Writer
from flags.propagation.direct import directed
from flags.propagation.documents import COST, spliced_data
from flags.token import NAME, Token


def _invoke(params: Params, token: Token) -> Params:
    kind = params.get("InvocationType") or "RequestResponse"
    if kind == "RequestResponse":
        load = Load(service="lambda", change=_beside(str(token)), cost=0, left=0)
        return one(directed(params, token), load)
    if kind == "Event":
        params = directed(params, token)
        inside = os.environ.get("CANARY_ASYNC_PAYLOAD", "").strip().lower() == "true"
        return one(params, _inside(params, str(token))) if inside else params
    return params


def _beside(token: str) -> Any:
    def change(params: Params) -> Params | None:
        given = params.get("ClientContext")
        context = json.loads(binascii.a2b_base64(given)) if given else {}
        custom = (context.get("custom") or {}) if isinstance(context, dict) else None
        if not isinstance(custom, dict):
            return None
        if NAME in custom:
            return params
        merged = {**context, "custom": {**custom, NAME: token}}
        text = json.dumps(merged, separators=(",", ":"))
        carried = binascii.b2a_base64(text.encode(), newline=False).decode()
        fits = len(carried) <= weights.CLIENT_CONTEXT
        return {**params, "ClientContext": carried} if fits else None

    return change


def _inside(params: Params, token: str) -> Load:
    payload = params.get("Payload")

    def change(params: Params) -> Params | None:
        carried = spliced_data(payload, token)
        if carried is None:
            return None
        return params if carried is payload else {**params, "Payload": carried}

    left = weights.room(weights.weight(payload), weights.ASYNC_PAYLOAD)
    return Load(service="lambda", change=change, cost=COST + len(token), left=left)


WRITERS: Mapping[tuple[str, str], Writer] = {
    ("lambda", "Invoke"): _invoke,
    ("lambda", "InvokeWithResponseStream"): _invoke,
}

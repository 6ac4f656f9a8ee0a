"""Lambda: beside the payload of a synchronous call, inside that of any other.

Synchronous: `custom` of the ClientContext, merged into the caller's. Asynchronous calls
lose their ClientContext on the way, so the payload gets a key, if it is a JSON object
and CANARY_ASYNC_PAYLOAD is `true`, or lists the callee's name among others, joined by
commas: the callee sees it. Without this rule such a call goes without, and is not
counted. A dry run stays as it is.
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
from flags.propagation.places import KEY, place_in
from flags.switches import is_on
from flags.token import NAME, Token


def _invoke(params: Params, token: Token) -> Params:
    kind = params.get("InvocationType") or "RequestResponse"
    if kind == "RequestResponse":
        load = Load(service="lambda", change=_beside(str(token)), cost=0, left=0)
        return one(directed(params, token), load)
    if kind == "Event":
        inside = _may_see(params.get("FunctionName"))
        params = directed(params, token)
        return one(params, _inside(params, str(token))) if inside else params
    return params


def _may_see(callee: Any) -> bool:
    """Whether the payload for this function may have a key of ours.

    It goes by the name that the caller uses, however the function is named by it.
    """
    rule = os.environ.get("CANARY_ASYNC_PAYLOAD", "")
    if rule and place_in("lambda", callee) != KEY:
        return False
    if not rule or is_on(rule):
        return bool(rule)
    # `NAME`, `ACCOUNT:function:NAME` or an ARN; each may have a qualifier behind it.
    parts = str(callee).split(":")
    name = parts[6:] or parts[2:] or parts
    return name[0] in [part.strip() for part in rule.split(",")]


def _beside(token: str) -> Any:
    def change(params: Params) -> Params | None:
        given = params.get("ClientContext", "")
        if not isinstance(given, str):
            return None
        context = json.loads(binascii.a2b_base64(given)) if given else {}
        custom = context.get("custom") if isinstance(context, dict) else []
        custom = {} if custom is None else custom
        if not isinstance(custom, dict):
            return None
        if NAME in custom:
            return params
        merged = {**context, "custom": {**custom, NAME: token}}
        # A number that Python takes for infinite is none in JSON: then it goes without.
        text = json.dumps(merged, separators=(",", ":"), allow_nan=False)
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

"""Straight to the alias that the decision names, without the router's hop.

Opt-in, by two settings of the calling function:

    CANARY_DIRECT_TARGETS   alias ARNs, joined by commas, as the router has them
    CANARY_DIRECT_RELEASES  SERVICE=RELEASE or SERVICE@CALLEE=RELEASE, joined by commas

`checkout=shop` says: an Invoke of the function `checkout` without a qualifier goes to
the alias that the decision about the release `shop` names. `checkout@shop-router=shop`
says that an Invoke of `shop-router` is meant for `checkout`, and goes there. A callee
may have a qualifier (`checkout@shop-router:live=shop`): then only calls with it go.

Laws
1. Only aliases of CANARY_DIRECT_TARGETS, and only if the caller named no version or
   alias, or just the one that the setting names.
2. Without a decision about the release the call goes where the caller sends it: who
   calls the router gets one there. So does a tester's override: its seal is for
   routers to check.
3. An alias that is gone, forbidden or of another region is no failure: the call goes
   the caller's way, with the decision for the router there. So does one whose payload
   is a file, which could not be sent again.

No router looks at the decision on this hop: it is as good as when the last one did,
which was at the beginning of this invocation for a release of the function's own.
After an abort, what is under way goes on to the colour that it began with.
"""

from __future__ import annotations

import functools
import os
from typing import Any

from flags.propagation.boto import Params
from flags.record import Record
from flags.token import Token

_ALIAS_ARN_PARTS = 8
_FUNCTION_ARN_PARTS = 7


class Way(Record):
    """Whom a call is meant for, and which release decides about that."""

    service: str
    release: str


class Map(Record):
    """All ways by callee, and alias ARNs by service and alias."""

    ways: dict[str, Way]
    targets: dict[tuple[str, str], str]


def directed(params: Params, token: Token) -> Params:
    """The parameters of an Invoke with the alias to call, or as they are."""
    targets = os.environ.get("CANARY_DIRECT_TARGETS")
    if not targets or hasattr(params.get("Payload"), "read"):
        return params
    if not params.get("Qualifier", "as it is named"):
        return params  # which botocore refuses
    known = _map(targets, os.environ.get("CANARY_DIRECT_RELEASES", ""))
    callee = params.get("FunctionName")
    way = known.ways.get(_name(callee, params.get("Qualifier")) or "")
    member = token.get(way.release) if way else None
    if way is None or member is None or getattr(member, "seal", None) is not None:
        return params
    arn = known.targets.get((way.service, member.variant))
    if arn is None or not _same_place(callee, arn):
        return params
    rest = {key: value for key, value in params.items() if key != "Qualifier"}
    return {**rest, "FunctionName": arn}


def _name(callee: Any, qualifier: Any) -> str | None:
    """Whom the caller names, as `NAME` or `NAME:QUALIFIER`."""
    parts = callee.split(":") if isinstance(callee, str) else []
    if len(parts) in (_FUNCTION_ARN_PARTS, _ALIAS_ARN_PARTS):
        parts = parts[6:]
    if len(parts) not in (1, 2) or (len(parts) > 1 and qualifier):
        return None
    return ":".join([*parts, qualifier] if qualifier else parts)


def _same_place(callee: Any, arn: str) -> bool:
    """Whether both are of one region and account, as far as the caller says so."""
    parts = str(callee).split(":")
    return len(parts) < _FUNCTION_ARN_PARTS or parts[:5] == arn.split(":")[:5]


@functools.lru_cache(maxsize=4)
def _map(targets: str, releases: str) -> Map:
    """Read the settings; what is malformed is left out, and so not gone to."""
    aliases: dict[tuple[str, str], str] = {}
    for arn in map(str.strip, targets.split(",")):
        parts = arn.split(":")
        if len(parts) == _ALIAS_ARN_PARTS and parts[5] == "function":
            aliases[parts[6], parts[7]] = arn
    ways: dict[str, Way] = {}
    for pair in releases.split(","):
        left, _, release = (part.strip() for part in pair.partition("="))
        service, _, callee = left.partition("@")
        if service and release:
            ways[callee or service] = Way(service=service, release=release)
    return Map(ways=ways, targets=aliases)

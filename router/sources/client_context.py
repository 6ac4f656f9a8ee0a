"""The ClientContext of a synchronous invocation: the caller's, with our token in it."""

from __future__ import annotations

from collections.abc import Mapping

from flags.hints import Any
from flags.token import NAME, Token
from router.sources.values import mapping

_CLIENT = (
    "installation_id",
    "app_title",
    "app_version_name",
    "app_version_code",
    "app_package_name",
)
# Where `router.runtime` keeps what the caller sent, of which the runtime shows a part.
SENT = "sent_client_context"
# Where readers look: as callers spell it, and as AWS documents it for Node.js.
_CUSTOM = ("custom", "Custom")


def merged(context: Any, token: Token) -> dict[str, Any]:
    """What the invocation brought, with this token in place of any other."""
    sent = getattr(context, SENT, None)
    if not isinstance(sent, Mapping):
        sent = _shown(getattr(context, "client_context", None))
    found = dict(sent)
    for name in _CUSTOM:
        if NAME in mapping(found.get(name)):
            found[name] = {k: v for k, v in found[name].items() if k != NAME}
            if not found[name]:
                del found[name]
    if token.members:
        found["custom"] = {**mapping(found.get("custom")), NAME: str(token)}
    return found


def _shown(given: Any) -> Mapping[str, Any]:
    """What the runtime shows of it."""
    client = getattr(given, "client", None)
    parts = {
        "custom": mapping(getattr(given, "custom", None)),
        "env": mapping(getattr(given, "env", None)),
        "client": {
            name: value
            for name in _CLIENT
            if (value := getattr(client, name, None)) is not None
        },
    }
    return {name: part for name, part in parts.items() if part}

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


def merged(context: Any, token: Token) -> dict[str, Any]:
    """What the invocation brought, with this token in place of any other."""
    given = getattr(context, "client_context", None)
    if given is None and not token.members:
        return {}
    custom = dict(mapping(getattr(given, "custom", None)))
    custom.pop(NAME, None)
    if token.members:
        custom[NAME] = str(token)
    env = dict(mapping(getattr(given, "env", None)))
    both = (("custom", custom), ("env", env), ("client", _client(given)))
    return {name: part for name, part in both if part}


def _client(given: Any) -> Mapping[str, Any]:
    """The part that Lambda's runtime hands over as an object."""
    client = getattr(given, "client", None)
    found = {name: getattr(client, name, None) for name in _CLIENT}
    return {name: value for name, value in found.items() if value is not None}

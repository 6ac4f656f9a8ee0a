"""Direct invocation: any payload that no AWS service would send.

The payload is the caller's; a decision comes and goes in the ClientContext.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flags import carriers
from flags.token import NAME, Token
from router.sources.source import Asked, Event, Facts, Part, Source
from router.sources.values import mapping, search

_CLIENT = (
    "installation_id",
    "app_title",
    "app_version_name",
    "app_version_code",
    "app_package_name",
)
_REQUEST_MARKS = ("method", "httpMethod", "path", "raw_path", "rawPath")
_MARKS = ("Records", "records", "requestContext", "eventSource", "awslogs")


def _web(event: Event) -> bool:
    """Whether it is a request of some kind, and so from who knows whom."""
    return "headers" in event and any(mark in event for mark in _REQUEST_MARKS)


class Direct(Source):
    """Recognised by the absence of what AWS services put into their events."""

    name = "direct"

    def recognises(self, event: Event) -> bool:
        """Whether the event is of this source."""
        return not any(mark in event for mark in _MARKS) and not _web(event)

    def facts(self, event: Event) -> Facts:  # noqa: ARG002
        """Nothing but the source."""
        return Facts(source=self.name)

    def find(self, unit: Any, asked: Asked) -> Any:
        """Look into the payload."""
        return search(asked.name, unit) if asked.kind == "body" else None

    def inbound(self, unit: Any, context: Any) -> Token | None:  # noqa: ARG002
        """The token in the ClientContext."""
        return carriers.from_client_context(context)

    def carry(self, event: Event, parts: Sequence[Part]) -> Event:  # noqa: ARG002
        """The payload, untouched."""
        return event

    def client_context(self, parts: Sequence[Part], context: Any) -> Mapping[str, Any]:
        """The caller's ClientContext, with our token in place of any other."""
        given = getattr(context, "client_context", None)
        custom = dict(mapping(getattr(given, "custom", None)))
        custom.pop(NAME, None)
        if parts[0].token.members:
            custom[NAME] = str(parts[0].token)
        env = dict(mapping(getattr(given, "env", None)))
        both = (("custom", custom), ("env", env), ("client", _client(given)))
        return {name: part for name, part in both if part}


def _client(given: Any) -> dict[str, Any]:
    """The part that Lambda's runtime hands over as an object."""
    client = getattr(given, "client", None)
    found = {name: getattr(client, name, None) for name in _CLIENT}
    return {name: value for name, value in found.items() if value is not None}

"""API Gateway WebSocket API. Only `$connect` comes with headers.

The connection is the identity where nothing better is named, so that all messages of
a connection go one way. A decision travels in the headers or, without, beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flags.hints import Any
from router.document import Node
from router.sources import http
from router.sources.callers import vouched
from router.sources.source import Asked, Facts, Part, Visitor
from router.sources.stripping import stripped
from router.sources.values import mapping


class WebSocket(http.Http):
    """Recognised by `requestContext.connectionId` and `eventType`."""

    name = "websocket"
    identity = (Asked(kind="connection"),)

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        request = mapping(event.dig("requestContext"))
        known = "connectionId" in request and "eventType" in request
        return known and not http.is_authorizer(event)

    def facts(self, event: Node) -> Facts:
        """The route key as path, and the event type (CONNECT, MESSAGE) as method."""
        return Facts(
            source=self.name,
            method=event.string("requestContext", "eventType"),
            names={"path": (event.string("requestContext", "routeKey"),)},
        )

    def find(self, unit: Node, asked: Asked) -> Any:
        """The connection, or what all HTTP sources have."""
        if asked.kind == "connection":
            return unit.string("requestContext", "connectionId") or None
        return super().find(unit, asked)

    def claim(self, unit: Node, name: str) -> Any:
        """What an authorizer put into the context when the connection was made."""
        return mapping(unit.dig("requestContext", "authorizer")).get(name)

    def vouched(self, unit: Node) -> bool:
        """Whether the caller signed the request with keys that IAM knows."""
        identity = mapping(unit.dig("requestContext", "identity"))
        arn, pool = identity.get("userArn"), identity.get("cognitoAuthenticationType")
        return vouched(arn if isinstance(arn, str) else "", guest=pool)

    def visitor(
        self,
        unit: Node,  # noqa: ARG002
        new_id: Callable[[], str],  # noqa: ARG002
    ) -> Visitor | None:
        """Nobody: there is always a connection."""
        return None

    def carries_inside(self, event: Node) -> bool:
        """Only where there are headers."""
        return isinstance(event.dig("headers"), dict)

    def carry(self, event: Node, parts: Sequence[Part]) -> str:
        """The event with our token in its headers, if it has any."""
        token = parts[0].token
        inside = token.members and self.carries_inside(event)
        return stripped(http.bare(event), str(token) if inside else None)

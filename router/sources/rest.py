"""API Gateway REST API (payload format 1.0)."""

from __future__ import annotations

from typing import Any

from router.sources import http
from router.sources.source import Event, Facts, Visitor
from router.sources.values import dig, mapping


class Rest(http.Http):
    """Recognised by `httpMethod` and `resource`, without a load balancer."""

    name = "rest"

    def recognises(self, event: Event) -> bool:
        """Whether the event is of this source."""
        elb = dig(event, "requestContext", "elb")
        return "httpMethod" in event and "resource" in event and elb is None

    def facts(self, event: Event) -> Facts:
        """Method and path, the path without the stage."""
        method, path = str(event["httpMethod"]), str(event.get("path", ""))
        return Facts(source=self.name, method=method, path=path)

    def claim(self, unit: Any, name: str) -> Any:
        """A Cognito claim, or what a Lambda authorizer put into the context."""
        authorizer = mapping(dig(unit, "requestContext", "authorizer"))
        return mapping(authorizer.get("claims")).get(name) or authorizer.get(name)

    def remember(self, answer: Any, visitor: Visitor, unit: Any) -> Any:
        """Add to the multi-value headers, which API Gateway joins with the others."""
        if not isinstance(answer, dict) or "statusCode" not in answer:
            return answer
        many = dict(mapping(answer.get("multiValueHeaders")))
        name = next((key for key in many if key.lower() == "set-cookie"), "Set-Cookie")
        single = mapping(answer.get("headers"))
        # A name in both places keeps only its multi-value half: move ours there.
        given = [v for k, v in single.items() if k.lower() == "set-cookie"]
        ours = http.set_cookie(unit, visitor)
        many[name] = [*given, *many.get(name, []), ours]
        return {**answer, "multiValueHeaders": many}

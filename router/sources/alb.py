"""Application Load Balancer, with single or multi-value headers."""

from __future__ import annotations

from typing import Any

from router.sources import http
from router.sources.source import Event, Facts, Visitor
from router.sources.values import dig, mapping


class Alb(http.Http):
    """Recognised by `requestContext.elb`."""

    name = "alb"

    def recognises(self, event: Event) -> bool:
        """Whether the event is of this source."""
        return dig(event, "requestContext", "elb") is not None

    def facts(self, event: Event) -> Facts:
        """Method and path."""
        method, path = str(event.get("httpMethod", "")), str(event.get("path", ""))
        return Facts(source=self.name, method=method, path=path)

    def claim(self, unit: Any, name: str) -> Any:
        """Only `sub`: the identity that the load balancer itself has checked."""
        return http.header(unit, "x-amzn-oidc-identity") if name == "sub" else None

    def remember(self, answer: Any, visitor: Visitor, unit: Any) -> Any:
        """Add the cookie in the form that the request came in.

        With single-value headers there is room for one Set-Cookie: the target's
        own comes first, and the visitor gets ours another time.
        """
        if not isinstance(answer, dict) or "statusCode" not in answer:
            return answer
        ours = http.set_cookie(unit, visitor)
        if "multiValueHeaders" in unit:
            many = dict(mapping(answer.get("multiValueHeaders")))
            many["Set-Cookie"] = [*many.get("Set-Cookie", []), ours]
            return {**answer, "multiValueHeaders": many}
        headers = mapping(answer.get("headers"))
        if any(name.lower() == "set-cookie" for name in headers):
            return answer
        return {**answer, "headers": {**headers, "Set-Cookie": ours}}

"""Application Load Balancer, with single or multi-value headers."""

from __future__ import annotations

from flags.hints import Any
from router.document import Node
from router.sources import answers, http
from router.sources.source import Facts, Visitor


class Alb(http.Http):
    """Recognised by `requestContext.elb`."""

    name = "alb"

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return event.dig("requestContext", "elb") is not None

    def facts(self, event: Node) -> Facts:
        """Method and path."""
        method, path = event.string("httpMethod"), event.string("path")
        return Facts(source=self.name, method=method, names={"path": (path,)})

    def claim(self, unit: Node, name: str) -> Any:
        """Only `sub`: the identity that the load balancer itself has checked."""
        return http.header(unit, "x-amzn-oidc-identity") if name == "sub" else None

    def is_broken(self, answer: Node) -> bool:
        """Whether an answer becomes a status of 500 or more, as all do without one."""
        return not http.is_status(answer.dig("statusCode"))

    def remember(self, answer: bytes, visitor: Visitor, unit: Node) -> bytes:
        """Add the cookie in the form that the request came in.

        With single-value headers there is room for one Set-Cookie: the target's
        own comes first, and the visitor gets ours another time.
        """
        ours = http.set_cookie(unit, visitor)
        if "multiValueHeaders" in unit:
            return answers.with_header(answer, ours)
        return answers.with_single_header(answer, ours)

"""API Gateway REST API (payload format 1.0)."""

from __future__ import annotations

from flags.hints import Any
from router.document import Malformed, Node
from router.sources import answers, http
from router.sources.callers import vouched
from router.sources.http import is_authorizer, is_status, without_stage
from router.sources.source import Facts, Visitor
from router.sources.values import mapping

# What an answer may have. `cookies` is no harm: it is HTTP APIs' that send format 1.0.
_MEMBERS = frozenset(
    {"body", "cookies", "headers", "isBase64Encoded", "multiValueHeaders", "statusCode"}
)


class Rest(http.Http):
    """Recognised by `httpMethod` and `resource`, without a load balancer."""

    name = "rest"

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        known = "httpMethod" in event and "resource" in event
        return known and not is_authorizer(event)

    def facts(self, event: Node) -> Facts:
        """Method and path, the path without the stage."""
        method, path = event.string("httpMethod"), event.string("path")
        return Facts(source=self.name, method=method, names={"path": (path,)})

    def claim(self, unit: Node, name: str) -> Any:
        """A Cognito claim, or what a Lambda authorizer put into the context."""
        authorizer = mapping(unit.dig("requestContext", "authorizer"))
        return mapping(authorizer.get("claims")).get(name) or authorizer.get(name)

    def vouched(self, unit: Node) -> bool:
        """Whether the caller signed the request with keys that IAM knows."""
        identity = mapping(unit.dig("requestContext", "identity"))
        arn, pool = identity.get("userArn"), identity.get("cognitoAuthenticationType")
        return vouched(arn if isinstance(arn, str) else "", guest=pool)

    def is_broken(self, answer: Node) -> bool:
        """Whether an answer becomes a status of 500 or more.

        API Gateway takes no member that it doesn't know for an answer, and none of
        those that it knows for 200.
        """
        try:
            names = {one.name for one in answer.members()}
        except Malformed:
            return True
        status = answer.dig("statusCode")
        odd = not answer.is_object or not names <= _MEMBERS
        return odd or not (status is None or is_status(status))

    def remember(self, answer: bytes, visitor: Visitor, unit: Node) -> bytes:
        """Add to the multi-value headers, which API Gateway joins with the others."""
        return answers.with_header(answer, http.set_cookie(unit, visitor))


class HttpApi1(Rest):
    """An HTTP API that sends the format of REST APIs, and says so: `version` 1.0."""

    name = "http"

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        return event.string("version") == "1.0" and super().recognises(event)

    def facts(self, event: Node) -> Facts:
        """Method and path; a named stage's prefix is taken off the path."""
        method = event.string("httpMethod")
        path = without_stage(event, event.string("path"))
        return Facts(source=self.name, method=method, names={"path": (path,)})

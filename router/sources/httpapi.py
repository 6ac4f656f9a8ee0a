"""API Gateway HTTP API and Lambda Function URL (payload format 2.0)."""

from __future__ import annotations

from flags.hints import Any
from router.document import Node
from router.sources import answers, http
from router.sources.callers import vouched
from router.sources.http import is_authorizer
from router.sources.source import Facts, Visitor
from router.sources.values import dig, mapping


class HttpApi(http.Http):
    """Recognised by `version` 2.0 and `requestContext.http`."""

    name = "http"

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        known = "http" in mapping(event.dig("requestContext"))
        version = event.string("version") == "2.0"
        return known and version and not is_authorizer(event)

    def facts(self, event: Node) -> Facts:
        """Method and path; a named stage's prefix is taken off the path."""
        method = event.string("requestContext", "http", "method")
        path = http.without_stage(event, event.string("rawPath"))
        return Facts(source=self.name, method=method, names={"path": (path,)})

    def claim(self, unit: Node, name: str) -> Any:
        """A claim of the JWT, or what a Lambda or IAM authorizer says."""
        authorizer = mapping(unit.dig("requestContext", "authorizer"))
        places = (dig(authorizer, "jwt", "claims"), authorizer.get("lambda"))
        for place in (*places, authorizer.get("iam")):
            if name in mapping(place):
                return mapping(place)[name]
        return None

    def vouched(self, unit: Node) -> bool:
        """Whether the caller signed the request with keys that IAM knows."""
        iam = mapping(unit.dig("requestContext", "authorizer", "iam"))
        arn, pool = iam.get("userArn"), dig(iam, "cognitoIdentity", "amr")
        return vouched(arn if isinstance(arn, str) else "", guest=pool)

    def remember(self, answer: bytes, visitor: Visitor, unit: Node) -> bytes:
        """Add a cookie; an answer in the short form is first written out."""
        return answers.with_cookie(answer, http.set_cookie(unit, visitor))


class FunctionUrl(HttpApi):
    """Like an HTTP API, on a domain of its own."""

    name = "url"

    def recognises(self, event: Node) -> bool:
        """Whether the event is of this source."""
        domain = event.string("requestContext", "domainName")
        return ".lambda-url." in domain and super().recognises(event)

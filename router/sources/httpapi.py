"""API Gateway HTTP API and Lambda Function URL (payload format 2.0)."""

from __future__ import annotations

import json
from typing import Any

from router.sources import http
from router.sources.source import Event, Facts, Visitor
from router.sources.values import dig, mapping


class HttpApi(http.Http):
    """Recognised by `version` 2.0 and `requestContext.http`."""

    name = "http"

    def recognises(self, event: Event) -> bool:
        """Whether the event is of this source."""
        version = event.get("version") == "2.0"
        return version and dig(event, "requestContext", "http") is not None

    def facts(self, event: Event) -> Facts:
        """Method and path; a named stage's prefix is taken off the path."""
        request = mapping(event["requestContext"])
        method = str(mapping(request["http"]).get("method", ""))
        path = str(event.get("rawPath", ""))
        stage = f"/{request.get('stage')}"
        if path == stage or path.startswith(f"{stage}/"):
            path = path[len(stage) :] or "/"
        return Facts(source=self.name, method=method, path=path)

    def claim(self, unit: Any, name: str) -> Any:
        """A claim of the JWT, or what a Lambda or IAM authorizer says."""
        authorizer = mapping(dig(unit, "requestContext", "authorizer"))
        places = (dig(authorizer, "jwt", "claims"), authorizer.get("lambda"))
        for place in (*places, authorizer.get("iam")):
            if name in mapping(place):
                return mapping(place)[name]
        return None

    def remember(self, answer: Any, visitor: Visitor, unit: Any) -> Any:
        """Add a cookie; an answer in the short form is first written out."""
        if not isinstance(answer, dict) or "statusCode" not in answer:
            body = answer if isinstance(answer, str) else json.dumps(answer)
            headers = {"content-type": "application/json"}
            answer = {"statusCode": 200, "headers": headers, "body": body}
        cookies = answer.get("cookies")
        listed = cookies if isinstance(cookies, list) else []
        return {**answer, "cookies": [*listed, http.set_cookie(unit, visitor)]}


class FunctionUrl(HttpApi):
    """Like an HTTP API, on a domain of its own."""

    name = "url"

    def recognises(self, event: Event) -> bool:
        """Whether the event is of this source."""
        domain = str(dig(event, "requestContext", "domainName") or "")
        return ".lambda-url." in domain and super().recognises(event)

"""What REST APIs, HTTP APIs, Function URLs, WebSockets and load balancers share.

All are public: decisions from outside are dropped in every spelling, and a visitor
without an identity gets a first-party cookie.
"""

from __future__ import annotations

import base64
import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence

from flags.hints import Any
from flags.token import NAME, PREFIX, Token
from router.document import Node
from router.sources import decision, stripping, values
from router.sources.source import Asked, Outcome, Part, Source, Visitor

VISITOR_COOKIE = "canary-id"
_VISITOR_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_YEAR = 365 * 24 * 3600
_FIRST_STATUS, _SERVER_ERROR = 100, 500


class Http(Source):
    """The common part; the event's format is the subclass's."""

    public = True
    cleans = True

    def find(self, unit: Node, asked: Asked) -> Any:
        """Look into headers, cookies, claims or the JSON body."""
        if asked.kind == "header":
            return header(unit, asked.name)
        if asked.kind == "cookie":
            return cookie(unit, asked.name)
        if asked.kind == "claim":
            return self.claim(unit, asked.name)
        if asked.kind == "body":
            return values.search(asked.name, unit.once(_body))
        return super().find(unit, asked)

    @abstractmethod
    def claim(self, unit: Node, name: str) -> Any:
        """A claim that an authorizer vouches for."""

    def inbound(self, unit: Node, context: Any) -> Token | None:  # noqa: ARG002
        """What a header, or a tester's cookie, says: for the router not to believe."""
        # Nobody brings one: most requests are not worth looking through, and a single
        # character is found at a multiple of a word's speed.
        if "~" not in unit.text or PREFIX not in unit.text:
            return None
        return Token.parse(header(unit, NAME) or cookie(unit, NAME))

    def visitor(self, unit: Node, new_id: Callable[[], str]) -> Visitor | None:
        """Whoever the visitor cookie names, or somebody new."""
        known = cookie(unit, VISITOR_COOKIE)
        if known and _VISITOR_ID.fullmatch(known):
            return Visitor(key=known, minted=False)
        return Visitor(key=new_id(), minted=True)

    def carries_inside(self, event: Node) -> bool:  # noqa: ARG002
        """Among the headers."""
        return True

    def carry(self, event: Node, parts: Sequence[Part]) -> str:
        """The event with our token in its headers, and nobody else's."""
        token = parts[0].token
        return stripping.stripped(bare(event), str(token) if token.members else None)

    def failures(self, outcome: Outcome, *, whole: bool) -> tuple[bool | None, ...]:
        """Whether whoever asked was answered with a server's error."""
        if outcome.error is not None:
            return super().failures(outcome, whole=whole)
        return (self.is_broken(Node.of(outcome.answer)),) * len(outcome.parts)

    def is_broken(self, answer: Node) -> bool:
        """Whether an answer becomes a status of 500 or more.

        Its own, or the one that stands for an answer which the source can't use. What
        has no status code is in the short form, and good.
        """
        return "statusCode" in answer and not is_status(answer.dig("statusCode"))


def bare(event: Node) -> Node:
    """The event without a key of our name at its top, which no gateway puts there."""
    if not decision.has(event):
        return event
    from router.sources.untrusted import without_key  # noqa: PLC0415 - next to never

    return without_key(event)


def is_status(value: Any) -> bool:
    """Whether it is a status code below 500; API Gateway takes texts as well."""
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:4])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return _FIRST_STATUS <= value < _SERVER_ERROR and value == int(value)


def without_stage(event: Node, path: str) -> str:
    """An HTTP API's path without the stage that it begins with.

    Not on a domain of one's own, where no path has the stage, and a resource may have
    its name.
    """
    domain = event.string("requestContext", "domainName")
    stage = f"/{event.string('requestContext', 'stage')}"
    own = domain and ".execute-api." not in domain
    if own or not (path == stage or path.startswith(f"{stage}/")):
        return path
    return path[len(stage) :] or "/"


def is_authorizer(event: Node) -> bool:
    """Whether an authorizer is asked, which looks like the request that it is for."""
    asked = "methodArn" in event or "routeArn" in event
    return asked and event.string("type") in ("REQUEST", "TOKEN")


def header(event: Node, name: str) -> str | None:
    """A header's value, whatever its case; the first of several."""
    found: str | None = event.once(_by_name).get(name.lower())
    return found


def _by_name(event: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers(event):
        found.setdefault(name.lower(), value)
    return found


def headers(event: Node) -> Iterator[tuple[str, str]]:
    """All names and values, of single and multi-value headers."""
    for name, value in values.mapping(event.dig("headers")).items():
        yield name, str(value)
    for name, many in values.mapping(event.dig("multiValueHeaders")).items():
        for value in many if isinstance(many, list) else ():
            yield name, str(value)


def cookie(event: Node, name: str) -> str | None:
    """A cookie's value; the first of several."""
    found: str | None = event.once(_jar).get(name)
    return found


def _jar(event: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in _cookies(event):
        name, _, value = pair.strip().partition("=")
        found.setdefault(name, value)
    return found


def _cookies(event: Node) -> Iterator[str]:
    listed = event.dig("cookies")
    for one in listed if isinstance(listed, list) else ():
        yield str(one)
    for name, value in headers(event):
        if name.lower() == "cookie":
            yield from value.split(";")


def _body(event: Node) -> Any:
    body = event.dig("body")
    if event.dig("isBase64Encoded"):
        try:
            body = base64.b64decode(body)
        except (TypeError, ValueError):
            return None
    return values.parse(body)


def set_cookie(event: Node, visitor: Visitor) -> str:
    """The Set-Cookie value for a visitor; Secure unless the request came by http."""
    secure = "" if header(event, "x-forwarded-proto") == "http" else "; Secure"
    return (
        f"{VISITOR_COOKIE}={visitor.key}; Path=/; Max-Age={_YEAR}; HttpOnly; "
        f"SameSite=Lax{secure}"
    )

"""What REST APIs, HTTP APIs, Function URLs and load balancers have in common.

All are public: tokens from outside are dropped in every spelling, and a visitor
without an identity gets a first-party cookie.
"""

from __future__ import annotations

import base64
import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flags.token import NAME, Token
from router.sources import values
from router.sources.source import Asked, Event, Part, Source, Visitor

VISITOR_COOKIE = "canary-id"
_VISITOR_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_YEAR = 365 * 24 * 3600


def _forged(name: str) -> bool:
    return name.lower().replace("_", "-") == NAME


class Http(Source):
    """The common part; the event's format is the subclass's."""

    public = True

    def find(self, unit: Any, asked: Asked) -> Any:
        """Look into headers, cookies, claims or the JSON body."""
        if asked.kind == "header":
            return header(unit, asked.name)
        if asked.kind == "cookie":
            return cookie(unit, asked.name)
        if asked.kind == "claim":
            return self.claim(unit, asked.name)
        if asked.kind == "body":
            return values.search(asked.name, _body(unit))
        return None

    @abstractmethod
    def claim(self, unit: Any, name: str) -> Any:
        """A claim that an authorizer vouches for."""

    def inbound(self, unit: Any, context: Any) -> Token | None:  # noqa: ARG002
        """Nothing: whatever a stranger says about decisions is dropped."""
        return None

    def visitor(self, unit: Any, new_id: Callable[[], str]) -> Visitor | None:
        """Whoever the visitor cookie names, or somebody new."""
        known = cookie(unit, VISITOR_COOKIE)
        if known and _VISITOR_ID.fullmatch(known):
            return Visitor(key=known, minted=False)
        return Visitor(key=new_id(), minted=True)

    def carry(self, event: Event, parts: Sequence[Part]) -> Event:
        """The event with our token in its headers, and nobody else's."""
        event = stripped(event)
        if not parts[0].token.members:
            return event
        token, many = str(parts[0].token), event.get("multiValueHeaders")
        if isinstance(many, Mapping):
            event["multiValueHeaders"] = {**many, NAME: [token]}
        if isinstance(event.get("headers"), Mapping) or not isinstance(many, Mapping):
            event["headers"] = {**(event.get("headers") or {}), NAME: token}
        return event


def header(event: Event, name: str) -> str | None:
    """A header's value, whatever its case; the first of several."""
    for found, value in _headers(event):
        if found.lower() == name.lower():
            return value
    return None


def _headers(event: Event) -> Iterator[tuple[str, str]]:
    for name, value in values.mapping(event.get("headers")).items():
        yield name, str(value)
    for name, many in values.mapping(event.get("multiValueHeaders")).items():
        for value in many if isinstance(many, list) else ():
            yield name, str(value)


def cookie(event: Event, name: str) -> str | None:
    """A cookie's value."""
    for pair in _cookies(event):
        found, _, value = pair.strip().partition("=")
        if found == name:
            return value
    return None


def _cookies(event: Event) -> Iterator[str]:
    listed = event.get("cookies")
    yield from listed if isinstance(listed, list) else ()
    for name, value in _headers(event):
        if name.lower() == "cookie":
            yield from value.split(";")


def _body(event: Event) -> Any:
    body = event.get("body")
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(body)
        except (TypeError, ValueError):
            return None
    return values.parse(body)


def stripped(event: Event) -> Event:
    """A copy of the event without any decision from outside."""
    event = {**event}
    for place in ("headers", "multiValueHeaders"):
        if isinstance(event.get(place), Mapping):
            event[place] = {
                name: _without_cookie(value) if name.lower() == "cookie" else value
                for name, value in event[place].items()
                if not _forged(name)
            }
    if isinstance(event.get("cookies"), list):
        event["cookies"] = [pair for pair in event["cookies"] if not _named(pair)]
    return event


def _without_cookie(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_cookie(item) for item in value]
    # Only touch a header that has one: transparency is the rule.
    if not isinstance(value, str) or not any(map(_named, value.split(";"))):
        return value
    return ";".join(pair for pair in value.split(";") if not _named(pair)).strip()


def _named(pair: Any) -> bool:
    return isinstance(pair, str) and _forged(pair.partition("=")[0].strip())


def set_cookie(event: Event, visitor: Visitor) -> str:
    """The Set-Cookie value for a visitor; Secure unless the request came by http."""
    secure = "" if header(event, "x-forwarded-proto") == "http" else "; Secure"
    return (
        f"{VISITOR_COOKIE}={visitor.key}; Path=/; Max-Age={_YEAR}; HttpOnly; "
        f"SameSite=Lax{secure}"
    )

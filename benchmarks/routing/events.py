"""Events of a wanted size: requests of an HTTP API, and payloads of direct callers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

KB, MB = 1_024, 1_024 * 1_024
# The most that Lambda takes, less the decision that a router adds to it.
LIMIT = 6 * MB - KB

Make = Callable[[str, int], bytes]


def http(user: str, size: int) -> bytes:
    """An HTTP API's request, with a JSON text of such a length that `size` comes out.

    A text in JSON inside JSON: every quote has an escape.
    """
    return _filled(_request(user), ("body",), size)


def direct(user: str, size: int) -> bytes:
    """A direct caller's payload: an order, with as many lines as there is room for."""
    return _filled({"user": {"id": user}, "lines": None}, ("lines",), size)


def _request(user: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/checkout/basket",
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "content-type": "application/json",
            "host": "shop.example.com",
            "x-forwarded-proto": "https",
            "x-user-id": user,
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": "shop.example.com",
            "domainPrefix": "shop",
            "http": {
                "method": "POST",
                "path": "/checkout/basket",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "curl/8",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "10/Mar/2026:05:16:23 +0000",
            "timeEpoch": 1773119783636,
        },
        "body": "",
        "isBase64Encoded": False,
    }


def _filled(event: dict[str, Any], place: tuple[str], size: int) -> bytes:
    """The event with as many order lines as fit, and the rest of `size` as a note."""
    text = place == ("body",)
    one = len(_text(_body(1, text=text))) - len(_text(_body(0, text=text)))
    event[place[0]] = _body(0, text=text)
    lines = max(0, (size - len(_text(event))) // (one + 8))
    event[place[0]] = _body(lines, text=text)
    missing = size - len(_text(event))
    event[place[0]] = _body(lines, text=text, note="n" * max(0, missing))
    return _text(event)


def _body(lines: int, *, text: bool, note: str = "") -> Any:
    found = {"note": note, "lines": [_line(index) for index in range(lines)]}
    return _text(found).decode() if text else found


def _line(index: int) -> dict[str, Any]:
    return {
        "sku": f"A-{index:06}",
        "name": "Käse, “gerieben”",
        "quantity": index % 7 + 1,
        "price": 1.25 * (index % 90),
        "tags": ["cold", "fragile", None],
        "gift": index % 5 == 0,
        "options": {"wrap": {"colour": "blue", "message": "for you"}},
    }


def _text(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()

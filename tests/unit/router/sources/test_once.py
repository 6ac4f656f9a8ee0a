"""Bodies, headers and cookies are read once, however many places look into them."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from router.document import Node
from router.sources import http, recognise
from router.sources.source import Asked

BODY = '{"user": "ann", "plan": "pro"}'
DATA = b64encode(BODY.encode()).decode()
TOLD = json.dumps({"Type": "Notification", "Message": BODY})
HTTP = {
    "version": "2.0",
    "requestContext": {"http": {"method": "POST"}},
    "headers": {"X-User": "ann", "cookie": "a=1; b=2", "x-plan": "pro"},
    "cookies": ["a=3", "c=4"],
}
EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "http": ("body", {**HTTP, "body": BODY}),
    "sqs": ("body", {"Records": [{"eventSource": "aws:sqs", "body": BODY}]}),
    "sns in sqs": ("body", {"Records": [{"eventSource": "aws:sqs", "body": TOLD}]}),
    "sns": (
        "body",
        {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": BODY}}]},
    ),
    "kinesis": (
        "data",
        {"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": DATA}}]},
    ),
    "kafka": (
        "data",
        {"eventSource": "aws:kafka", "records": {"t-0": [{"value": DATA}]}},
    ),
    "mq": ("data", {"eventSource": "aws:mq", "messages": [{"data": DATA}]}),
    "firehose": (
        "data",
        {"deliveryStreamArn": "arn:x:s/y", "records": [{"data": DATA}]},
    ),
}


@pytest.mark.parametrize("case", EVENTS)
def test_a_body_is_parsed_once(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What every source finds in it is what it would find alone."""
    kind, data = EVENTS[case]
    event = Node.of(json.dumps(data).encode())
    source, parsed = recognise(event), []
    loads = json.loads

    def counted(text: Any, **options: Any) -> Any:
        parsed.append(text.decode() if isinstance(text, bytes) else text)
        return loads(text, **options)

    monkeypatch.setattr(json, "loads", counted)
    for unit in source.units(event):
        found = [
            source.find(unit, Asked(kind=kind, name=name))
            for name in ("user", "plan", "user", "none")
        ]
        assert ["ann", "pro", "ann", None] == found

    assert 1 == parsed.count(BODY)
    assert parsed.count(TOLD) <= 1


def test_headers_and_cookies_are_gone_through_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever their case and wherever they stand, the first of several counts."""
    event = Node.of(json.dumps(HTTP).encode())
    gone_through: list[Node] = []
    kept = http.headers

    def counted(event: Node) -> Any:
        gone_through.append(event)
        return kept(event)

    monkeypatch.setattr(http, "headers", counted)
    names = ("x-user", "X-PLAN", "x-user", "none")

    assert ["ann", "pro", "ann", None] == [http.header(event, name) for name in names]
    assert ["3", "2", "4", None] == [http.cookie(event, name) for name in "abcd"]
    assert len(gone_through) <= 2  # once for headers, once for cookies
